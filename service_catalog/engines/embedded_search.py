"""Neutral queries → tantivy queries → candidates."""

from __future__ import annotations

import json
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import tantivy

from service_catalog.engines.definition import Definition
from service_catalog.engines.documents import encodable, require_field
from service_catalog.engines.embedded_index import (
    CHECKPOINT,
    FACTS,
    FRAGMENT,
    GROUP,
    ORDER,
    ROW,
    TERMS,
    VALUES,
    OpenIndex,
)
from service_catalog.engines.embedded_values import ANY_TEXT
from service_catalog.model import Candidate, Clause, EngineQuery, Found, Values
from service_catalog.model.errors import EngineError

SCORE_DIGITS = 4
"""Scores are rounded to this many decimals: they are single-precision sums whose order depends on where a
document lies, so that equal documents may differ in the last bits (2e-7 at a score of 2)."""

MAX_TIES = 2_000
"""How many documents beyond the limit are looked at when equal scores straddle it."""

KEPT_DOCUMENTS = 20_000
"""A hundred times what one search reads; about 2 KB each."""

KEPT_GROUPS = 20_000
"""Combinations of filter values; 50,000 generated documents have 7,100. About 1 KB each."""

Parsed = tuple[str, Mapping[str, Any], str]
"""Id, facts and fragment of a document."""
Hit = tuple[float, tantivy.DocAddress]
Hits = list[Hit]
Numbers = list[int]
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Kept(Generic[K, T]):
    """What was read before, by the number of its content, hence never outdated: also across reloads and
    generations.

    Two halves: when the young one is full it becomes the old one, whose entries are dropped with it unless
    asked for meanwhile. Safe to share between threads without a lock, because a lost entry is only read
    again.
    """

    def __init__(self, capacity: int) -> None:
        self._half = capacity // 2
        self._young: dict[K, T] = {}
        self._old: dict[K, T] = {}

    def of(self, numbers: Iterable[K], read: Callable[[int], T]) -> list[T]:
        """What has these numbers; ``read`` is called with the place of each that is not known."""
        young = self._young
        return [
            self._fetch(number, at, read) if (known := young.get(number)) is None else known
            for at, number in enumerate(numbers)
        ]

    def _fetch(self, number: K, at: int, read: Callable[[int], T]) -> T:
        value = self._old.get(number)
        if value is None:
            value = read(at)
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[number] = value
        return value


class Memory:
    """What one process keeps of the documents it has read."""

    def __init__(self) -> None:
        self.documents: Kept[int, Parsed] = Kept(KEPT_DOCUMENTS)
        self.groups: Kept[int, Values] = Kept(KEPT_GROUPS)
        self.values: Kept[tuple[int, ...], Values] = Kept(KEPT_GROUPS)


def translate(query: EngineQuery, definition: Definition, opened: OpenIndex) -> tantivy.Query:
    """The tantivy query, without the limit. Raises EngineError for undefined fields."""
    groups = list(_groups(query, definition, opened))
    filters = list(_filters(query, definition, opened))
    preferences = list(_preferences(query, definition, opened))
    if not query.clauses:
        rows = tantivy.Query.term_query(opened.index.schema, CHECKPOINT, CHECKPOINT, TERMS)
        everything = (tantivy.Occur.Must, tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0))
        found = [everything, (tantivy.Occur.MustNot, rows), *filters, *preferences]
        return tantivy.Query.boolean_query(found)
    best = tantivy.Query.disjunction_max_query(groups) if groups else tantivy.Query.empty_query()
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, best), *filters, *preferences])


def _groups(query: EngineQuery, definition: Definition, opened: OpenIndex) -> Iterator[tantivy.Query]:
    """A query for each group of clauses: the sum of its terms."""
    groups: dict[str, list[tuple[tantivy.Occur, tantivy.Query]]] = {}
    for clause in query.clauses:
        require_field(clause.field, definition)
        if clause.field in opened.names:
            groups.setdefault(clause.group, []).extend(_terms(clause, opened))
    return (tantivy.Query.boolean_query(terms) for terms in groups.values() if terms)


def _preferences(
    query: EngineQuery, definition: Definition, opened: OpenIndex
) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
    for clause in query.preferences:
        require_field(clause.field, definition)
        if clause.field in opened.names:
            yield from _terms(clause, opened)


def _terms(clause: Clause, opened: OpenIndex) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
    shares = clause.shares or [1.0] * len(clause.terms)
    for term, share in zip(encodable(clause.terms), shares, strict=True):
        found = tantivy.Query.term_query(opened.index.schema, clause.field, term, TERMS)
        yield tantivy.Occur.Should, tantivy.Query.const_score_query(found, clause.weight * share)


def _filters(
    query: EngineQuery, definition: Definition, opened: OpenIndex
) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
    for wanted in query.filters:
        require_field(wanted.field, definition)
        if wanted.field not in opened.names:
            # No rows would look like "that district has no services".
            raise EngineError(f"当前索引建立时还没有字段 {wanted.field}，重建后可用")
        values = tantivy.Query.term_set_query(
            opened.index.schema, wanted.field, list(encodable(wanted.values))
        )
        yield tantivy.Occur.Must, tantivy.Query.const_score_query(values, 0.0)


