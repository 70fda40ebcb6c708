"""Which items of two districts are one matter: proposes pairs for a person to decide on. Pure: no store.

How pairs are found
    Place, department and action words are taken out of the names, short forms written out, and the rest is
    cut into pairs of neighbouring characters. For each item of the shorter list its rarest pairs are looked
    up among the longer list's names (about ``POSTINGS`` rows), and only the ``CANDIDATES`` most alike are
    compared closely: the work grows with the shorter list, not with the product of both.

How sure a pair is, 0 to 1
    An equal national 基本编码 (12 digits, one for all districts; 实施编码 and 业务办理项编码 contain it)
    counts most, then an equal name, then how much of each name the other has, with rare characters counting
    more. An equal group label, departments of one function and an equal type raise it; other actions (注销,
    设立), opposites (住院, 门诊), other numbers, other applicants lower it. The figure orders a person's
    work; it is no probability and decides nothing.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service_catalog.catalog.counterparts.likeness import BASES, Likeness, compare, words_apart
from service_catalog.catalog.counterparts.rows import Places, Row, make_row
from service_catalog.catalog.counterparts.words import WORDS
from service_catalog.model import Record
from service_catalog.text import Segmenter

__all__ = ["BASES", "MIN_CONFIDENCE", "Pair", "propose"]

POSTINGS = 4_000
CANDIDATES = 30

MIN_CONFIDENCE = 0.6
"""Below this proposals cost more reading than they find (measured on the reference catalogue)."""

HALF = 0.005
"""What rounding to two decimals may add."""

PROPOSED = 3
"""Partners proposed for one item: the best, and two to choose from."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal. ``rank`` 1: each other's best, one to one; from 2 on an alternative. ``confidence`` has two
    decimals. ``note`` says in Chinese what speaks for the pair and what against it."""

    a: Record
    b: Record
    basis: str
    confidence: float
    note: str
    rank: int


@dataclass(frozen=True, slots=True)
class _Judged:
    a: Row
    b: Row
    said: Likeness

    @property
    def ids(self) -> Ids:
        return self.a.record.id, self.b.record.id


Ids = tuple[str, str]
Unwanted = Callable[[Collection[Ids]], Collection[Ids]]


def _nothing(_: Collection[Ids]) -> Collection[Ids]:
    return ()


def propose(
    left: Sequence[Record],
    right: Sequence[Record],
    regions: Sequence[Record],
    *,
    limit: int = PROPOSED,
    min_confidence: float = MIN_CONFIDENCE,
    unwanted: Unwanted = _nothing,
) -> list[Pair]:
    """Pairs (a of ``left``, b of ``right``), the surest first.

    For each item of the shorter list at most ``limit``: its partner, which is nobody else's, and
    alternatives. ``unwanted`` is asked once with the ids of all pairs that are sure enough. The same records
    give the same pairs.
    """
    places = Places.of(regions)
    a_rows, b_rows = ([make_row(each, places) for each in rows] for rows in (left, right))
    is_turned = len(a_rows) > len(b_rows)
    few, many = (b_rows, a_rows) if is_turned else (a_rows, b_rows)
    finder = _Finder(many, _weights([*few, *many]))
    judged: list[_Judged] = []
    for row in few:
        for other in finder.candidates(row):
            a, b = (other, row) if is_turned else (row, other)
            said = compare(a, b, finder.weights, min_confidence - HALF)
            if said is not None:
                judged.append(_Judged(a, b, said))
    out = unwanted([each.ids for each in judged])
    return _ranked([each for each in judged if each.ids not in out], limit, is_turned=is_turned)


def _weights(rows: Sequence[Row]) -> dict[str, float]:
    """What a character pair tells, in nats: ln((N + 1) / (n + 0.5)) over the names of both lists."""
    counts = Counter(token for row in rows for token in row.tokens)
    return {token: math.log((len(rows) + 1) / (count + 0.5)) for token, count in counts.items()}


class _Finder:
    """Finds the rows of one list that are worth a close look."""

    def __init__(self, rows: Sequence[Row], weights: Mapping[str, float]) -> None:
        self.weights = weights
        self._rows = rows
        self._by_token: dict[str, list[int]] = {}
        self._by_key: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            for token in row.tokens:
                self._by_token.setdefault(token, []).append(at)
            for key in _keys(row):
                self._by_key.setdefault(key, []).append(at)

    def candidates(self, row: Row) -> Iterator[Row]:
        """Rows of equal code or name, then those most alike."""
        sure = [at for key in _keys(row) for at in self._by_key.get(key, ())]
        alike = self._alike(row)
        return (self._rows[at] for at in dict.fromkeys([*sure[:CANDIDATES], *alike]))

    def _alike(self, row: Row) -> list[int]:
        scores: dict[int, float] = {}
        left = POSTINGS
        for token in sorted(row.tokens, key=lambda each: (-self.weights[each], each)):
            places = self._by_token.get(token, ())
            left -= len(places)
            if left < 0 and scores:
                break
            for at in places:
                scores[at] = scores.get(at, 0.0) + self.weights[token]

        def key(at: int) -> tuple[float, int]:
            return -scores[at] / math.sqrt(len(self._rows[at].tokens)), at  # else long names hold everything

        return heapq.nsmallest(CANDIDATES, scores, key=key)


def _keys(row: Row) -> list[str]:
    return [row.bare, *([f"#{row.basic_code}"] if row.basic_code else ())]


def _ranked(judged: list[_Judged], limit: int, *, is_turned: bool) -> list[Pair]:
    """One to one first, the surest pair first; then the rest as alternatives of the shorter list's rows."""
    judged.sort(key=lambda each: (-each.said.confidence, each.ids))
    explain = _Explainer({(each.a if is_turned else each.b).record.id for each in judged})
    others: list[_Judged] = []
    pairs: list[Pair] = []
    for each in judged:
        if explain.partner.keys() & set(each.ids):
            others.append(each)
        else:
            explain.marry(each)
            pairs.append(explain.pair(each, 1))
    ranks = {(pair.b if is_turned else pair.a).id: 1 for pair in pairs}
    for each in others:
        row = (each.b if is_turned else each.a).record.id
        rank = ranks.get(row, 1) + 1
        if rank <= limit:
            ranks[row] = rank
            pairs.append(explain.pair(each, rank))
    return sorted(pairs, key=lambda pair: (-pair.confidence, pair.rank, pair.a.id, pair.b.id))


