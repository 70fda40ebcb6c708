"""What the store answers about records."""

from __future__ import annotations

import pytest

from service_catalog.model import Kind, Revision
from service_catalog.store.base import Store
from tests.contract.store.builders import HEBEI, TONGZHOU, acceptance, item, put, scenario, tombstone


def ids(revisions: object) -> list[str]:
    assert isinstance(revisions, list | tuple)
    return [revision.record.id for revision in revisions if isinstance(revision, Revision)]


def test_get_of_an_unknown_id_is_none(store: Store) -> None:
    assert store.get("110112-TZ0001") is None
    assert list(store.history("110112-TZ0001")) == []


def test_get_many_leaves_out_unknown_ids(store: Store) -> None:
    put(store, item("TZ0001"), item("TZ0002"))

    found = store.get_many(["110112-TZ0002", "110112-TZ0009", "110112-TZ0001"])
    assert {name: revision.record.id for name, revision in found.items()} == {
        "110112-TZ0001": "110112-TZ0001",
        "110112-TZ0002": "110112-TZ0002",
    }


def test_get_many_of_more_ids_than_a_statement_holds_finds_all(store: Store) -> None:
    records = [item(f"TZ{number:04}") for number in range(1_201)]
    put(store, *records)

    assert set(store.get_many([record.id for record in records])) == {record.id for record in records}


@pytest.mark.parametrize(
    "strange", ["", "110112-\x00", "\ud800", "'; DROP TABLE record; --", "%", "x" * 10_000]
)
def test_reading_when_the_id_is_strange_then_nothing_is_found(store: Store, strange: str) -> None:
    put(store, item("TZ0001"))

    assert store.get(strange) is None
    assert list(store.history(strange)) == []
    assert store.referrers([strange]) == {}
    assert list(store.listing(Kind.ITEM, department=strange, limit=5)) == []
    assert list(store.listing(Kind.ITEM, owner=strange, limit=5)) == []
    with store.write(author="a", reason="r") as transaction:
        assert transaction.get(strange) is None
    assert store.head() == 1


def test_history_is_newest_first_and_keeps_every_author(store: Store) -> None:
    put(store, item("TZ0001"), author="a", reason="one")
    put(store, item("TZ0001", 4), author="b", reason="two")

    history = [(old.record.version, old.author, old.reason) for old in store.history("110112-TZ0001")]
    assert history == [(4, "b", "two"), (1, "a", "one")]


def test_listing_is_in_order_of_id_and_continues_after_an_id(store: Store) -> None:
    put(store, *(item(code) for code in ("TZ0003", "TZ0001", "TZ0002")), scenario("HB-YJS-01"))

    first = store.listing(Kind.ITEM, limit=2)
    rest = store.listing(Kind.ITEM, after=first[-1].record.id, limit=2)
    assert ids(first) == ["110112-TZ0001", "110112-TZ0002"]
    assert ids(rest) == ["110112-TZ0003"]
    assert list(store.listing(Kind.ITEM, after="110112-TZ0003", limit=2)) == []
    assert list(store.listing(Kind.ITEM, limit=0)) == []


def test_listing_sorts_ids_by_code_point_on_every_server(store: Store) -> None:
    codes = ["a", "B", "A", "b", "-", "_", "~", "0", "é", "中", "丁", "\uffee", "𠮷"]
    put(store, *(item(code) for code in codes))

    assert ids(store.listing(Kind.ITEM, limit=50)) == sorted(f"110112-{code}" for code in codes)


def test_listing_filters_by_owner_and_department(store: Store) -> None:
    put(
        store,
        item("TZ0001", department="区民政局"),
        item("TZ0002", department="区税务局"),
        item("HB0001", owner=HEBEI, department="区民政局"),
    )

    assert ids(store.listing(Kind.ITEM, owner=TONGZHOU, limit=9)) == ["110112-TZ0001", "110112-TZ0002"]
    assert ids(store.listing(Kind.ITEM, department="区民政局", limit=9)) == ["110112-TZ0001", "120105-HB0001"]
    assert ids(store.listing(Kind.ITEM, owner=HEBEI, department="区民政局", limit=9)) == ["120105-HB0001"]
    assert ids(store.listing(Kind.ITEM, owner=HEBEI, department="区税务局", limit=9)) == []


