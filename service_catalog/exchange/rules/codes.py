"""Rules about the national codes of items: structure, check characters, and that the codes fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service_catalog.catalog.codes import (
    BASIC_LENGTH,
    HANDLING_LENGTH,
    IMPLEMENTATION_LENGTH,
    CodeFault,
    basic_faults,
    handling_faults,
    implementation_faults,
)
from service_catalog.exchange.rules.base import Breach, Known, text

BASIC, IMPLEMENTATION, HANDLING = "basic_code", "implementation_code", "handling_code"

NATIONAL = "00"


def basic_code(data: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """基本编码: 12 digits, of which the third and fourth are the item type."""
    code = _code(data, BASIC, BASIC_LENGTH)
    if code:
        yield from _breaches(
            BASIC, basic_faults(code, text(data, "item_type") or None, known.codes("item_type"))
        )


def implementation_code(data: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """实施编码: credit code with its check character, level, 基本编码."""
    code = _code(data, IMPLEMENTATION, IMPLEMENTATION_LENGTH)
    if code:
        basic = _code(data, BASIC, BASIC_LENGTH) or None
        yield from _breaches(
            IMPLEMENTATION,
            implementation_faults(code, basic, text(data, "item_type") or None, known.codes("item_type")),
        )


def handling_code(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """业务办理项编码: 实施编码 and two digits."""
    code = _code(data, HANDLING, HANDLING_LENGTH)
    if code:
        whole = _code(data, IMPLEMENTATION, IMPLEMENTATION_LENGTH) or None
        yield from _breaches(HANDLING, handling_faults(code, whole))


def code_region(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """基本编码 begins with 00, or with the province of the item's region."""
    code, owner = _code(data, BASIC, BASIC_LENGTH), text(data, "owner")
    if code and owner and code[:2] not in (NATIONAL, owner[:2]):
        message = f"基本编码开头是 {code[:2]}，不是国家事项（00），也不是本区所在省市（{owner[:2]}）"
        yield Breach(BASIC, message, f"通常以 {NATIONAL} 国家事项，或 {owner[:2]} 本区所在省市开头")


def _code(data: Mapping[str, Any], name: str, length: int) -> str:
    """A code of the right length; of another length it is a matter of shape, which is told already."""
    found = data.get(name)
    return found if isinstance(found, str) and len(found) == length else ""


def _breaches(field: str, faults: Iterator[CodeFault]) -> Iterator[Breach]:
    for fault in faults:
        yield Breach(field, fault.message, fault.hint)