@cache
def _segmenter() -> Segmenter:
    """Made on first use: it costs about 0.15 s and 30 MB, and is the same for all."""
    return Segmenter(dict.fromkeys(WORDS))


class _Explainer:
    """Makes pairs with their notes. ``longer``: ids of the longer list, whose items are told whose partner
    they are."""

    def __init__(self, longer: Collection[str]) -> None:
        self.partner: dict[str, str] = {}
        self._longer = longer

    def marry(self, each: _Judged) -> None:
        """Make both each other's partner."""
        a, b = each.ids
        self.partner[a], self.partner[b] = b, a

    def pair(self, each: _Judged, rank: int) -> Pair:
        """The proposal, explained."""
        said = each.said
        note = "；".join(part for part in self._told(each) if part)
        return Pair(each.a.record, each.b.record, said.basis, round(said.confidence, 2), note, rank)

    def _told(self, each: _Judged) -> Iterator[str]:
        yield "，".join(each.said.supports)
        both, only_a, only_b = words_apart(*(_segmenter().segments(row.bare) for row in (each.a, each.b)))
        for label, words in (("共有", both), ("仅甲有", only_a), ("仅乙有", only_b)):
            yield label + "".join(f"“{word}”" for word in words) if words else ""
        yield "注意：" + "，".join(each.said.doubts) if each.said.doubts else ""
        for one, other in (each.ids, each.ids[::-1]):
            if one in self._longer and self.partner.get(one, other) != other:
                yield f"{one} 更像 {self.partner[one]}"
