"""Neutral queries → Elasticsearch's query language → candidates.

Every scoring term is a constant, so that a score is the same number that the embedded engine gives, whatever
else an index or shard holds."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from service_catalog.engines.definition import Definition
from service_catalog.engines.documents import encodable, require_field
from service_catalog.model import Candidate, Clause, EngineQuery, Values

SCORE_DIGITS = 4
"""Scores are rounded to this many decimals, as the embedded engine does: they are single-precision sums."""

HALF_DIGIT = 0.5 * 10**-SCORE_DIGITS

MAX_GROUPS = 5_000
"""Combinations of filter values counted by the server. More, and each document's are fetched instead."""

GROUPS_KEPT = 8_192
"""Groups kept as they were read; about 10 MB a process."""

Body = dict[str, Any]
Answer = Mapping[str, Any]
Term = tuple[str, str, float]


def query_body(query: EngineQuery, definition: Definition) -> Body:
    """The server's query. Raises EngineError for undefined fields."""
    filters: list[Body] = [{"term": {"deleted": False}}, *_filters(query, definition)]
    preferences = [_scoring(*term) for clause in query.preferences for term in _terms(clause, definition)]
    if not query.clauses:
        # A constant, because a query of filters alone scores 0 only as long as nothing is preferred.
        return {"bool": {"filter": filters, "should": preferences}}
    groups = list(_groups(query, definition))
    best: Body = {"dis_max": {"queries": groups}} if groups else {"match_none": {}}
    return {"bool": {"must": [best], "filter": filters, "should": preferences}}


def _groups(query: EngineQuery, definition: Definition) -> Iterator[Body]:
    """A query for each group of clauses: the sum of its terms.

    With the commonest of its terms alone a document does not reach the floor, and to read the many documents
    that hold one of these is what a search of a large index takes its time for. So the server is told which
    terms a document must hold one of; it then looks for the others only there. Asking for a number of terms
    (``minimum_should_match``) comes to the same and is slower than asking for nothing.
    """
    groups: dict[str, list[Term]] = {}
    for clause in query.clauses:
        groups.setdefault(clause.group, []).extend(_terms(clause, definition))
    preferred = sum(score for clause in query.preferences for *_, score in _terms(clause, definition))
    for terms in groups.values():
        needed = _needed(terms, query.floor - preferred - 2 * HALF_DIGIT)
        if needed:
            asked: Body = {"should": [_scoring(*term) for term in terms]}
            if len(needed) < len(terms):
                some = [{"term": {field: term}} for field, term, _ in needed]
                asked["filter"] = [{"bool": {"should": some}}]
            yield {"bool": asked}


def _needed(terms: Sequence[Term], floor: float) -> Sequence[Term]:
    """The terms of which a document must hold one to reach the floor; none if all do not suffice."""
    rest = sorted(terms, key=lambda term: term[2])
    for place, reached in enumerate(accumulate(score for *_, score in rest)):
        if reached >= floor:
            return rest[place:]
    return ()


def _terms(clause: Clause, definition: Definition) -> Iterator[Term]:
    """Field, term, and what it scores."""
    require_field(clause.field, definition)
    shares = clause.shares or [1.0] * len(clause.terms)
    for term, share in zip(encodable(clause.terms), shares, strict=True):
        yield f"fields.{clause.field}", term, clause.weight * share


def _scoring(field: str, term: str, score: float) -> Body:
    return {"constant_score": {"filter": {"term": {field: term}}, "boost": score}}


def _filters(query: EngineQuery, definition: Definition) -> Iterator[Body]:
    for wanted in query.filters:
        require_field(wanted.field, definition)
        yield {"terms": {f"fields.{wanted.field}": list(encodable(wanted.values))}}


def search_body(query: EngineQuery, definition: Definition, *, size: int) -> Body:
    """One search: the best documents, how many there are, and their groups counted."""
    body: Body = {
        "query": query_body(query, definition),
        "size": size,
        "track_total_hits": True,
        "source": ["facts", "fragment"],
        "docvalue_fields": _group_fields(definition),
        "aggs": {
            group: {"terms": {"field": f"groups.{group}", "size": _most_groups(query)}}
            for group in definition.groups
        },
    }
    return body | _order(query, definition)


def _most_groups(query: EngineQuery) -> int:
    """More groups than documents wanted can only be where the groups of these have to be fetched anyway."""
    return max(1, min(query.limit, MAX_GROUPS))


def groups_body(query: EngineQuery, definition: Definition, *, size: int) -> Body:
    """One search for nothing but the ids and groups of the first ``size`` documents, and the total."""
    return {
        "query": query_body(query, definition),
        "size": size,
        "track_total_hits": True,
        "source": False,
        # Not even the id is read where documents lie whole: that takes as long as everything else together.
        "stored_fields": "_none_",
        "docvalue_fields": _group_fields(definition),
    } | _order(query, definition)