def test_listing_leaves_out_deleted_records(store: Store) -> None:
    record = item("TZ0001")
    put(store, record, item("TZ0002"))
    put(store, tombstone(record, 2))

    assert ids(store.listing(Kind.ITEM, limit=9)) == ["110112-TZ0002"]


def test_departments_count_items_that_are_not_deleted_in_order(store: Store) -> None:
    gone = item("TZ0004", department="区税务局")
    put(
        store,
        item("TZ0001", department="区税务局"),
        item("TZ0002", department="区民政局"),
        item("TZ0003", department="区税务局"),
        item("TZ0005", department=None),
        item("HB0001", owner=HEBEI, department="区民政局"),
        gone,
    )
    put(store, tombstone(gone, 2))

    assert [tuple(row) for row in store.departments()] == [
        (TONGZHOU, "区民政局", 1),
        (TONGZHOU, "区税务局", 2),
        (HEBEI, "区民政局", 1),
    ]


def test_departments_follow_a_change_of_the_record(store: Store) -> None:
    put(store, item("TZ0001", department="区民政局"))
    put(store, item("TZ0001", 2, department="区税务局"))

    assert [tuple(row) for row in store.departments()] == [(TONGZHOU, "区税务局", 1)]


def test_counts_are_by_owner_and_kind_without_deleted_records(store: Store) -> None:
    gone = item("TZ0002")
    put(store, item("TZ0001"), gone, item("HB0001", owner=HEBEI), scenario("HB-YJS-01"))
    put(store, tombstone(gone, 2))

    assert store.counts() == {
        (TONGZHOU, Kind.ITEM): 1,
        (HEBEI, Kind.ITEM): 1,
        (HEBEI, Kind.SCENARIO): 1,
    }


def test_referrers_are_grouped_by_what_they_refer_to_in_order_of_id(store: Store) -> None:
    one, two = item("TZ0001"), item("TZ0002")
    put(
        store,
        one,
        two,
        scenario("HB-YJS-02", items=(two.id, one.id, one.id)),
        scenario("HB-YJS-01", items=(one.id,)),
        acceptance(one.id),
    )

    found = store.referrers([one.id, two.id, "110112-TZ0003"])
    assert {name: ids(revisions) for name, revisions in found.items()} == {
        one.id: ["120105-HB-YJS-01", "120105-HB-YJS-02", f"120105:{one.id}"],
        two.id: ["120105-HB-YJS-02"],
    }


def test_referrers_of_some_kinds_leave_the_others_out(store: Store) -> None:
    record = item("TZ0001")
    put(store, record, scenario("HB-YJS-01", items=(record.id,)), acceptance(record.id))

    found = store.referrers([record.id], [Kind.ACCEPTANCE])
    assert {name: ids(revisions) for name, revisions in found.items()} == {
        record.id: [f"120105:{record.id}"],
    }
    assert store.referrers([record.id], [Kind.TERM]) == {}


def test_referrers_follow_a_change_of_the_referring_record(store: Store) -> None:
    one, two = item("TZ0001"), item("TZ0002")
    put(store, one, two, scenario("HB-YJS-01", items=(one.id,)))
    put(store, scenario("HB-YJS-01", 2, items=(two.id,)))

    assert list(store.referrers([one.id, two.id])) == [two.id]


def test_referrers_of_a_deleted_record_vanish_and_return_with_it(store: Store) -> None:
    target = item("TZ0001")
    referring = acceptance(target.id)
    put(store, target, referring)
    put(store, tombstone(referring, 2))
    assert store.referrers([target.id]) == {}

    put(store, acceptance(target.id, 3))
    assert list(store.referrers([target.id])) == [target.id]


def test_referrers_may_precede_what_they_refer_to(store: Store) -> None:
    put(store, acceptance("110112-TZ0001"))

    assert ids(store.referrers(["110112-TZ0001"])["110112-TZ0001"]) == ["120105:110112-TZ0001"]
