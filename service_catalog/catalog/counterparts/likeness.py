"""How sure it is that two rows are one matter, on what that rests, and why, in Chinese.

Every number here is a judgement, set by reading pairs of the reference catalogue; none is a probability.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from service_catalog.catalog.counterparts.rows import Row

BASES: Mapping[str, str] = {
    "same_code": "基本编码相同",
    "same_name": "名称相同",
    "similar_name": "名称相近",
    "overlapping_scope": "范围有重叠，不完全相同",
}
"""What a pair rests on (a counterpart's ``basis``), as people read it."""

CODE_LEAST, CODE_MOST = 0.96, 0.99
"""Several 业务办理项 may share one 基本编码; their names tell them apart, and may lower it."""

SAME_NAME = 0.95
NAME_MOST = 0.93
"""What a pair with an equal name can reach, and one with another wording."""

SPELLING = 0.3
"""Weight of the order of characters (edits needed), beside the characters held in common."""

SUPPORTS: Mapping[str, float] = {"group": 0.3, "function": 0.2, "item_type": 0.05}
"""Share of what is missing to 1 that an equal value adds."""

IN_GROUP = 0.6
"""What a character pair counts that the other row has in its group label only."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """``confidence`` is not rounded, so that pairs can be ordered by it. ``supports`` and ``doubts`` are
    Chinese phrases."""

    basis: str
    confidence: float
    supports: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sign:
    """``weight``: the share of what is missing to 1 that a support adds; what is left of the figure after a
    doubt. ``in_names``: the names contradict each other."""

    weight: float
    phrase: str
    in_names: bool = False


def compare(a: Row, b: Row, weights: Mapping[str, float], least: float = 0.0) -> Likeness | None:
    """Judge a pair; None if its confidence cannot reach ``least``. ``weights``: what each character pair
    tells."""
    shared = _shared(a, b, weights)
    is_sure = a.bare == b.bare or bool(a.basic_code and a.basic_code == b.basic_code)
    if not is_sure and NAME_MOST * _raised(shared, SUPPORTS.values()) < least:
        return None  # as with most pairs: what speaks for it and against it need not be worked out
    doubts, supports = list(_doubts(a, b)), list(_supports(a, b))
    basis, confidence = _rests_on(a, b, shared, supports, doubts)
    if confidence < least:
        return None
    return Likeness(
        basis, confidence, tuple(sign.phrase for sign in supports), tuple(sign.phrase for sign in doubts)
    )


def words_apart(a: Sequence[str], b: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """What two names, cut into words, have in common, what only the first has, what only the second has."""
    both: list[str] = []
    only_a: list[str] = []
    only_b: list[str] = []
    for what, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            both.append("".join(a[i:i_end]))
        else:
            only_a.append("".join(word for word in a[i:i_end] if word not in b))
            only_b.append("".join(word for word in b[j:j_end] if word not in a))
    return (
        [text for text in both if text],
        [text for text in only_a if text],
        [text for text in only_b if text],
    )


def _rests_on(
    a: Row, b: Row, likeness: float, supports: Sequence[_Sign], doubts: Sequence[_Sign]
) -> tuple[str, float]:
    if a.basic_code and a.basic_code == b.basic_code:
        contradiction = math.prod(sign.weight for sign in doubts if sign.in_names)
        return "same_code", (CODE_LEAST + (CODE_MOST - CODE_LEAST) * likeness) * contradiction
    doubt = math.prod(sign.weight for sign in doubts)
    if a.bare == b.bare:
        return "same_name", SAME_NAME * doubt
    likeness = _raised(likeness, (sign.weight for sign in supports))
    basis = "overlapping_scope" if _overlap(a, b) else "similar_name"
    return basis, NAME_MOST * likeness * doubt


def _shared(a: Row, b: Row, weights: Mapping[str, float]) -> float:
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - only matching needs it

    held = (_held(a, b, weights) + _held(b, a, weights)) / 2
    return (1 - SPELLING) * held + SPELLING * Indel.normalized_similarity(a.bare, b.bare)


def _held(row: Row, other: Row, weights: Mapping[str, float]) -> float:
    """How much of what a row's name tells the other row tells too, 0 to 1."""
    # Added up exactly, so that the order of a set, another in each process, does not matter.
    whole = math.fsum(weights[token] for token in row.tokens)
    held = math.fsum(
        weights[token] * (1.0 if token in other.tokens else IN_GROUP)
        for token in row.tokens
        if token in other.tokens or token in other.context
    )
    return held / whole if whole else 0.0


def _raised(likeness: float, weights: Iterable[float]) -> float:
    return 1 - (1 - likeness) * math.prod(1 - weight for weight in weights)


def _supports(a: Row, b: Row) -> Iterator[_Sign]:
    if a.group and a.group == b.group:
        yield _Sign(SUPPORTS["group"], "同属一组")
    if a.function and a.function == b.function:
        yield _Sign(SUPPORTS["function"], "部门职能相同")
    if a.item_type and a.item_type == b.item_type:
        yield _Sign(SUPPORTS["item_type"], "事项类型相同")


def _doubts(a: Row, b: Row) -> Iterator[_Sign]:
    yield from _action_doubts(a, b)
    for family in sorted(a.sides.keys() & b.sides.keys()):
        if not a.sides[family] & b.sides[family]:
            yield _Sign(0.7, f"情形不同（{_list(a.sides[family])}／{_list(b.sides[family])}）", in_names=True)
    if a.marks != b.marks:
        yield _Sign(0.85, f"只有一方有“{_list(a.marks ^ b.marks)}”", in_names=True)
    if a.numbers != b.numbers:
        yield _Sign(0.8, f"数字不同（{_list(a.numbers)}／{_list(b.numbers)}）", in_names=True)
    if a.objects and b.objects and not a.objects & b.objects:
        yield _Sign(0.7, "办理对象不同")
    if a.function and b.function and a.function != b.function:
        yield _Sign(0.85, "部门职能不同")
    if a.basic_code and b.basic_code and a.basic_code != b.basic_code:
        yield _Sign(0.7, "基本编码不同")


def _action_doubts(a: Row, b: Row) -> Iterator[_Sign]:
    if a.actions.keys() == b.actions.keys():
        return
    if not a.actions or not b.actions:
        yield _Sign(0.95, f"只有一方写明“{_list({**a.actions, **b.actions}.values())}”")
        return
    told = f"（{_list(a.actions.values())}／{_list(b.actions.values())}）"
    if a.actions.keys() & b.actions.keys():
        yield _Sign(0.9, "办理动作不全同" + told)
    else:
        yield _Sign(0.7, "办理动作不同" + told, in_names=True)


def _overlap(a: Row, b: Row) -> bool:
    """Both cover something in common, and one of them something else as well: 补领、换领 and 补领."""
    pairs = [(frozenset(a.actions), frozenset(b.actions))]
    pairs += [(a.sides[family], b.sides[family]) for family in a.sides.keys() & b.sides.keys()]
    return any(one != other and one & other for one, other in pairs)


def _list(words: Iterable[str]) -> str:
    return "、".join(sorted(set(words))) or "无"
