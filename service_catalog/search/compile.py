"""Understanding and request → the neutral query an engine is asked. Weights come from the mapping, none from
here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from service_catalog.engines.definition import Definition
from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.projection import runs
from service_catalog.model import Clause, EngineQuery, Filter, Meaning, SearchRequest, Understanding
from service_catalog.model.searching import MAX_BROWSED, MAX_CANDIDATES
from service_catalog.text import bigrams

FILTERS = {
    "kind": "kind",
    "owner_region": "owner",
    "item_type": "item_type",
    "department": "department",
    "theme": "theme",
    "object": "object",
    "mode": "mode",
}
"""Filters of a request and the document field each looks at."""


MAX_MEANINGS = 8
"""Terms of one query that are looked for; a sentence with more is a list, and each costs a clause."""

OBJECT_SHARE = 3 / 4
"""Share of a term's target that its object makes up: it says which matter, the action which step of it. The
action's quarter stays under the cut: 准生证 means 生育 + 登记, and not every 登记."""

PREFER_OWN, PREFER_ACCEPTED = 0.0002, 0.0001
"""What a row of the region where the person stands, or one accepted there, is worth among equals. Short
queries bring hundreds of equal scores; without this the order of ids would decide which of them are looked
at. Far less than any word's share, so that no row is found or lost by it."""

UNKNOWN_INFORMATION = 1.0
"""Nats of a character pair that no name holds. Known pairs carry 3 to 7: a query of foreign words falls under
the cut, while fillers (怎么, 去哪) do not drown what is known."""

Shares = dict[str, float]


def compile_query(
    understood: Understanding,
    request: SearchRequest,
    definition: Definition,
    dictionary: Dictionary,
    *,
    without: str = "",
    best: int,
) -> EngineQuery:
    """The engine query for a request; ``without`` names one filter to leave out (for that facet's counts)."""
    return EngineQuery(
        clauses=tuple(_clauses(understood, definition, dictionary)),
        filters=tuple(_filters(request, understood, without)),
        preferences=tuple(_preferences(request)),
        limit=MAX_CANDIDATES if understood.bigrams else MAX_BROWSED,
        best=best,
        floor=definition.ranking["cut"] if understood.bigrams else 0.0,
    )


def _preferences(request: SearchRequest) -> Iterator[Clause]:
    if request.at_region is not None:
        yield Clause("owner", (request.at_region,), PREFER_OWN)
        yield Clause("accepted_at", (request.at_region,), PREFER_ACCEPTED)


def _clauses(understood: Understanding, definition: Definition, dictionary: Dictionary) -> Iterator[Clause]:
    for group, field, shares, times in _looked_for(understood, dictionary):
        if shares:
            yield Clause(
                field, tuple(shares), definition.weight(field) * times, tuple(shares.values()), group
            )


def _looked_for(
    understood: Understanding, dictionary: Dictionary
) -> Iterator[tuple[str, str, Shares, float]]:
    """Group, field, terms, and how many times the field's weight they count. Nothing where one browses."""
    if not understood.bigrams:
        return
    whole = (understood.folded, understood.code, *(each.name for each in understood.meanings))
    yield "whole", "exact", {text: 1.0 for text in whole if text}, 1
    pairs = _shares(dictionary, understood.bigrams)
    words = _shares(dictionary, understood.words)
    yield "name", "bigrams", pairs, 1
    yield "name", "words", words, 1
    yield "name", "about", words, 1
    if understood.regions:
        # Places were left out above, but some names hold them: 天津营业执照北京出.
        yield "typed", "bigrams", _shares(dictionary, tuple(bigrams(understood.folded))), 2
    yield "alias", "alias", pairs, 1
    yield "steps", "steps", words, 1
    for number, meaning in enumerate(understood.meanings[:MAX_MEANINGS]):
        yield (
            f"meaning {number}",
            "bigrams",
            _target_shares(dictionary, meaning),
            2,
        )  # no words beside it: counts for both
    syllables = understood.syllables
    yield "sound", "syllables", _even(syllables if len(syllables) < 2 else _joined(syllables)), 1
    letters = understood.initials or ""
    yield "letters", "initials", _even(runs(letters, 3) or runs(letters, 2)), 1


def _shares(dictionary: Dictionary, terms: tuple[str, ...]) -> Shares:
    """Each term's share of the information of all, so that a document that holds every term scores 1."""
    told = {term: _information(dictionary, term) for term in terms}
    total = sum(told.values())
    return {term: amount / total for term, amount in told.items()} if total else {}


def _information(dictionary: Dictionary, term: str) -> float:
    """That of a character or pair, or for a longer word the sum of its pairs'."""
    if len(term) <= 2:
        return dictionary.information(term) or UNKNOWN_INFORMATION
    return sum(dictionary.information(pair) or UNKNOWN_INFORMATION for pair in runs(term, 2))


def _target_shares(dictionary: Dictionary, meaning: Meaning) -> Shares:
    thing = _shares(dictionary, tuple(bigrams(meaning.object)))
    action = _shares(dictionary, tuple(bigrams(meaning.action)))
    if not action:
        return thing
    shares = {term: share * OBJECT_SHARE for term, share in thing.items()}
    for term, share in action.items():
        shares[term] = shares.get(term, 0.0) + share * (1 - OBJECT_SHARE)
    return shares


def _joined(syllables: tuple[str, ...]) -> list[str]:
    return [one + two for one, two in pairwise(syllables)]


def _even(terms: Sequence[str]) -> Shares:
    return dict.fromkeys(terms, 1 / len(terms)) if terms else {}


def _filters(request: SearchRequest, understood: Understanding, without: str) -> Iterator[Filter]:
    if understood.regions and not understood.bigrams:
        yield Filter("owner", understood.regions)  # a place and nothing else: what that place has
    for name, field in FILTERS.items():
        value = getattr(request, name)
        if value is None or name == without:
            continue
        if name == "mode" and request.at_region is not None:
            value = f"{value}@{request.at_region}"
        yield Filter(field, (value,))
