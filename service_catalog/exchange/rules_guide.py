"""Rules about guides: what a guide says of fees, limits, visits and materials must fit together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from service_catalog.exchange.rules_base import Breach, Known, part, parts, text

LIMITS = {"legal_limit": "法定办结时限", "promised_limit": "承诺办结时限"}
UNITS = {"working_day": "个工作日", "calendar_day": "个自然日"}

CALENDAR_DAYS = {"working_day": 7 / 5, "calendar_day": 1.0}
"""Calendar days of one day, to compare limits of different units: five working days are a week."""

LONGEST_LIMIT = 365
"""Days. Longer limits exist, but most are a number with a digit too many, or years taken for days."""

WAYS = ("快递", "邮寄", "寄送", "网上", "网办", "在线", "线上", "自助", "App", "APP", "小程序", "电话")
"""Words by which a guide says how it works without coming."""


def fee(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """A fee that is charged has an amount and a basis."""
    found = part(part(data, "guide"), "fee")
    if found.get("charged") is not True:
        return
    if not text(found, "amount"):
        yield Breach(
            "guide.fee.amount", "收费的事项须写明收费标准", "写明金额，例如 10 元/本；不收费则改为否"
        )
    if not text(found, "basis"):
        yield Breach(
            "guide.fee.basis", "收费的事项须写明收费依据", "写明批准收费的文件和文号；不收费则改为否"
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
    """Without coming it goes online, or by post."""
    guide = part(data, "guide")
    is_none = guide.get("visits") == 0 and guide.get("visits") is not False
    if not is_none or text(guide, "online_url"):
        return
    told = json.dumps(
        [guide.get(name) for name in ("steps", "summary", "cross_region_note", "conditions")],
        ensure_ascii=False,
    )
    if not any(way in told for way in WAYS):
        yield Breach(
            "guide.visits",
            "到现场 0 次，却没有网上办理地址，也没写怎样快递",
            "补网上办理地址，或在办理步骤里写明寄到哪里；须到现场则写次数",
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
