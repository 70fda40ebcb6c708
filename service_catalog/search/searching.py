"""One search, from request to page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from service_catalog.indexing.lexicon import Lexicon
from service_catalog.indexing.viewing import View, Viewer
from service_catalog.model import (
    Confidence,
    EngineQuery,
    FacetValue,
    Found,
    Hit,
    SearchPage,
    SearchRequest,
    Understanding,
    Values,
)
from service_catalog.model.errors import EngineError, Fault, InvalidRequestError
from service_catalog.model.searching import FACETS, MAX_BROWSED
from service_catalog.search.compile import compile_query
from service_catalog.search.cursor import Cursors, Position
from service_catalog.search.rank import RANKED, Needle, Scored, is_accepted, mode_at, rank
from service_catalog.search.reasons import reasons
from service_catalog.search.understand import understand

CONFIDENT, LIKELY = 0.8, 0.5
"""Relevance of the first hit from which an answer counts as high or medium. Shares of the query's
information: at 0.8 at most one common pair of a five-character query is missing; at half, as much is missing
as found."""

SUGGESTED = 3
"""Near misses offered when nothing fits; more would look like results."""

NOTHING = Found((), 0, {})

TRIES = 3
"""Answers tried for one request while generations change or an engine fails. Two rebuilds within one search
do not happen, nor do two failures with an engine in reserve."""

T = TypeVar("T")

NEAR = 0.05
"""Share of the query's information from which a row is near enough to be offered: one pair in a long
sentence."""

MAX_FACET_VALUES = 50
"""Values shown per facet, the commonest first; a list beyond this helps nobody narrow a search."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What ``catalog explain`` shows: the query as understood, what the engine was asked, and each hit's
    features."""

    understanding: Understanding
    query: EngineQuery
    view: View
    ranked: Sequence[Scored]
    weights: Mapping[str, float]


class Searching:
    """Answers search requests. Safe to share between threads."""

    def __init__(self, viewer: Viewer, cursors: Cursors) -> None:
        self._viewer, self._cursors = viewer, cursors
        self._definition = viewer.definition

    def search(self, request: SearchRequest) -> SearchPage:
        """The page a request asks for.

        Raises InvalidRequestError, CursorError, SearchUnavailableError.
        """
        after = self._cursors.read(request)
        return self._from_view(lambda view: self._answer(request, after, view))

    def _from_view(self, answer: Callable[[View], T]) -> T:
        """An answer made from one view as a whole: documents and query were cut with one dictionary."""
        for left in reversed(range(TRIES)):
            view = self._viewer.view()
            try:
                made = answer(view)
            except EngineError as error:
                if not left:
                    raise
                self._viewer.failed(view, error)
                continue
            if not left or view.engine.status().generation == view.status.generation:
                return made
            # Another generation began to serve meanwhile.
        raise AssertionError("the last try returns or raises")

    def _answer(self, request: SearchRequest, after: Position | None, view: View) -> SearchPage:
        _check_regions(request, view.lexicon)
        needle = Needle.of(understand(request.text, view.dictionary, view.lexicon))
        found, total = NOTHING, 0
        if not _says_nothing(needle.understood):
            found = self._find(request, needle, view, best=RANKED if after is None else MAX_BROWSED)
            total = found.total
        ranked = rank(found.candidates, needle, request, self._definition.ranking)
        rest = ranked if after is None else _after(ranked, after)
        page = rest[: request.limit]
        more = len(page) < len(rest) or (after is None and len(page) < total)
        return SearchPage(
            understanding=needle.understood,
            confidence=_confidence(needle.understood, ranked),
            total=total,
            hits=tuple([self._hit(scored, needle, request, view) for scored in page]),
            facets=self._facets(request, needle, view, found),
            next_cursor=self._next(request, page[-1], view) if more else None,
            suggestions=() if ranked else self._near_misses(request, needle, view),
            freshness=view.freshness,
            changed=after is not None and (after.seq, after.generation) != self._state(view),
        )

    def explain(self, request: SearchRequest) -> Explanation:
        """How a request is understood and why its hits rank as they do."""
        return self._from_view(lambda view: self._explanation(request, view))

    def _explanation(self, request: SearchRequest, view: View) -> Explanation:
        understood = understand(request.text, view.dictionary, view.lexicon)
        query = compile_query(understood, request, self._definition, view.dictionary, best=RANKED)
        found = NOTHING if _says_nothing(understood) else view.engine.search(query)
        weights = self._definition.ranking
        ranked = rank(found.candidates, Needle.of(understood), request, weights)
        return Explanation(understood, query, view, ranked, weights)

    def _find(
        self, request: SearchRequest, needle: Needle, view: View, *, without: str = "", best: int
    ) -> Found:
        understood, definition = needle.understood, self._definition
        return view.engine.search(
            compile_query(understood, request, definition, view.dictionary, without=without, best=best)
        )

    def _near_misses(self, request: SearchRequest, needle: Needle, view: View) -> tuple[str, ...]:
        """Names of the rows that come closest, though under the cut."""
        query = compile_query(needle.understood, request, self._definition, view.dictionary, best=SUGGESTED)
        near = view.engine.search(replace(query, floor=NEAR, limit=SUGGESTED)).candidates
        return tuple(dict.fromkeys(str(json.loads(each.fragment)["name"]) for each in near))

    def _hit(self, scored: Scored, needle: Needle, request: SearchRequest, view: View) -> Hit:
        values, region = scored.candidate.values, request.at_region
        why = reasons(scored, needle, request, view.lexicon)
        if region is None:
            return Hit(scored.candidate, scored.score, why, accepted_here=None, mode_here=None)
        accepted, mode = is_accepted(values, region), mode_at(values, region)
        return Hit(scored.candidate, scored.score, why, accepted, mode)

    def _facets(
        self, request: SearchRequest, needle: Needle, view: View, found: Found
    ) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts per value. A facet that filters is counted without its own filter, so that its other values
        show."""
        counted = _counts(found, request.at_region, FACETS)
        for facet in FACETS:
            if getattr(request, facet) is not None:
                without = self._find(request, needle, view, without=facet, best=0)
                counted |= _counts(without, request.at_region, (facet,))
        return {facet: _commonest(counted[facet]) for facet in FACETS}

    def _next(self, request: SearchRequest, last: Scored, view: View) -> str:
        return self._cursors.make(request, Position(last.score, last.candidate.id, *self._state(view)))

    @staticmethod
    def _state(view: View) -> tuple[int, str]:
        generation = view.status.generation
        return view.freshness.seq, generation.name if generation else ""


