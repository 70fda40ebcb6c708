"""The one ordered log."""

from __future__ import annotations

import threading

import pytest

from service_catalog.model import Change, Kind
from service_catalog.store.base import Store
from service_catalog.store.canonical import content_hash
from tests.contract.store.builders import acceptance, item, put, scenario, tombstone


class RefusedError(Exception):
    """What a caller raises inside a transaction."""


def test_head_of_an_empty_store_is_zero(store: Store) -> None:
    assert store.head() == 0
    assert store.head((Kind.ITEM, Kind.TERM)) == 0
    assert list(store.changes(0, 10)) == []


def test_put_answers_the_change_that_the_log_then_shows(store: Store) -> None:
    record = item("TZ0001")
    change = put(store, record)[0]

    expected = Change(
        seq=1,
        kind=Kind.ITEM,
        id="110112-TZ0001",
        owner="110112",
        version=1,
        hash=content_hash(record),
        deleted=False,
        changed_at="2026-03-01T08:30:15.123Z",
    )
    assert change == expected
    assert list(store.changes(0, 10)) == [expected]


def test_changes_of_many_transactions_are_numbered_in_commit_order_without_gaps(store: Store) -> None:
    put(store, item("TZ0003"), item("TZ0001"))
    put(store, item("TZ0002"))
    put(store, item("TZ0001", 2), item("TZ0003", 5))

    seen = [(change.seq, change.id[-1], change.version) for change in store.changes(0, 10)]
    assert seen == [(1, "3", 1), (2, "1", 1), (3, "2", 1), (4, "1", 2), (5, "3", 5)]
    assert store.head() == 5


def test_changes_when_paged_then_each_comes_once(store: Store) -> None:
    put(store, *(item(f"TZ{number:04}") for number in range(10)))

    pages = [list(store.changes(after, 4)) for after in (0, 4, 8, 10)]
    assert [[change.seq for change in page] for page in pages] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10], []]


@pytest.mark.parametrize(("after", "limit"), [(0, 0), (0, -1), (1, 5), (2**70, 5)])
def test_changes_when_nothing_is_asked_for_then_nothing_comes(store: Store, after: int, limit: int) -> None:
    put(store, item("TZ0001"))

    assert list(store.changes(after, limit)) == []


def test_rollback_leaves_neither_records_nor_a_gap(store: Store) -> None:
    put(store, item("TZ0001"))
    with pytest.raises(RefusedError), store.write(author="a", reason="r") as transaction:  # noqa: PT012 - the block is what fails
        transaction.put(item("TZ0001", 2))
        transaction.put(item("TZ0002"))
        raise RefusedError
    put(store, item("TZ0003"))

    assert [(change.seq, change.id) for change in store.changes(0, 10)] == [
        (1, "110112-TZ0001"),
        (2, "110112-TZ0003"),
    ]
    assert store.get("110112-TZ0002") is None
    assert [revision.record.version for revision in store.history("110112-TZ0001")] == [1]


def test_transaction_without_put_leaves_the_head(store: Store) -> None:
    put(store, item("TZ0001"))
    with store.write(author="a", reason="r") as transaction:
        transaction.get("110112-TZ0001")

    assert store.head() == 1


def test_writes_are_unseen_until_the_block_is_left(store: Store) -> None:
    with store.write(author="a", reason="r") as transaction:
        transaction.put(item("TZ0001"))
        assert store.head() == 0
        assert store.get("110112-TZ0001") is None
    assert store.head() == 1


def test_head_of_kinds_counts_only_their_changes(store: Store) -> None:
    first = item("TZ0001")
    put(store, first)
    put(store, scenario("HB-YJS-01"), acceptance(first.id))

    assert store.head((Kind.ITEM,)) == 1
    assert store.head((Kind.SCENARIO,)) == 2
    assert store.head((Kind.ITEM, Kind.SCENARIO)) == 2
    assert store.head((Kind.TERM,)) == 0
    assert store.head((Kind.TERM, Kind.ITEM)) == 1


def test_head_of_kinds_counts_tombstones(store: Store) -> None:
    record = item("TZ0001")
    put(store, record, scenario("HB-YJS-01"))
    put(store, tombstone(record, 2))

    assert store.head((Kind.ITEM,)) == 3


def test_epoch_stays_the_same_while_the_log_grows(store: Store) -> None:
    epoch = store.epoch()
    put(store, item("TZ0001"))

    assert epoch
    assert store.epoch() == epoch


def test_writing_threads_get_one_unbroken_log(store: Store) -> None:
    def write(number: int) -> None:
        for version in range(1, 11):
            put(store, item(f"TZ{number:04}", version))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    log = store.changes(0, 100)
    assert [change.seq for change in log] == list(range(1, 41))
    for number in range(4):
        versions = [change.version for change in log if change.id == f"110112-TZ{number:04}"]
        assert versions == list(range(1, 11))


def test_put_after_the_block_is_refused(store: Store) -> None:
    with store.write(author="a", reason="r") as transaction:
        transaction.put(item("TZ0001"))
    with pytest.raises(RuntimeError):
        transaction.put(item("TZ0002"))


def test_write_inside_a_write_of_the_same_thread_is_refused_at_once(store: Store) -> None:
    with (
        store.write(author="a", reason="r"),
        pytest.raises(RuntimeError),
        store.write(author="a", reason="r"),
    ):
        pass
    put(store, item("TZ0001"))

    assert store.head() == 1
