"""What may be written, and how it is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from service_catalog.model import Kind, Record
from service_catalog.model.errors import ConflictError, InvalidRecordError
from service_catalog.store.base import Store
from service_catalog.store.canonical import content_hash
from service_catalog.store.memory import MemoryStore
from service_catalog.store.sql import SqlStore
from tests.contract.store.builders import HEBEI, item, put, tombstone

STRANGE: dict[str, Any] = {
    "future_field": {"b": [1, 2.5, None, True], "a": "新字段"},
    "emoji": "🏛️",
    "escapes": 'quote " backslash \\ tab \t newline \n',
    "literal": "\\u0000",
    "ligature": "ﬁ",
    "supplementary": "𠮷野家",
    "numbers": [0, -1, 1e-7, 123456.789, 2**53 - 1, -(2**53 - 1)],
}


def test_get_gives_back_what_was_put_with_who_why_and_when(store: Store) -> None:
    record = item("TZ0001")
    put(store, record, author="staff:li", reason="首次录入")

    revision = store.get(record.id)
    assert revision is not None
    assert revision.record == record
    assert (revision.seq, revision.author, revision.reason) == (1, "staff:li", "首次录入")
    assert revision.changed_at == "2026-03-01T08:30:15.123Z"
    assert revision.hash == content_hash(record)


def test_fields_this_node_does_not_know_are_kept_and_hashed(store: Store) -> None:
    record = item("TZ0001", **STRANGE)
    put(store, record)

    revision = store.get(record.id)
    assert revision is not None
    assert dict(revision.record.content) == dict(record.content)
    assert revision.hash == content_hash(record) != content_hash(item("TZ0001"))


def test_hash_is_the_same_in_memory_and_on_both_servers(sql_store: SqlStore) -> None:
    memory = MemoryStore()
    record = item("TZ0001", **STRANGE)

    assert put(memory, record)[0].hash == put(sql_store, record)[0].hash


def test_hash_of_what_is_read_back_is_the_stored_hash(store: Store) -> None:
    record = item("TZ0001", **STRANGE, whole=3.0, zero=-0.0)
    put(store, record)

    revision = store.get(record.id)
    assert revision is not None
    assert content_hash(revision.record) == revision.hash


def test_transaction_reads_its_own_writes(store: Store) -> None:
    put(store, item("TZ0001"), item("TZ0002"))
    with store.write(author="a", reason="r") as transaction:
        transaction.put(item("TZ0001", 2))
        transaction.put(item("TZ0003"))
        found = transaction.get_many(["110112-TZ0001", "110112-TZ0002", "110112-TZ0003", "110112-TZ0004"])
        single = transaction.get("110112-TZ0001")

    versions = {name[-1]: revision.record.version for name, revision in found.items()}
    assert versions == {"1": 2, "2": 1, "3": 1}
    assert single is not None
    assert single.seq == 3


def test_one_record_put_twice_in_a_transaction_has_both_revisions(store: Store) -> None:
    put(store, item("TZ0001", 1, name="甲"), item("TZ0001", 2, name="乙"))

    revision = store.get("110112-TZ0001")
    assert revision is not None
    assert revision.record.content["name"] == "乙"
    assert [(old.record.version, old.seq) for old in store.history("110112-TZ0001")] == [(2, 2), (1, 1)]


def test_tombstone_is_kept_as_the_current_revision(store: Store) -> None:
    record = item("TZ0001")
    put(store, record)
    change = put(store, tombstone(record, 2))[0]

    revision = store.get(record.id)
    assert revision is not None
    assert revision.record == tombstone(record, 2)
    assert change.deleted


def test_recreation_after_a_tombstone_continues_its_versions(store: Store) -> None:
    record = item("TZ0001")
    put(store, record)
    put(store, tombstone(record, 2))
    with pytest.raises(ConflictError):
        put(store, item("TZ0001", 2))
    put(store, item("TZ0001", 3))

    revision = store.get(record.id)
    assert revision is not None
    assert (revision.record.version, revision.record.deleted) == (3, False)
    history = [(old.record.version, old.record.deleted) for old in store.history(record.id)]
    assert history == [(3, False), (2, True), (1, False)]


def test_tombstone_of_a_record_never_seen_is_accepted(store: Store) -> None:
    put(store, tombstone(item("TZ0001"), 4))

    revision = store.get("110112-TZ0001")
    assert revision is not None
    assert (revision.record.version, revision.record.deleted) == (4, True)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(item("TZ0001", 2), id="same version"),
        pytest.param(item("TZ0001", 1), id="older version"),
        pytest.param(item("TZ0002", 0), id="first version below one"),
        pytest.param(Record(Kind.SCENARIO, "110112-TZ0001", "110112", 3, {}), id="other kind"),
        pytest.param(Record(Kind.ITEM, "110112-TZ0001", HEBEI, 3, {}), id="other owner"),
    ],
)
def test_put_when_the_record_cannot_follow_then_conflict_and_nothing_is_written(
    store: Store, record: Record
) -> None:
    put(store, item("TZ0001", 2))
    with pytest.raises(ConflictError):
        put(store, item("TZ0003"), record)

    assert store.head() == 1
    assert store.get("110112-TZ0003") is None


def test_conflict_handled_inside_the_block_does_not_end_the_transaction(store: Store) -> None:
    put(store, item("TZ0001"))
    with store.write(author="a", reason="r") as transaction:
        with pytest.raises(ConflictError):
            transaction.put(item("TZ0001"))
        transaction.put(item("TZ0002"))

    assert [change.id for change in store.changes(1, 10)] == ["110112-TZ0002"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        pytest.param({"name": "空\x00字符"}, "name", id="NUL"),
        pytest.param({"a": {"b": ["x", "\ud800"]}}, "a.b[1]", id="half a surrogate pair"),
        pytest.param({"a\x00b": 1}, "'a\\x00b'", id="NUL in a key"),
        pytest.param({"n": math.inf}, "n", id="infinite"),
        pytest.param({"n": [math.nan]}, "n[0]", id="not a number"),
        pytest.param({"n": 2**53}, "n", id="large integer"),
        pytest.param({"n": 1e300}, "n", id="large float"),
        pytest.param({"n": b"bytes"}, "n", id="no JSON type"),
        pytest.param({"n": {1: "x"}}, "n.1", id="key is no text"),
    ],
)
def test_put_when_a_value_cannot_be_stored_then_the_error_names_it(
    store: Store, content: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        put(store, item("TZ0001", **content))

    assert [fault.field for fault in caught.value.faults] == [field]
    assert store.head() == 0


def test_put_when_several_values_cannot_be_stored_then_all_are_named(store: Store) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        put(store, item("TZ0001", a="\x00", b=[1, math.inf]))

    assert [fault.field for fault in caught.value.faults] == ["a", "b[1]"]


def test_put_when_nested_too_deep_then_invalid(store: Store) -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InvalidRecordError, match="嵌套"):
        put(store, item("TZ0001", deep=deep))


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: Record(Kind.ITEM, "110112-\x00", "110112", 1, {}), id="id"),
        pytest.param(lambda: Record(Kind.ITEM, "110112-TZ1", "110112", 1, {"version": 7}), id="envelope key"),
        pytest.param(lambda: Record(Kind.ACCEPTANCE, "x", HEBEI, 1, {"item": 5}), id="reference is no text"),
        pytest.param(lambda: Record(Kind.SCENARIO, "x", HEBEI, 1, {"steps": ["a"]}), id="step is no object"),
        pytest.param(lambda: Record(Kind.SCENARIO, "x", HEBEI, 1, {"steps": 3}), id="steps are no list"),
    ],
)
def test_put_when_the_record_itself_is_malformed_then_invalid(
    store: Store, build: Callable[[], Record]
) -> None:
    with pytest.raises(InvalidRecordError):
        put(store, build())


@pytest.mark.parametrize("text", ["\x00", "\udfff"])
def test_write_when_author_or_reason_cannot_be_stored_then_invalid(store: Store, text: str) -> None:
    with pytest.raises(InvalidRecordError), store.write(author=text, reason="r"):
        pass
    with pytest.raises(InvalidRecordError), store.write(author="a", reason=text):
        pass
