"""Histories, lists, departments, regions."""

from __future__ import annotations

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Kind
from service_catalog.model.errors import InvalidRequestError, NotFoundError
from tests.contract.catalog.builders import (
    HEBEI,
    TONGZHOU,
    changed,
    ids,
    item,
    region,
    scenario,
    step,
    tombstone,
    written,
)

ONE = item("A")


def test_history_when_changed_withdrawn_and_made_again_then_every_version_newest_first(
    catalog: Catalog,
) -> None:
    written(catalog, ONE)
    written(catalog, changed(ONE, name="改名"))
    catalog.withdraw(ONE.id, Kind.ITEM, author="甲", reason="取消")
    change = catalog.publish(ONE, author="甲", reason="恢复")

    history = catalog.history(ONE.id, Kind.ITEM)

    assert change is not None
    assert [revision.record.version for revision in history] == [4, 3, 2, 1]
    assert [revision.record.deleted for revision in history] == [False, True, False, False]
    assert [revision.seq for revision in history] == [4, 3, 2, 1]
    assert (change.version, change.seq) == (4, 4)
    assert (history[1].author, history[1].reason) == ("甲", "取消")


def test_history_when_withdrawn_then_can_still_be_read(catalog: Catalog) -> None:
    written(catalog, ONE)
    written(catalog, tombstone(ONE))

    assert [revision.record.version for revision in catalog.history(ONE.id, Kind.ITEM)] == [2, 1]


@pytest.mark.parametrize(("record_id", "kind"), [(ONE.id, Kind.SCENARIO), ("110112-NOWHERE", Kind.ITEM)])
def test_history_when_there_is_none_of_that_kind_then_not_found(
    catalog: Catalog, record_id: str, kind: Kind
) -> None:
    written(catalog, ONE)

    with pytest.raises(NotFoundError):
        catalog.history(record_id, kind)


def listed(catalog: Catalog, limit: int, **wanted: str) -> list[list[str]]:
    """Ids of each page, to the end."""
    pages: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        page, after = catalog.listing(Kind.ITEM, after=after, limit=limit, **wanted)
        pages.append(ids(page))
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_list_when_walked_then_every_living_record_once_in_order(catalog: Catalog, limit: int) -> None:
    written(catalog, *(item(code) for code in "FBDACE"), scenario("S", step(1)), item("GONE"))
    written(catalog, tombstone(item("GONE")))

    pages = listed(catalog, limit)

    assert [record_id for page in pages for record_id in page] == [f"{TONGZHOU}-{code}" for code in "ABCDEF"]
    assert all(len(page) == limit for page in pages[:-1])
    assert 0 < len(pages[-1]) <= limit


def test_list_when_narrowed_then_only_that_owner_and_department(catalog: Catalog) -> None:
    own = [item("A", department="甲局"), item("B", department="乙局"), item("C", department=None)]
    written(catalog, region(TONGZHOU), region(HEBEI), *own, item("A", owner=HEBEI, department="甲局"))

    assert listed(catalog, 10, owner=TONGZHOU) == [[record.id for record in own]]
    assert listed(catalog, 10, department="甲局") == [["110112-A", "120105-A"]]
    assert listed(catalog, 10, owner=HEBEI, department="乙局") == [[]]


def test_departments_when_asked_then_each_with_its_items(catalog: Catalog) -> None:
    written(
        catalog,
        region(TONGZHOU),
        region(HEBEI),
        item("A", department="甲局"),
        item("B", department="甲局"),
        item("C", department=None),
        item("D", owner=HEBEI, department="甲局"),
    )

    assert catalog.departments() == [(TONGZHOU, "甲局", 2), (HEBEI, "甲局", 1)]
    assert catalog.departments(HEBEI) == [(HEBEI, "甲局", 1)]


def test_regions_when_asked_then_all_that_are_not_withdrawn(catalog: Catalog) -> None:
    written(catalog, region(HEBEI), region(TONGZHOU), region("130100"))
    written(catalog, tombstone(region("130100")))

    assert ids(catalog.regions()) == [TONGZHOU, HEBEI]


@pytest.mark.parametrize("unknown", ["999999", "", "110112 ", "\0"])
def test_list_and_departments_when_the_region_is_unknown_then_the_fault_names_it_and_those_that_exist(
    catalog: Catalog, unknown: str
) -> None:
    written(catalog, region(TONGZHOU), region(HEBEI))

    for ask in (
        lambda: catalog.listing(Kind.ITEM, owner=unknown, limit=10),
        lambda: catalog.departments(unknown),
    ):
        with pytest.raises(InvalidRequestError) as caught:
            ask()
        fault = caught.value.faults[0]
        assert fault.field == "owner_region"
        assert unknown in fault.message
        assert fault.hint == f"已收录的区划：{TONGZHOU}、{HEBEI}"
