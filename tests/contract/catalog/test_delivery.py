"""Taking in records as their owners made them: counted, in one transaction, forks kept out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.writing import PREFETCH, DeliveryCounts
from service_catalog.model import Kind, Record
from service_catalog.model.errors import ConflictError, InvalidRecordError
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import HEBEI, item, tombstone, written

ONE = item("A")
AS_TERM = replace(ONE, kind=Kind.TERM, content={"word": "词", "target": {"name": "名称"}})


def deliver(catalog: Catalog, *records: Record) -> DeliveryCounts:
    return catalog.deliver(iter(records), author="test", reason="test")


def test_delivery_when_records_are_new_or_newer_then_applied_with_their_versions(catalog: Catalog) -> None:
    first = written(catalog, replace(ONE, version=3), item("B"))
    second = written(catalog, replace(ONE, version=9), item("C"))

    assert first == DeliveryCounts(applied=2)
    assert second == DeliveryCounts(applied=2)
    assert [each.record.version for each in catalog.history(ONE.id, Kind.ITEM)] == [9, 3]


def test_delivery_when_repeated_then_unchanged_and_nothing_is_written(
    catalog: Catalog, store: MemoryStore
) -> None:
    written(catalog, ONE, item("B"))

    assert written(catalog, ONE, item("B")) == DeliveryCounts(unchanged=2)
    assert store.head() == 2


def test_delivery_when_older_then_stale_whatever_it_says(catalog: Catalog, store: MemoryStore) -> None:
    written(catalog, replace(ONE, version=5))

    older = [replace(ONE, version=4), item("A", version=1, name="改名"), tombstone(ONE)]
    assert written(catalog, *older) == DeliveryCounts(stale=3)
    assert store.head() == 1


@pytest.mark.parametrize("other", [item("A", name="改名"), replace(ONE, content={}, deleted=True)])
def test_delivery_when_a_version_has_other_content_then_fork_and_the_stored_row_stays(
    catalog: Catalog, store: MemoryStore, other: Record
) -> None:
    written(catalog, ONE)

    assert written(catalog, other) == DeliveryCounts(forks=[ONE.id])
    assert (catalog.item(ONE.id).item.record, store.head()) == (ONE, 1)


@pytest.mark.parametrize(("stored", "delivered"), [(True, 1), (0, False)])
def test_delivery_when_it_differs_only_as_true_and_one_do_then_fork(
    catalog: Catalog, stored: Any, delivered: Any
) -> None:
    deliver(catalog, item("A", extra=stored))

    assert deliver(catalog, item("A", extra=delivered)).forks == [ONE.id]


def test_fork_when_a_newer_version_follows_then_that_is_applied(catalog: Catalog) -> None:
    written(catalog, ONE)
    written(catalog, item("A", name="改名"))

    assert written(catalog, item("A", name="改名", version=2)) == DeliveryCounts(applied=1)


def test_tombstone_when_delivered_then_withdraws_and_repeated_is_unchanged(catalog: Catalog) -> None:
    written(catalog, ONE)

    assert written(catalog, tombstone(ONE)) == DeliveryCounts(applied=1)
    assert written(catalog, tombstone(ONE)) == DeliveryCounts(unchanged=1)
    assert written(catalog, ONE) == DeliveryCounts(stale=1)


def test_tombstone_when_the_record_was_never_seen_then_is_kept_so_that_older_versions_stay_out(
    catalog: Catalog,
) -> None:
    assert written(catalog, tombstone(ONE)) == DeliveryCounts(applied=1)
    assert written(catalog, ONE) == DeliveryCounts(stale=1)


def test_delivery_when_it_holds_two_versions_of_a_record_then_both_are_in_the_history(
    catalog: Catalog,
) -> None:
    counts = written(catalog, ONE, item("A", version=2, name="改名"), ONE)

    assert counts == DeliveryCounts(applied=2, stale=1)
    assert [each.record.version for each in catalog.history(ONE.id, Kind.ITEM)] == [2, 1]


BAD: dict[str, tuple[Record, type[Exception]]] = {
    "what cannot be stored": (item("BAD", extra="\0"), InvalidRecordError),
    "an id of another kind": (replace(AS_TERM, version=2), ConflictError),
    "an id of another owner": (replace(ONE, owner=HEBEI, version=2), ConflictError),
    "an id of another owner, equal version": (replace(ONE, owner=HEBEI), ConflictError),
    "an id of another kind, older version": (replace(AS_TERM, version=0), ConflictError),
    "a first version of zero": (item("BAD", version=0), ConflictError),
}


@pytest.mark.parametrize(("bad", "error"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("at", [0, PREFETCH + 7, 2 * PREFETCH])
def test_delivery_when_one_record_is_bad_then_nothing_of_it_is_written(
    catalog: Catalog, store: MemoryStore, bad: Record, error: type[Exception], at: int
) -> None:
    written(catalog, ONE)
    good = [item(f"G{number}") for number in range(2 * PREFETCH)]

    with pytest.raises(error):
        deliver(catalog, *good[:at], bad, *good[at:])

    assert store.head() == 1
    assert len(catalog.listing(Kind.ITEM, limit=10)[0]) == 1


def test_delivery_when_its_source_breaks_off_then_nothing_of_it_is_written(
    catalog: Catalog, store: MemoryStore
) -> None:
    def broken() -> Iterator[Record]:
        yield from (item(f"G{number}") for number in range(PREFETCH + 1))
        raise InvalidRecordError("第 502 行")

    with pytest.raises(InvalidRecordError, match="502"):
        catalog.deliver(broken(), author="test", reason="test")
    assert store.head() == 0


def test_delivery_when_it_is_long_then_progress_is_told_to_the_end(catalog: Catalog) -> None:
    told: list[int] = []
    records = (item(f"G{number}") for number in range(PREFETCH + 1))

    catalog.deliver(records, author="test", reason="test", progress=told.append)

    assert told == [PREFETCH, PREFETCH + 1]


def test_delivery_when_empty_then_counts_nothing(catalog: Catalog, store: MemoryStore) -> None:
    assert deliver(catalog) == DeliveryCounts()
    assert store.head() == 0