def texts_body(ids: Sequence[str]) -> Body:
    """One search for what these documents say, in any order."""
    held = {"bool": {"filter": [{"ids": {"values": ids}}, {"term": {"deleted": False}}]}}
    return {"query": held, "size": len(ids), "source": ["facts", "fragment"]}


def page_body(query: EngineQuery, definition: Definition, *, size: int) -> Body:
    """One search of those that read through all documents by id: a page behind the first."""
    return {
        "query": query_body(query, definition),
        "size": size,
        "source": ["facts", "fragment"],
        "docvalue_fields": _group_fields(definition),
        "sort": [_by_id(definition)],
        "search_after": [query.after],
        "track_total_hits": False,
    }


def _order(query: EngineQuery, definition: Definition) -> Body:
    if not query.clauses and not query.preferences:
        return {"sort": [_by_id(definition)]} | ({"search_after": [query.after]} if query.after else {})
    order: Body = {"sort": [{"_score": "desc"}, _by_id(definition)], "track_scores": True}
    # Rounded scores are compared, so that half a digit below the floor still reaches it.
    return order | ({"min_score": query.floor - HALF_DIGIT} if query.floor > HALF_DIGIT else {})


def _by_id(definition: Definition) -> Body:
    return {f"fields.{definition.key}": "asc"}


def _group_fields(definition: Definition) -> list[str]:
    return [f"groups.{group}" for group in definition.groups] + [f"fields.{definition.key}"]


def candidates_in(answer: Answer, definition: Definition) -> list[Candidate]:
    """The hits, by (score descending, id)."""
    made = [_candidate(hit, definition) for hit in answer["hits"]["hits"]]
    made.sort(key=lambda each: (-each.score, each.id))
    return made


def joined(found: Sequence[Answer], texts: Answer, definition: Definition) -> list[Candidate]:
    """Hits of ``groups_body`` with what ``texts_body`` brought of them; without those deleted in between."""
    sources = {hit["_id"]: hit["_source"] for hit in texts["hits"]["hits"]}
    hits = ({**hit, "_id": id_of(hit, definition)} for hit in found)
    held = [{**hit, "_source": sources[hit["_id"]]} for hit in hits if hit["_id"] in sources]
    return candidates_in({"hits": {"hits": held}}, definition)


def id_of(hit: Answer, definition: Definition) -> str:
    """The id of a hit of ``groups_body``."""
    return str(hit["fields"][f"fields.{definition.key}"][0])


def _candidate(hit: Answer, definition: Definition) -> Candidate:
    source = hit["_source"]
    values: dict[str, tuple[str, ...]] = {}
    for group in definition.groups:
        values.update(_values(_group_of(hit, group)))
    facts = _shared(json.loads(source["facts"]))
    return Candidate(hit["_id"], round(hit["_score"] or 0.0, SCORE_DIGITS), facts, source["fragment"], values)


def total_in(answer: Answer) -> int:
    """How many documents there are, however many came."""
    total: int = answer["hits"]["total"]["value"]
    return total


def counted_groups(
    answer: Answer, definition: Definition
) -> Mapping[str, Sequence[tuple[Values, int]]] | None:
    """The groups as the server counted them; None where there are too many to be sure of each."""
    told = answer["aggregations"]
    if any(told[group]["sum_other_doc_count"] for group in definition.groups):
        return None
    return {
        group: [(_values(each["key"]), each["doc_count"]) for each in told[group]["buckets"]]
        for group in definition.groups
    }


def groups_in(answer: Answer, definition: Definition) -> Mapping[str, Sequence[tuple[Values, int]]]:
    """The groups of the hits, counted here."""
    hits = answer["hits"]["hits"]
    return {group: _counted(_group_of(hit, group) for hit in hits) for group in definition.groups}


def _counted(groups: Iterable[str]) -> list[tuple[Values, int]]:
    return [(_values(group), count) for group, count in Counter(groups).items()]


def _group_of(hit: Answer, group: str) -> str:
    values = hit["fields"].get(f"groups.{group}", ("{}",))
    return str(values[0])


@lru_cache(GROUPS_KEPT)
def _values(group: str) -> Values:
    """A group read from its text. Documents share groups, and queries do: a third of an answer's time was
    reading the same ones again. Nobody changes what is returned."""
    return _shared(json.loads(group))


def _shared(content: dict[str, Any]) -> dict[str, Any]:
    """Lists become tuples, as from the other engine, and keys are shared between documents."""
    return {sys.intern(key): tuple(value) if type(value) is list else value for key, value in content.items()}
