"""One search, from request to page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service_catalog.indexing.follower import Follower, View
from service_catalog.indexing.lexicon import Lexicon
from service_catalog.model import (
    Candidate,
    Confidence,
    EngineQuery,
    FacetValue,
    Hit,
    SearchPage,
    SearchRequest,
    Understanding,
)
from service_catalog.model.errors import EngineDamagedError, Fault, InvalidRequestError
from service_catalog.model.searching import FACETS
from service_catalog.search.compile import compile_query
from service_catalog.search.cursor import Cursors, Position
from service_catalog.search.rank import Needle, Scored, accepted_here, rank
from service_catalog.search.reasons import reasons
from service_catalog.search.understand import understand

CONFIDENT, LIKELY = 0.8, 0.5
"""Relevance of the first hit from which an answer counts as high or medium. Shares of the query's
information: at 0.8 at most one common pair of a five-character query is missing; at half, as much is missing
as found."""

SUGGESTED = 3
"""Near misses offered when nothing fits; more would look like results."""

TRIES = 3
"""Answers made for one request while generations change; two rebuilds within one search do not happen."""

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

    def __init__(self, follower: Follower, cursors: Cursors) -> None:
        self._follower, self._cursors = follower, cursors
        self._definition = follower.definition

    def search(self, request: SearchRequest) -> SearchPage:
        """The page a request asks for.

        Raises InvalidRequestError, CursorError, SearchUnavailableError.
        """
        after = self._cursors.read(request)
        for _ in range(TRIES):
            view = self._follower.view()
            page = self._answer(request, after, view)
            if self._follower.engine.status().generation == view.status.generation:
                break
            # Another generation began to serve meanwhile: its documents were cut with another dictionary.
        return page

    def _answer(self, request: SearchRequest, after: Position | None, view: View) -> SearchPage:
        _check_regions(request, view.lexicon)
        needle = Needle.of(understand(request.text, view.dictionary, view.lexicon))
        ranked = [] if _says_nothing(needle.understood) else self._run(request, needle, view)
        page, more = _page(ranked, after, request.limit)
        return SearchPage(
            understanding=needle.understood,
            confidence=_confidence(needle.understood, ranked),
            total=len(ranked),
            hits=tuple(self._hit(scored, needle, request, view) for scored in page),
            facets=self._facets(request, needle, view, ranked),
            next_cursor=self._next(request, page[-1], view) if more else None,
            suggestions=() if ranked else self._near_misses(request, needle, view),
            freshness=view.freshness,
            changed=after is not None and (after.seq, after.generation) != self._state(view),
        )

    def explain(self, request: SearchRequest) -> Explanation:
        """How a request is understood and why its hits rank as they do."""
        view = self._follower.view()
        understood = understand(request.text, view.dictionary, view.lexicon)
        query = compile_query(understood, request, self._definition, view.dictionary)
        ranked = [] if _says_nothing(understood) else self._run(request, Needle.of(understood), view)
        return Explanation(understood, query, view, ranked, self._definition.ranking)

    def _run(self, request: SearchRequest, needle: Needle, view: View, *, without: str = "") -> list[Scored]:
        query = compile_query(needle.understood, request, self._definition, view.dictionary, without=without)
        return rank(self._candidates(query), needle, request, self._definition.ranking)

    def _candidates(self, query: EngineQuery) -> Sequence[Candidate]:
        try:
            return self._follower.engine.search(query)
        except EngineDamagedError:
            # Damage shows between the status check and the read: look again, which waits for the rebuild.
            self._follower.view()
            return self._follower.engine.search(query)

    def _near_misses(self, request: SearchRequest, needle: Needle, view: View) -> tuple[str, ...]:
        """Names of the rows that come closest, though under the cut."""
        query = compile_query(needle.understood, request, self._definition, view.dictionary)
        near = self._candidates(replace(query, floor=NEAR, limit=SUGGESTED))
        return tuple(dict.fromkeys(str(json.loads(each.fragment)["name"]) for each in near))

    def _hit(self, scored: Scored, needle: Needle, request: SearchRequest, view: View) -> Hit:
        accepted, mode = accepted_here(scored.candidate.facts, request.at_region)
        why = reasons(scored, needle, request, view.lexicon)
        return Hit(scored.candidate, scored.score, why, accepted, mode)

    def _facets(
        self, request: SearchRequest, needle: Needle, view: View, ranked: Sequence[Scored]
    ) -> Mapping[str, tuple[FacetValue, ...]]:
        """Counts per value. A facet that filters is counted without its own filter, so that its other values
        show."""
        facets: dict[str, tuple[FacetValue, ...]] = {}
        for facet in FACETS:
            counted = ranked
            if getattr(request, facet) is not None:
                counted = self._run(request, needle, view, without=facet)
            facets[facet] = _counts(counted, facet, request.at_region)
        return facets

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


def _page(ranked: list[Scored], after: Position | None, limit: int) -> tuple[list[Scored], bool]:
    """The hits after a position, and whether more follow."""
    rest = ranked
    if after is not None:
        reached = (-after.score, after.id)
        rest = [each for each in ranked if (-each.score, each.candidate.id) > reached]
    return rest[:limit], len(rest) > limit


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


def _counts(ranked: Sequence[Scored], facet: str, at_region: str | None) -> tuple[FacetValue, ...]:
    counter: Counter[str] = Counter()
    for scored in ranked:
        facts = scored.candidate.facts
        if facet == "kind":
            counter[facts["kind"]] += 1
        elif facet == "mode":
            modes = facts["modes"]
            counter.update(
                {modes[at_region]} if at_region in modes else set() if at_region else set(modes.values())
            )
        else:
            counter.update(facts.get(facet, ()))
    common = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value, count) for value, count in common[:MAX_FACET_VALUES])
