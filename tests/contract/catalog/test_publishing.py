"""Writing records of one's own: versions, conflicts, owners, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Change, Kind, Record
from service_catalog.model.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    NotOwnerError,
)
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import HEBEI, TONGZHOU, acceptance, item, written

ONE = item("A")
RENAMED = item("A", name="改名")


def publish(catalog: Catalog, record: Record, if_version: int | None = None) -> Change | None:
    return catalog.publish(record, author="甲", reason="校对", if_version=if_version)


def withdraw(catalog: Catalog, if_version: int | None = None) -> Change:
    return catalog.withdraw(ONE.id, Kind.ITEM, author="甲", reason="取消", if_version=if_version)


def test_record_when_published_then_its_version_is_the_stored_one_plus_one(catalog: Catalog) -> None:
    changes = [publish(catalog, each) for each in (ONE, RENAMED, ONE)]

    assert [change.version for change in changes if change] == [1, 2, 3]
    assert catalog.item(ONE.id).item.record == replace(ONE, version=3)


@pytest.mark.parametrize("claimed", [1, 7, 900])
def test_version_when_the_writer_claims_one_then_it_is_ignored(catalog: Catalog, claimed: int) -> None:
    change = publish(catalog, replace(ONE, version=claimed))

    assert change is not None
    assert change.version == 1


def test_revision_when_published_then_says_who_and_why(catalog: Catalog) -> None:
    publish(catalog, ONE)

    revision = catalog.item(ONE.id).item
    assert (revision.author, revision.reason, revision.seq) == ("甲", "校对", 1)


def test_content_when_it_is_as_stored_then_nothing_is_written(catalog: Catalog, store: MemoryStore) -> None:
    publish(catalog, ONE)

    backwards = replace(ONE, content=dict(reversed(list(ONE.content.items()))))
    assert publish(catalog, backwards) is None
    assert store.head() == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [(True, 1), (False, 0), (1, True), ({"a": [False]}, {"a": [0]}), (None, ""), ("", " "), ([], None)],
)
def test_content_when_it_differs_in_json_then_is_written_though_equal_in_python(
    catalog: Catalog, before: Any, after: Any
) -> None:
    publish(catalog, item("A", extra=before))

    change = publish(catalog, item("A", extra=after))

    assert change is not None
    stored = catalog.item(ONE.id).item.record.content["extra"]
    assert repr(stored) == repr(after)


def test_content_when_a_number_is_only_written_otherwise_then_nothing_is_written(catalog: Catalog) -> None:
    publish(catalog, item("A", extra=1))

    assert publish(catalog, item("A", extra=1.0)) is None


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_update_when_the_writer_saw_another_version_then_conflict_and_nothing_written(
    catalog: Catalog, store: MemoryStore, seen: int
) -> None:
    publish(catalog, ONE)
    publish(catalog, RENAMED)

    with pytest.raises(ConflictError, match="2"):
        publish(catalog, ONE, if_version=seen)
    assert store.head() == 2


def test_update_when_the_writer_saw_the_stored_version_then_is_written(catalog: Catalog) -> None:
    publish(catalog, ONE, if_version=0)
    change = publish(catalog, RENAMED, if_version=1)

    assert change is not None
    assert change.version == 2


def test_update_when_the_version_is_wrong_but_the_content_as_stored_then_is_a_conflict_all_the_same(
    catalog: Catalog,
) -> None:
    publish(catalog, ONE)

    with pytest.raises(ConflictError):
        publish(catalog, ONE, if_version=5)


@pytest.mark.parametrize("seen", [1, 2, 9])
def test_update_when_there_is_no_record_or_no_more_then_conflict_says_so(catalog: Catalog, seen: int) -> None:
    with pytest.raises(ConflictError, match="没有这条记录"):
        publish(catalog, ONE, if_version=seen)
    publish(catalog, ONE)
    withdraw(catalog)
    with pytest.raises(ConflictError, match="没有这条记录"):
        publish(catalog, ONE, if_version=seen)


def test_create_when_the_record_exists_then_conflict_says_so(catalog: Catalog) -> None:
    publish(catalog, ONE)

    with pytest.raises(ConflictError, match="已经存在（第 1 版）"):
        publish(catalog, RENAMED, if_version=0)


def test_create_when_it_was_withdrawn_then_goes_on_after_the_tombstone(catalog: Catalog) -> None:
    publish(catalog, ONE)
    withdraw(catalog)

    change = publish(catalog, ONE, if_version=0)

    assert change is not None
    assert (change.version, change.deleted) == (3, False)


WRITES: dict[str, Callable[[Catalog], Any]] = {
    "publish": lambda catalog: publish(catalog, RENAMED),
    "publish what is as stored": lambda catalog: publish(catalog, ONE),
    "withdraw": withdraw,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_write_when_the_record_is_another_regions_then_refused_and_nothing_written(
    open_catalog: Callable[..., Catalog], store: MemoryStore, write: Callable[[Catalog], Any]
) -> None:
    hebei_only = open_catalog(HEBEI)
    written(hebei_only, ONE)

    with pytest.raises(NotOwnerError, match=f"{TONGZHOU}.*{HEBEI}"):
        write(hebei_only)
    assert store.head() == 1


def test_acceptance_when_published_then_belongs_to_the_accepting_region(
    open_catalog: Callable[..., Catalog],
) -> None:
    hebei_only = open_catalog(HEBEI)

    assert publish(hebei_only, acceptance(ONE.id, owner=HEBEI)) is not None
    with pytest.raises(NotOwnerError):
        publish(hebei_only, acceptance(f"{HEBEI}-B", owner=TONGZHOU))


def test_publish_when_the_node_owns_nothing_then_refused(open_catalog: Callable[..., Catalog]) -> None:
    with pytest.raises(NotOwnerError, match="（无）"):
        publish(open_catalog(), ONE)


CLASHES = {
    "kind": replace(ONE, kind=Kind.SCENARIO),
    "owner": replace(ONE, owner=HEBEI),
    "kind after withdrawal": replace(ONE, kind=Kind.REGION),
}


@pytest.mark.parametrize(("sort", "record"), CLASHES.items(), ids=CLASHES)
def test_publish_when_the_id_is_another_things_then_conflict(
    catalog: Catalog, sort: str, record: Record
) -> None:
    publish(catalog, ONE)
    if sort == "kind after withdrawal":
        withdraw(catalog)

    with pytest.raises(ConflictError):
        publish(catalog, record)


@pytest.mark.parametrize("value", ["\0", "\ud800", float("nan"), 2**60, {1: 2}, {"a", "b"}])
def test_publish_when_the_content_cannot_be_stored_then_refused_and_nothing_written(
    catalog: Catalog, store: MemoryStore, value: Any
) -> None:
    publish(catalog, ONE)

    with pytest.raises(InvalidRecordError):
        publish(catalog, item("A", extra=value))
    assert store.head() == 1


def test_withdrawal_when_done_then_leaves_a_tombstone_without_content(catalog: Catalog) -> None:
    publish(catalog, ONE)

    change = withdraw(catalog, if_version=1)

    assert (change.version, change.deleted, change.kind) == (2, True, Kind.ITEM)
    assert catalog.history(ONE.id, Kind.ITEM)[0].record == replace(ONE, version=2, content={}, deleted=True)


def test_withdrawal_when_the_writer_saw_another_version_then_conflict(catalog: Catalog) -> None:
    publish(catalog, ONE)
    publish(catalog, RENAMED)

    with pytest.raises(ConflictError):
        withdraw(catalog, if_version=1)


def test_withdrawal_when_repeated_then_not_found_and_nothing_written(
    catalog: Catalog, store: MemoryStore
) -> None:
    publish(catalog, ONE)
    withdraw(catalog)

    with pytest.raises(NotFoundError):
        withdraw(catalog)
    assert store.head() == 2


def test_withdrawal_when_the_record_is_of_another_kind_or_nobodys_then_not_found(catalog: Catalog) -> None:
    publish(catalog, ONE)

    for record_id, kind in ((ONE.id, Kind.SCENARIO), ("110112-NOWHERE", Kind.ITEM)):
        with pytest.raises(NotFoundError):
            catalog.withdraw(record_id, kind, author="甲", reason="取消")