def _check_regions(request: SearchRequest, lexicon: Lexicon) -> None:
    """Raise InvalidRequestError naming every region that the catalogue does not know."""
    asked = {"at_region": request.at_region, "owner_region": request.owner_region}
    faults = tuple(
        Fault(name, f"没有区划 {region}", "已收录的区划：" + "、".join(sorted(lexicon.regions)))
        for name, region in asked.items()
        if region is not None and region not in lexicon.regions
    )
    if faults:
        raise InvalidRequestError("；".join(fault.message for fault in faults), faults=faults)


def _after(ranked: list[Scored], after: Position) -> list[Scored]:
    """The hits after a position."""
    reached = (-after.score, after.id)
    return [each for each in ranked if (-each.score, each.candidate.id) > reached]


def _says_nothing(understood: Understanding) -> bool:
    """True for text without a letter, digit or character: it asks nothing, nor is it a wish to browse."""
    return bool(understood.text.strip()) and not understood.folded


def _confidence(understood: Understanding, ranked: Sequence[Scored]) -> Confidence:
    if not ranked:
        return Confidence.NONE
    relevance = ranked[0].relevance
    if not understood.bigrams or relevance >= CONFIDENT:
        return Confidence.HIGH
    return Confidence.MEDIUM if relevance >= LIKELY else Confidence.LOW


def _counts(found: Found, at_region: str | None, facets: Iterable[str]) -> dict[str, dict[str, int]]:
    """By facet, how many of the documents found have each value."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in facets}
    for values, count in chain.from_iterable(found.groups.values()):
        for name, held in values.items():
            told = counts.get(name)
            if told is None:
                continue
            for value in _modes(values, at_region) if name == "mode" else held:
                told[value] = told.get(value, 0) + count
    return counts


def _modes(values: Values, at_region: str | None) -> Iterable[str]:
    """The mode at the region, or without one each mode a row has anywhere, once."""
    if at_region is None:
        return [mode for mode in values["mode"] if "@" not in mode]
    mode = mode_at(values, at_region)
    return () if mode is None else (mode,)


def _commonest(counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple([FacetValue(value, count) for value, count in common[:MAX_FACET_VALUES]])
