"""A view of one moment while others write."""

from __future__ import annotations

import threading

import pytest

from service_catalog.model import Kind
from service_catalog.store.base import Store
from service_catalog.store.sql import SqlStore
from tests.contract.store.builders import HEBEI, TONGZHOU, acceptance, item, put, scenario, tombstone


def test_snapshot_reads_records_of_a_kind_in_order_of_id(store: Store) -> None:
    gone = item("TZ0009")
    put(store, item("TZ0002"), item("TZ0001"), item("HB0001", owner=HEBEI), scenario("HB-YJS-01"), gone)
    put(store, tombstone(gone, 2))

    with store.snapshot() as view:
        found = [revision.record.id for revision in view.records(Kind.ITEM)]
        hebei = [revision.record.id for revision in view.records(Kind.ITEM, owner=HEBEI)]
    assert found == ["110112-TZ0001", "110112-TZ0002", "120105-HB0001"]
    assert hebei == ["120105-HB0001"]


def test_snapshot_of_more_records_than_are_fetched_at_a_time_reads_all(store: Store) -> None:
    put(store, *(item(f"TZ{number:04}") for number in range(1_201)))

    with store.snapshot() as view:
        found = [revision.record.id for revision in view.records(Kind.ITEM)]
    assert found == [f"110112-TZ{number:04}" for number in range(1_201)]


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgres"], indirect=True)
def test_snapshot_reads_referrers_as_they_were_also_between_other_reads(store: Store) -> None:
    put(store, item("TZ0001"), item("TZ0002"), acceptance("110112-TZ0001"), acceptance("110112-TZ0002"))
    with store.snapshot() as view:
        put(store, tombstone(acceptance("110112-TZ0001"), 2))
        found = [
            (
                revision.record.id,
                [other.record.id for other in view.referrers([revision.record.id])[revision.record.id]],
            )
            for revision in view.records(Kind.ITEM)
        ]

        assert found == [
            ("110112-TZ0001", ["120105:110112-TZ0001"]),
            ("110112-TZ0002", ["120105:110112-TZ0002"]),
        ]
        assert view.referrers(["110112-TZ0001"], (Kind.COUNTERPART,)) == {}


def test_snapshot_counts_and_head_agree(store: Store) -> None:
    put(store, item("TZ0001"), scenario("HB-YJS-01"))

    with store.snapshot() as view:
        assert view.head == 2
        assert view.counts() == {(TONGZHOU, Kind.ITEM): 1, (HEBEI, Kind.SCENARIO): 1}


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgres"], indirect=True)
def test_snapshot_stands_still_while_another_writes(store: Store) -> None:
    record = item("TZ0001")
    put(store, record, item("TZ0002"))
    with store.snapshot() as view:
        put(store, tombstone(record, 2), item("TZ0002", 2), item("TZ0003"))

        found = [(revision.record.id, revision.record.version) for revision in view.records(Kind.ITEM)]
        assert found == [("110112-TZ0001", 1), ("110112-TZ0002", 1)]
        assert view.head == 2
        assert view.counts() == {(TONGZHOU, Kind.ITEM): 2}
        assert store.head() == 5


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgres"], indirect=True)
def test_snapshot_read_in_part_stands_still_while_another_writes(store: Store) -> None:
    put(store, *(item(f"TZ{number:04}") for number in range(1_000)))
    with store.snapshot() as view:
        records = view.records(Kind.ITEM)
        versions = [next(records).record.version]
        put(store, *(item(f"TZ{number:04}", 2) for number in range(1_000)))
        versions += [revision.record.version for revision in records]

    assert versions == [1] * 1_000


@pytest.mark.usefixtures("use_old_sqlite")
def test_writer_on_a_rollback_journal_waits_for_the_snapshot_and_then_commits(sqlite_store: SqlStore) -> None:
    put(sqlite_store, item("TZ0001"))
    writer = threading.Thread(target=put, args=(sqlite_store, item("TZ0001", 2)))
    with sqlite_store.snapshot() as view:
        writer.start()
        writer.join(timeout=0.3)
        versions = [revision.record.version for revision in view.records(Kind.ITEM)]
    writer.join()

    assert versions == [1]
    assert sqlite_store.head() == 2