def browse(
    opened: OpenIndex, query: tantivy.Query, asked: EngineQuery, definition: Definition, memory: Memory
) -> Found:
    """The first documents by id, behind ``asked.after`` if that is given, with score 0."""
    limit = opened.documents if asked.after else min(asked.limit, opened.documents)
    order, ascending = definition.key, tantivy.Order.Asc
    hits = opened.searcher.search(query, limit, count=False, order_by_field=order, order=ascending).hits
    if asked.after:
        # All ids are looked at for each page, which takes 10 ms at 50,000, without a document being read.
        hits = hits[bisect_right(hits, asked.after, key=lambda hit: str(hit[0])) :][: asked.limit]
    return _found(opened, [(0.0, address) for _, address in hits], asked.best, memory)


def ranked(
    opened: OpenIndex, query: tantivy.Query, limit: int, floor: float, best: int, memory: Memory
) -> Found:
    """The best documents by (score, id), none under ``floor``.

    tantivy keeps any of the documents whose equal scores straddle the limit, so these are fetched as well and
    the choice made here, by id. Which of them remain is certain as long as no more than ``MAX_TIES`` straddle
    it.
    """
    hits = _down_to(floor, opened.searcher.search(query, limit + 1, count=False).hits)
    if len(hits) > limit and _shown(hits[limit - 1]) == _shown(hits[limit]):
        hits = opened.searcher.search(query, limit + MAX_TIES, count=False).hits
        hits = _first_by_id(opened, hits, limit)
    del hits[limit:]
    if len(hits) > best > 0:
        hits = _first_by_id(opened, hits, best)
    return _found(opened, hits, best, memory)


def _down_to(floor: float, hits: Hits) -> Hits:
    """``hits``, best first, without what is under ``floor``: mostly nine in ten, so not looked at singly."""
    return hits[: bisect_right(hits, -round(floor, SCORE_DIGITS), key=lambda hit: -_shown(hit))]


def _shown(hit: Hit) -> float:
    return round(hit[0], SCORE_DIGITS)


def _first_by_id(opened: OpenIndex, hits: Hits, limit: int) -> Hits:
    """``hits``, best first, with those that score as the last within the limit does in order of id."""
    score = _shown(hits[limit - 1])
    begin = bisect_left(hits, -score, key=lambda hit: -_shown(hit))
    end = bisect_right(hits, -score, key=lambda hit: -_shown(hit))
    addresses = [address for _, address in hits[begin:end]]
    order = list(zip(*(opened.searcher.fast_field_values(field, addresses) for field in ORDER), strict=True))
    by_id = sorted(range(len(order)), key=order.__getitem__)
    return hits[:begin] + [hits[begin + at] for at in by_id] + hits[end:]


def _found(opened: OpenIndex, hits: Hits, best: int, memory: Memory) -> Found:
    addresses = [address for _, address in hits]
    groups: dict[str, list[tuple[Values, int]]] = {}
    known: dict[int, Values] = {}
    columns: list[Numbers] = []
    for group in opened.groups:
        numbers = _numbers(opened, GROUP + group, addresses)
        known.update(_read_group(opened, group, dict(zip(numbers, addresses, strict=True)), memory))
        groups[group] = [(known[number], count) for number, count in Counter(numbers).items()]
        columns.append(numbers[:best])
    rows = list(zip(*columns, strict=True)) or [()] * len(hits[:best])
    values = memory.values.of(rows, lambda at: _merged([known[number] for number in rows[at]]))
    return Found(_candidates(opened, hits[:best], values, memory), len(hits), groups)


def _read_group(
    opened: OpenIndex, group: str, sample: Mapping[int, tantivy.DocAddress], memory: Memory
) -> Iterable[tuple[int, Values]]:
    """What each number stands for; ``sample`` has a document that holds it."""
    places = list(sample.values())
    read = memory.groups.of(sample, lambda at: _read_values(opened.searcher.doc(places[at]), group))
    return zip(sample, read, strict=True)


def _merged(parts: Iterable[Values]) -> Values:
    return {field: held for part in parts for field, held in part.items()}


def _candidates(opened: OpenIndex, hits: Hits, values: Sequence[Values], memory: Memory) -> list[Candidate]:
    """Sorted by (score descending, id)."""
    addresses = [address for _, address in hits]
    rows = _numbers(opened, ROW, addresses)
    parsed = memory.documents.of(rows, lambda at: _read(opened.searcher.doc(addresses[at])))
    made = [
        Candidate(document[0], _shown(hit), document[1], document[2], held)
        for hit, document, held in zip(hits, parsed, values, strict=True)
    ]
    made.sort(key=lambda each: (-each.score, each.id))
    return made


def _numbers(opened: OpenIndex, field: str, addresses: Sequence[tantivy.DocAddress]) -> Numbers:
    return [int(number or 0) for number in opened.searcher.fast_field_values(field, list(addresses))]


def _read(document: tantivy.Document) -> Parsed:
    """Keys are shared between documents: 40 % less memory, measured for 20,000."""
    document_id, facts = json.loads(_stored(document, FACTS))
    return document_id, _shared(facts), _stored(document, FRAGMENT)


def _read_values(document: tantivy.Document, group: str) -> Values:
    return _shared(json.loads(_stored(document, VALUES))[group])


def _shared(content: dict[str, Any]) -> dict[str, Any]:
    """Lists become tuples: the garbage collector lets go of tuples and mappings that hold only text."""
    return {sys.intern(key): tuple(value) if type(value) is list else value for key, value in content.items()}


def _stored(document: tantivy.Document, field: str) -> str:
    value: bytes = document.get_first(field) or b""
    return bytes(value).decode(*ANY_TEXT)
