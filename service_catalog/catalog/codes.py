"""National codes of service items: their structure and check characters.

Structure of the codes: 基本编码 12 digits, 实施编码 31 characters, 业务办理项编码 33 (national upload tables
of government service items). Check character of the unified social credit code: GB 32100.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: 31 characters, without I, O, S, V and Z, which are taken for others."""

USCC_LENGTH = 18
BASIC_LENGTH = 12
IMPLEMENTATION_LENGTH = 31
HANDLING_LENGTH = 33

LEVELS = {"1": "国家级", "2": "省级", "3": "市级", "4": "县区级", "5": "乡镇级", "6": "村级"}
"""行使层级."""

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"})

_DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with a code, and what would be right."""

    message: str
    hint: str


def uscc_check_character(body: str) -> str:
    """The last character of a unified social credit code, of its first 17 (GB 32100: weights 3^i mod 31).

    Raises ValueError for a character outside the alphabet.
    """
    total = sum(USCC_ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(body))
    return USCC_ALPHABET[-total % 31]


def uscc_fault(code: str) -> CodeFault | None:
    """What is wrong with an 18-character unified social credit code, None if nothing is."""
    strange = "".join(dict.fromkeys(each for each in code if each not in USCC_ALPHABET))
    if strange:
        return CodeFault(
            f"统一社会信用代码里不会有 {strange}", _alike(code) or "只用数字和大写字母，不用 I、O、S、V、Z"
        )
    expected = uscc_check_character(code[: USCC_LENGTH - 1])
    if code[USCC_LENGTH - 1] != expected:
        return CodeFault(
            f"统一社会信用代码 {code} 的校验码不对", f"前 17 位没抄错的话，第 18 位应为 {expected}"
        )
    return None


def basic_faults(
    code: str, item_type: str | None, types: Mapping[str, str] = MappingProxyType({})
) -> Iterator[CodeFault]:
    """What is wrong with a 基本编码 of 12 characters: region 2, type 2, department 3, main item 3, sub 2.

    ``types``: labels of item types, for hints.
    """
    if not _DIGITS.fullmatch(code):
        yield CodeFault("基本编码是 12 位数字", _digits_hint(code))
    elif item_type and code[2:4] != item_type:
        yield CodeFault(
            f"基本编码第 3、4 位是事项类型 {code[2:4]}，与事项类型 {item_type} 不一致",
            f"基本编码第 3、4 位应为 {_labelled(item_type, types)}，"
            f"或把事项类型改为 {_labelled(code[2:4], types)}",
        )


def implementation_faults(
    code: str, basic: str | None, item_type: str | None, types: Mapping[str, str] = MappingProxyType({})
) -> Iterator[CodeFault]:
    """What is wrong with a 实施编码 of 31 characters: credit code 18, level 1, 基本编码 12."""
    organ, level, rest = code[:18], code[18], code[19:]
    fault = uscc_fault(organ)
    if fault:
        yield fault
    if level not in LEVELS:
        yield CodeFault(
            f"实施编码第 19 位是行使层级，没有层级 {level}",
            f"应为 {'、'.join(f'{each} {label}' for each, label in LEVELS.items())} 之一",
        )
    if basic and rest != basic:
        yield CodeFault(f"实施编码后 12 位是 {rest}，与基本编码 {basic} 不一致", f"后 12 位应为 {basic}")
    elif not basic:
        yield from basic_faults(rest, item_type, types)


def handling_faults(code: str, implementation: str | None) -> Iterator[CodeFault]:
    """What is wrong with a 业务办理项编码 of 33 characters: 实施编码 31, two digits."""
    if not _DIGITS.fullmatch(code[IMPLEMENTATION_LENGTH:]):
        yield CodeFault("业务办理项编码最后 2 位是数字", "第一个业务办理项写作 01")
    if implementation and code[:IMPLEMENTATION_LENGTH] != implementation:
        yield CodeFault("业务办理项编码前 31 位与实施编码不一致", f"前 31 位应为 {implementation}")
    elif not implementation:
        yield from implementation_faults(code[:IMPLEMENTATION_LENGTH], None, None)


def _labelled(code: str, labels: Mapping[str, str]) -> str:
    return f"{code} {labels[code]}" if code in labels else code


def _alike(code: str) -> str | None:
    """A code with look-alikes put right, if it is one then."""
    mended = code.upper().translate(_LOOKALIKES)
    is_one = all(each in USCC_ALPHABET for each in mended)
    return f"是否指 {mended}" if is_one and uscc_fault(mended) is None else None


def _digits_hint(code: str) -> str:
    mended = code.upper().translate(_LOOKALIKES)
    return f"是否指 {mended}" if _DIGITS.fullmatch(mended) else "不能有字母、空格和其他符号"
