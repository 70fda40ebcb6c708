"""Rules about guides: what a guide says of fees, limits, visits and materials must fit together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from service_catalog.exchange.rules.base import Breach, Known, part, parts, text

LIMITS = {"legal_limit": "法定办结时限", "promised_limit": "承诺办结时限"}
UNITS = {"working_day": "个工作日", "calendar_day": "个自然日"}

CALENDAR_DAYS = {"working_day": 7 / 5, "calendar_day": 1.0}
"""Calendar days of one day, to compare limits of different units: five working days are a week."""

LONGEST_LIMIT = 365
"""Days. Longer limits exist, but most are a number with a digit too many, or years taken for days."""

_WAYS = re.compile(
    "快递|邮寄|寄送|寄到|寄往|寄回|EMS|网上|网络|网办|网站|电子税务局|网页|在线|线上|平台|小程序|App|APP|手机|掌上|自助"
)
"""By post, online, or at a machine."""

_DENIED = re.compile(
    "不能|不可|不支持|不提供|不接受|不得|不用|不必|无法|无需|没有|未开通|未提供|暂不|暂未|停止"
)

_CLAUSE = re.compile("[，。；！？,;!?\n]")

WAY_COLUMNS = ("是否支持物流快递", "是否网办", "是否支持自助终端办理", "移动端办理地址")
"""Columns of the national table that say it by themselves; they are kept under ``extra``."""

_NO = ("", "0", "否", "无", "不支持")

_NOTHING = re.compile(
    "(?:无|暂无|没有|略|未知|不详|不明|待定|待补充|待完善|同上|测试|有|是|(?:详)?见(?:附件|文件|公告|窗口|官网)"
    "|[按依](?:照|据)?(?:有关|相关|国家|现行)?(?:规定|标准|文件)?(?:收取|收费|执行)?|n/?a|null|none|[\\W_xX0]*)",
    re.IGNORECASE,
)
"""What people write to fill a cell that must not be blank."""

_AMOUNT = re.compile("[0-9]|[一二两三四五六七八九十百千万]+[元角分]")

_BASIS = re.compile("[《〔号]|法|条例|规定|办法|通知|公告|决定|意见|批复|细则|标准|目录|文件|函")
"""What names a document that allows a fee."""


def fee(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """A fee that is charged has an amount and a basis."""
    found = part(part(data, "guide"), "fee")
    if found.get("charged") is not True:
        return
    if _NOTHING.fullmatch(_folded(found, "amount")):
        yield Breach(
            "guide.fee.amount", "收费的事项须写明收费标准", "写明金额，例如 10 元/本；不收费则改为否"
        )
    if _NOTHING.fullmatch(_folded(found, "basis")):
        yield Breach(
            "guide.fee.basis", "收费的事项须写明收费依据", "写明批准收费的文件和文号；不收费则改为否"
        )


def fee_vague(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """An amount has a figure, and a basis names a document."""
    found = part(part(data, "guide"), "fee")
    if found.get("charged") is not True:
        return
    amount, basis = _folded(found, "amount"), _folded(found, "basis")
    if not _NOTHING.fullmatch(amount) and not _AMOUNT.search(amount):
        yield Breach("guide.fee.amount", "收费标准里没有金额", "写明金额或比例，例如 10 元/本")
    if not _NOTHING.fullmatch(basis) and not _BASIS.search(basis):
        yield Breach(
            "guide.fee.basis", "收费依据不像一个文件", "写明文件名称和文号，例如 发改价格〔2017〕1186号"
        )


def fee_not_charged(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """What is free has no amount."""
    found = part(part(data, "guide"), "fee")
    if found.get("charged") is False and text(found, "amount"):
        yield Breach("guide.fee.amount", "写明不收费，却有收费标准", "是否收费改为是，或清空收费标准")


def promised_limit(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """The promised limit is not longer than the legal one, where both count the same days."""
    guide = part(data, "guide")
    promised, legal = _limit(guide, "promised_limit"), _limit(guide, "legal_limit")
    if promised and legal and promised[1] == legal[1] and promised[0] > legal[0]:
        yield _longer(promised, legal)


def odd_limit(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """A limit is no longer than a year; a promised one in other days not longer than the legal one."""
    guide = part(data, "guide")
    for name, label in LIMITS.items():
        limit = _limit(guide, name)
        if limit and limit[0] > LONGEST_LIMIT:
            yield Breach(
                f"guide.{name}.value", f"{label} {_days(limit)}超过一年", "请核对是否多写了一位，或单位不是天"
            )
    promised, legal = _limit(guide, "promised_limit"), _limit(guide, "legal_limit")
    if promised and legal and promised[1] != legal[1]:
        given, allowed = (limit[0] * CALENDAR_DAYS[limit[1]] for limit in (promised, legal))
        if given > allowed:
            yield _longer(promised, legal)


def no_visit(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """Without coming it goes online, by post or at a machine. An address says so, or a column of the national
    table; else a step or the note for people elsewhere must, in a clause that does not deny it."""
    guide, kept = part(data, "guide"), part(data, "extra")
    is_none = guide.get("visits") == 0 and guide.get("visits") is not False
    if not is_none or text(guide, "online_url") or any(text(kept, each) not in _NO for each in WAY_COLUMNS):
        return
    told = [text(step, name) for _, step in parts(guide, "steps") for name in ("name", "detail")]
    told.append(text(guide, "cross_region_note"))
    clauses = (clause for each in told for clause in _CLAUSE.split(each))
    if not any(_WAYS.search(clause) and not _DENIED.search(clause) for clause in clauses):
        yield Breach(
            "guide.visits",
            "到现场 0 次，却没有网上办理地址，办理步骤和异地办理说明也没写在网上哪里办、往哪里寄",
            "补网上办理地址，或在办理步骤里写明在哪个平台提交、寄到哪里；须到现场则写次数",
        )


def condition_missing(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """A material that is needed sometimes says when."""
    for at, material in parts(part(data, "guide"), "materials"):
        if material.get("necessity") == "conditional" and not text(material, "when"):
            name = text(material, "name")
            yield Breach(
                f"guide.materials.{at}.when",
                f"材料“{name}”视情形需要，却没写何种情形",
                "写明情形，例如 代办时；总要提交则改为必要",
            )


def same_material(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """No material is listed twice for the same case."""
    seen: dict[tuple[str, str, Any], int] = {}
    for at, material in parts(part(data, "guide"), "materials"):
        key = (text(material, "name"), text(material, "when"), material.get("form"))
        if key[0] and key in seen:
            yield Breach(
                f"guide.materials.{at}.name",
                f"材料“{key[0]}”与第 {seen[key] + 1} 份重复",
                "删去一份，或写明各用于何种情形",
            )
        seen.setdefault(key, at)


def _folded(data: Mapping[str, Any], name: str) -> str:
    return unicodedata.normalize("NFKC", text(data, name))


def _limit(guide: Mapping[str, Any], name: str) -> tuple[int, str] | None:
    limit = part(guide, name)
    value, unit = limit.get("value"), limit.get("unit")
    is_one = isinstance(value, int) and not isinstance(value, bool) and unit in UNITS
    return (value, str(unit)) if is_one and isinstance(value, int) else None


def _longer(promised: tuple[int, str], legal: tuple[int, str]) -> Breach:
    return Breach(
        "guide.promised_limit.value",
        f"承诺办结时限 {_days(promised)}比法定办结时限 {_days(legal)}长",
        f"不超过 {_days(legal)}；两者是否填反了",
    )


def _days(limit: tuple[int, str]) -> str:
    return f"{limit[0]} {UNITS[limit[1]]}"
