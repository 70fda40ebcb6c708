"""Canonical JSON (RFC 8785) and the content hash made from it.

Everything the store keeps passes here first, so both servers refuse the same values: PostgreSQL text cannot
hold NUL, neither can hold half a surrogate pair, and JSON numbers are exact only up to 2^53 - 1 (RFC 8785,
section 3.2.2.3).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import rfc8785

from service_catalog.model import Record
from service_catalog.model.errors import Fault, InvalidRecordError

MAX_NUMBER = 2**53 - 1
"""Largest magnitude of a number. A larger float would be written as digits that read back inexactly."""

MAX_DEPTH = 64
"""Deepest nesting of lists and objects. Deeper values would exhaust the stack of whoever reads them back."""


def canonical_json(value: Any) -> str:
    """``value`` as canonical JSON text: equal values give equal text.

    Raises InvalidRecordError with a fault for everything in it that JSON or one of the servers cannot hold.
    """
    faults = tuple(_faults(value, "", MAX_DEPTH))
    if faults:
        raise InvalidRecordError(f"{faults[0].field or '内容'}：{faults[0].message}", faults=faults)
    return rfc8785.dumps(value).decode("utf-8")


def content_hash(record: Record) -> str:
    """SHA-256 (hex) over the record's canonical JSON: envelope and content, without seq and times."""
    return text_hash(canonical_json(record.as_json()))


def text_hash(text: str) -> str:
    """SHA-256 (hex) over ``text`` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def text_fault(text: str) -> str | None:
    """What keeps ``text`` from being stored, or None."""
    if "\x00" in text:
        return "含有空字符（U+0000）"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "含有不成对的代理字符，不是有效的 Unicode 文本"
    return None


def _faults(value: Any, path: str, depth: int) -> Iterator[Fault]:
    message: str | None = None
    if isinstance(value, str):
        message = text_fault(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, (int, float)):
        message = _number_fault(value)
    elif not isinstance(value, (dict, list, tuple)):
        message = f"不是 JSON 能表示的类型：{type(value).__name__}"
    elif depth == 0:
        message = f"嵌套超过 {MAX_DEPTH} 层"
    else:
        yield from _inner_faults(value, path, depth - 1)
    if message:
        yield Fault(path, message)


def _inner_faults(
    value: dict[Any, Any] | list[Any] | tuple[Any, ...], path: str, depth: int
) -> Iterator[Fault]:
    if not isinstance(value, dict):
        for position, inner in enumerate(value):
            yield from _faults(inner, f"{path}[{position}]", depth)
        return
    for key, inner in value.items():
        fault = text_fault(key) if isinstance(key, str) else "字段名必须是文本"
        shown = repr(key) if fault else key
        where = f"{path}.{shown}" if path else shown
        if fault:
            yield Fault(where, fault)
        yield from _faults(inner, where, depth)


def _number_fault(value: int | float) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "不是有限的数"
    if abs(value) > MAX_NUMBER:
        return f"数值超出 ±{MAX_NUMBER}，无法精确交换"
    return None
