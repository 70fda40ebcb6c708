"""The shape of a draft: what its schema finds wrong, each with the nearest thing that would do."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from service_catalog.catalog.labels import FIXED, Labels
from service_catalog.exchange.record_reader import RecordReader
from service_catalog.exchange.sheets.paths import value_at
from service_catalog.exchange.sheets.vocabularies import labels_of
from service_catalog.model.errors import Fault, InvalidRecordError

_CHOICES = re.compile("只能是 (.+) 之一")
_BOUNDS = re.compile("应在 (-?[0-9]+) 到 (-?[0-9]+) 之间")
_DAY = re.compile(r"\s*([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")

_PLAIN_HINTS = {
    "缺少这个字段": "请补上",
    "不能为空": "请补上",
    "应为 http 或 https 网址": "写作 https://…",
    "区划代码是六位数字": "例如 120105",
    "应为整数": "只写数字，例如 1",
    "应为数字": "只写数字，例如 0.5",
    "含有空字符（U+0000）": "请删去这个看不见的字符后重新输入",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Checks shapes. One serves many drafts."""

    labels: Labels
    _reader: RecordReader = field(default_factory=RecordReader)

    def faults(self, data: dict[str, Any]) -> Sequence[Fault]:
        """Everything that keeps ``data`` from being a record; every fault has a hint if one can be given."""
        try:
            self._reader.read(data)
        except InvalidRecordError as error:
            found = error.faults or (Fault("", error.detail),)
            return [self._with_hint(fault, value_at(data, fault.field)) for fault in found]
        return ()

    def _with_hint(self, fault: Fault, value: Any) -> Fault:
        if fault.hint is not None:
            return fault
        return Fault(fault.field, fault.message, next(self._hints(fault, value), None))

    def _hints(self, fault: Fault, value: Any) -> Iterator[str]:
        yield from _choice_hints(fault.message, value)
        yield from _number_hints(fault.message, value)
        if isinstance(value, str) and value:
            yield from self._text_hints(fault.message, value)
        if fault.message.startswith("编号应为 "):
            yield f"改为 {fault.message.removeprefix('编号应为 ')}，或改正区划和编码"
        yield from plain_hints(fault.message)

    def _text_hints(self, message: str, value: str) -> Iterator[str]:
        length = re.fullmatch("应为 ([0-9]+) 位", message)
        if length:
            yield f"现在是 {len(value)} 位；请核对是否缺了或多了一位"
        elif message.startswith("应为日期"):
            yield from (f"是否指 {day}" for day in _days(value))
        elif message.startswith("应为 http") and "." in value and not re.match("[a-z]+:", value):
            yield f"是否指 https://{value.strip()}"
        elif message.startswith("事项类型"):
            table = self.labels.tables.get("item_type", {})
            by_label = {label: code for code, label in table.items()}
            for near in get_close_matches(value, by_label, n=1, cutoff=0.4):
                yield f"{near} 写作 {by_label[near]}"


def plain_hints(message: str) -> Iterator[str]:
    """What to do about a fault, where its message alone tells."""
    for begin, hint in _PLAIN_HINTS.items():
        if message.startswith(begin):
            yield hint


def without_faults(data: Mapping[str, Any], faults: Sequence[Fault]) -> Mapping[str, Any]:
    """``data`` with None wherever its shape is at fault, so that rules can look at the rest."""
    if not faults:
        return data
    made = copy.deepcopy(dict(data))
    for fault in faults:
        _blank(made, fault.field)
    return made


def _blank(data: dict[str, Any], path: str) -> None:
    way, _, last = path.rpartition(".")
    holder = value_at(data, way) if way else data
    if isinstance(holder, dict) and last in holder:
        holder[last] = None
    elif isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        holder[int(last)] = None


def _choice_hints(message: str, value: Any) -> Iterator[str]:
    """Of a closed list the value that comes nearest, by its code or by its Chinese label."""
    found = _CHOICES.fullmatch(message)
    if found is None:
        return
    choices = found[1].split(", ")
    labels = labels_of(choices)
    by_label = {label: code for words in (*FIXED.values(), labels) for code, label in words.items()}
    told = {code: f"{code} {labels[code]}" if code in labels else code for code in choices}
    meant = [label for label, code in by_label.items() if code in told]
    for near in get_close_matches(str(value), [*choices, *meant], n=1, cutoff=0.4):
        yield f"最接近的是 {told[by_label.get(near, near)]}"
    yield "可用的值：" + "、".join(told.values())


def _number_hints(message: str, value: Any) -> Iterator[str]:
    if message in ("应为整数", "应为数字") and isinstance(value, str):
        digits = re.search("[0-9]+", value)
        if digits:
            yield f"只写数字，是否指 {digits[0]}"
    bounds = _BOUNDS.fullmatch(message)
    if bounds and isinstance(value, int | float):
        near = min(max(value, int(bounds[1])), int(bounds[2]))
        yield f"最接近的是 {near}"
    if message.startswith("应不小于 "):
        yield f"最小是 {message.removeprefix('应不小于 ')}"


def _days(value: str) -> Iterator[str]:
    found = _DAY.match(value)
    if found and 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31:
        yield f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
