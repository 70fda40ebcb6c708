"""Proposing counterparts: pairs of two districts' items, with what is known of them already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service_catalog.catalog.counterparts.proposing import MIN_CONFIDENCE, PROPOSED, Ids, Pair, propose
from service_catalog.catalog.reading import check_regions
from service_catalog.model import Kind, Record, references
from service_catalog.model.errors import Fault, InvalidRequestError
from service_catalog.store.base import Store


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed pair with what is known of it already. ``a_links`` and ``b_links``: counterparts that the
    rows have in the other district; ``was_refused``: the pair was refused, or a link of both withdrawn."""

    pair: Pair
    a_links: tuple[str, ...] = ()
    b_links: tuple[str, ...] = ()
    was_refused: bool = False


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Proposals for two districts, the surest first, as of one seq. ``linked``: how many items of either list
    were left out because they have a counterpart already."""

    a: Record
    b: Record
    seq: int
    items: tuple[int, int]
    linked: tuple[int, int]
    found: Sequence[Suggestion]


def suggest(
    store: Store,
    a: str,
    b: str,
    *,
    limit: int = PROPOSED,
    min_confidence: float = MIN_CONFIDENCE,
    everything: bool = False,
) -> Suggestions:
    """Propose pairs of items of two districts.

    Items with a counterpart in the other district, and pairs that were refused, are left out, unless
    ``everything`` is wanted. Raises InvalidRequestError.
    """
    check_regions(store, A=a, B=b)
    if a == b:
        raise InvalidRequestError("两个区划相同；请给出两个不同的区划代码", faults=(Fault("B", "与 A 相同"),))
    with store.snapshot() as snapshot:
        regions = {each.record.id: each.record for each in snapshot.records(Kind.REGION)}
        lists = [[each.record for each in snapshot.records(Kind.ITEM, owner=owner)] for owner in (a, b)]
        links = _links([each.record for each in snapshot.records(Kind.COUNTERPART)], lists)
        seq = snapshot.head
    free = lists if everything else [[row for row in rows if row.id not in links] for rows in lists]
    pairs = propose(
        free[0],
        free[1],
        list(regions.values()),
        limit=limit,
        min_confidence=min_confidence,
        unwanted=(lambda _: ()) if everything else (lambda ids: _refused(store, ids)),
    )
    refused = _refused(store, [(pair.a.id, pair.b.id) for pair in pairs])
    return Suggestions(
        a=regions[a],
        b=regions[b],
        seq=seq,
        items=(len(lists[0]), len(lists[1])),
        linked=(len(lists[0]) - len(free[0]), len(lists[1]) - len(free[1])),
        found=[
            Suggestion(
                pair, links.get(pair.a.id, ()), links.get(pair.b.id, ()), (pair.a.id, pair.b.id) in refused
            )
            for pair in pairs
        ],
    )


def _links(records: Sequence[Record], lists: Sequence[Sequence[Record]]) -> dict[str, tuple[str, ...]]:
    """By item, its counterparts in the other of two lists."""
    side = {row.id: at for at, rows in enumerate(lists) for row in rows}
    found: dict[str, tuple[str, ...]] = {}
    for record in records:
        ends = [end for end in references(record) if end in side]
        if len(ends) == len(lists) and side[ends[0]] != side[ends[1]]:
            for end, other in (ends, reversed(ends)):
                found[end] = (*found.get(end, ()), other)
    return found


def _refused(store: Store, pairs: Collection[Ids]) -> set[Ids]:
    """Those that were refused, or whose link was withdrawn."""
    stored = store.get_many(link_ids(pairs))
    gone = {name for name, revision in stored.items() if revision.record.deleted}
    return {pair for pair in pairs if gone.intersection(link_ids([pair]))}


def link_ids(pairs: Collection[Ids]) -> list[str]:
    """Ids that the link of a pair may have: either district may own it."""
    return [f"{one.partition('-')[0]}-CP-{one}~{other}" for a, b in pairs for one, other in ((a, b), (b, a))]
