"""One cell as a file gives it, made plain before anything asks what it means.

Excel changes what people type: a code of 17 digits becomes 1.1E+17, ``1-2`` a day, ``0012`` the number 12.
What can be told for certain is put right and said; what cannot is a fault that names the cell.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from service_catalog.exchange.drafts import Severity

Raw = str | int | float | bool | date | datetime | time | timedelta | None
"""What a cell holds. A formula or an error never comes this far."""

Tell = Callable[[Severity, str, str | None], None]
"""Told what was noticed at a cell: how grave, what, and a hint."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text needs: controls, halves of surrogate pairs, which no store can keep, and the two
that XML cannot hold."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,17}(?:\.[0-9]{1,25})?(?:[eE][+-]?[0-9]{1,3})?")

_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")

_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}")
"""As Excel shows a number that is too long for its cell. A code may be 1E5, but none has a +."""

SURE_DIGITS = 15
"""Digits that Excel keeps of a number; the others become zeros."""

SHOWN_CHARACTERS = 60


class Unfit(Exception):  # noqa: N818 - a cell that does not fit is an outcome, not an error of the program
    """What a cell holds cannot be what its column asks for."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def plain(raw: Raw, tell: Tell) -> Raw:
    """The cell without white space around it and with ``\\n`` for every line break; None if that leaves
    nothing. Control characters are told as a fault and left out."""
    if not isinstance(raw, str):
        return raw
    text = raw.replace("\r\n", "\n").replace("\r", "\n") if "\r" in raw else raw
    found = CONTROL.search(text)
    if found:
        names = "、".join(dict.fromkeys(f"U+{ord(each):04X}" for each in CONTROL.findall(text)))
        tell(Severity.FAULT, f"含有看不见的控制字符（{names}）", f"删去后是“{shown(CONTROL.sub('', text))}”")
        text = CONTROL.sub("", text)
    return text.strip() or None


def shown(value: Any) -> str:
    """A value in a message, cut to what one looks at."""
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def as_text(raw: Raw, tell: Tell) -> str:
    """The cell as a text. Raises Unfit."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        return _number_text(raw)
    if isinstance(raw, datetime | date):
        text = day_text(raw)
        tell(
            Severity.DOUBT,
            f"单元格是日期，按文字 {text} 读入",
            "如不是日期，把单元格格式改为“文本”后重新输入",
        )
        return text
    raise Unfit("应为文字，单元格里是时间", "把单元格格式改为“文本”后重新输入")


def as_code(raw: Raw, tell: Tell, length: int | None = None) -> str:
    """The cell as a code of ``length`` characters, full-width characters folded. Raises Unfit."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _code_of_number(raw, length)
    if isinstance(raw, str):
        if _SCIENTIFIC.fullmatch(raw):
            raise Unfit(f"Excel 把编码变成了数字（{raw}），后面的位数已丢失", _AS_TEXT)
        return _folded(raw, tell)
    raise Unfit(f"应为编码，Excel 把它变成了日期或时间（{shown(raw)}）", _AS_TEXT)


def as_whole(raw: Raw) -> int:
    """The cell as a whole number. Raises Unfit."""
    value = raw
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if re.fullmatch(r"[+-]?[0-9]{1,15}(?:\.0+)?", text):
            return int(text.split(".")[0])
        digits = re.findall("[0-9]+", text)
        hint = f"是否指 {digits[0]}" if len(digits) == 1 else "用阿拉伯数字写，例如 1"
        raise Unfit(f"应为整数，单元格里是“{shown(value)}”", hint)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Unfit(f"应为整数，单元格里是 {shown(_in_words(value))}", "用阿拉伯数字写，例如 1")
    return int(value)


def as_number(raw: Raw) -> int | float:
    """The cell as a number. Raises Unfit."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw)
        share = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?)%", text)
        if share:
            return float(share[1]) / 100
        if _NUMBER.fullmatch(text):
            number = int(text) if text.lstrip("+-").isdecimal() else float(text)
            if math.isfinite(number):
                return number
    raise Unfit(f"应为数字，单元格里是“{shown(_in_words(raw))}”", "例如 0.8")


_DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ T]0{1,2}:00(?::00)?(?:\.0+)?)?"
)
_PLAIN_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")

_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
"""Serial numbers taken for days: 1954-10-03 to 2119-01-11. Excel counts days from 1899-12-30."""

_AS_TEXT = "把整列的单元格格式改为“文本”，再从原始资料重新粘贴编码"


def as_day(raw: Raw, tell: Tell) -> str:
    """The cell as a day, written 2026-03-01. Raises Unfit."""
    if isinstance(raw, datetime | date):
        return day_text(raw)
    text = unicodedata.normalize("NFKC", _number_text(raw) if isinstance(raw, int | float) else str(raw))
    found = _DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
    if found:
        return _day_of(*(int(part) for part in found.groups()), text=text)
    if re.fullmatch(r"[0-9]{5}(?:\.0+)?", text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        day = (date(1899, 12, 30) + timedelta(days=int(float(text)))).isoformat()
        tell(
            Severity.DOUBT,
            f"单元格是数字 {text}，按 Excel 的日期序号读作 {day}",
            "核对后把单元格格式改为日期",
        )
        return day
    raise Unfit(f"应为日期，单元格里是“{shown(text)}”", "写作 2026-03-01")


def day_text(value: datetime | date) -> str:
    """A day of a date cell, the time of day left out."""
    return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()


def _day_of(year: int, month: int, day: int, *, text: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Unfit(f"没有这一天：{shown(text)}", "写作 2026-03-01") from None


def _code_of_number(number: int | float, length: int | None) -> str:
    if number != int(number) or abs(number) >= 10**SURE_DIGITS:
        raise Unfit(f"Excel 把编码变成了数字（{number:.10G}），后面的位数可能已丢失", _AS_TEXT)
    text = str(int(number))
    if length is not None and len(text) < length:
        raise Unfit(
            f"Excel 把编码变成了数字（{text}），前面的 0 已丢失",
            f"可能是 {text.zfill(length)}；{_AS_TEXT}" if length <= SURE_DIGITS else _AS_TEXT,
        )
    return text


def _folded(text: str, tell: Tell) -> str:
    if text.isascii() and " " not in text:
        return text
    folded = "".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split())
    if folded != text:
        tell(Severity.NOTE, f"编码中的全角字符或空白已改为 {shown(folded)}", None)
    return folded


def _number_text(number: int | float) -> str:
    is_whole = isinstance(number, int) or number.is_integer()
    return str(int(number)) if is_whole else repr(number)


def _in_words(value: Raw) -> str:
    return day_text(value) if isinstance(value, datetime | date) else str(value)
