"""An item with all that belongs to it, and a digest that tells whether any of it has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Kind, Record
from service_catalog.model.errors import GoneError, NotFoundError
from tests.contract.catalog.builders import (
    HEBEI,
    TONGZHOU,
    acceptance,
    changed,
    counterpart,
    ids,
    item,
    region,
    scenario,
    step,
    tombstone,
    written,
)

THIRD = "130100"

MINE, OTHER, UNRELATED = item("A"), item("B", owner=HEBEI), item("C")
LINK = counterpart(OTHER.id, MINE.id)
HERE, THERE = acceptance(MINE.id, owner=HEBEI), acceptance(MINE.id, owner=THIRD, mode="kiosk")
STORY = scenario("S", step(1, MINE.id, "stands_for"), step(2, OTHER.id))

EVERYTHING = (MINE, OTHER, UNRELATED, LINK, HERE, STORY)


@pytest.fixture(autouse=True)
def filled(catalog: Catalog) -> None:
    written(catalog, *EVERYTHING)


def test_item_when_read_then_has_its_acceptances_counterparts_and_scenarios(catalog: Catalog) -> None:
    view = catalog.item(MINE.id)

    assert view.item.record == MINE
    assert ids(view.acceptances) == [HERE.id]
    assert [(link.record.id, other.record.id) for link, other in view.counterparts] == [(LINK.id, OTHER.id)]
    assert ids(view.scenarios) == [STORY.id]


def test_counterpart_when_seen_from_its_other_end_then_leads_back(catalog: Catalog) -> None:
    view = catalog.item(OTHER.id)

    assert [(link.record.id, other.record.id) for link, other in view.counterparts] == [(LINK.id, MINE.id)]


def test_item_when_nothing_refers_to_it_then_all_else_is_empty(catalog: Catalog) -> None:
    view = catalog.item(UNRELATED.id)

    assert (view.acceptances, view.counterparts, view.scenarios) == ([], [], [])


def test_item_when_it_is_in_two_links_then_both_show(catalog: Catalog) -> None:
    second = item("D", owner=HEBEI)
    written(catalog, second, counterpart(second.id, MINE.id))

    assert ids(other for _, other in catalog.item(MINE.id).counterparts) == [OTHER.id, second.id]


def test_counterpart_when_its_other_end_is_withdrawn_then_does_not_show(catalog: Catalog) -> None:
    written(catalog, tombstone(OTHER))

    assert catalog.item(MINE.id).counterparts == []


def test_counterpart_when_its_other_end_was_never_delivered_then_does_not_show(catalog: Catalog) -> None:
    written(catalog, counterpart(MINE.id, f"{HEBEI}-NOWHERE"))

    assert ids(other for _, other in catalog.item(MINE.id).counterparts) == [OTHER.id]


def test_counterpart_when_its_other_end_is_no_item_then_does_not_show(catalog: Catalog) -> None:
    written(catalog, counterpart(MINE.id, STORY.id))

    assert ids(other for _, other in catalog.item(MINE.id).counterparts) == [OTHER.id]


def test_counterpart_when_both_its_ends_are_one_item_then_does_not_show(catalog: Catalog) -> None:
    itself = counterpart(UNRELATED.id, UNRELATED.id)  # no schema lets it in; a store may hold it nevertheless
    catalog.deliver(iter([itself]), author="test", reason="test")

    assert catalog.item(UNRELATED.id).counterparts == []


def test_acceptance_when_withdrawn_then_does_not_show(catalog: Catalog) -> None:
    written(catalog, tombstone(HERE))

    assert catalog.item(MINE.id).acceptances == []


PARTS = {
    "the item": changed(MINE, name="改名"),
    "an acceptance": acceptance(MINE.id, version=2, mode="online"),
    "an acceptance of a further region": THERE,
    "an acceptance that goes": tombstone(HERE),
    "a link": counterpart(OTHER.id, MINE.id, version=2, basis="overlapping_scope"),
    "a further link": counterpart(UNRELATED.id, MINE.id),
    "a link that goes": tombstone(LINK),
    "the row behind a link": changed(OTHER, name="改名"),
    "the row behind a link going": tombstone(OTHER),
    "a scenario": changed(STORY, name="改名"),
    "a scenario that no longer needs it": scenario("S", step(2, OTHER.id), version=2),
    "a further scenario": scenario("T", step(1, MINE.id)),
}


@pytest.mark.parametrize("written_record", PARTS.values(), ids=PARTS)
def test_digest_when_a_part_changes_then_changes(catalog: Catalog, written_record: Record) -> None:
    before = catalog.item(MINE.id).digest
    written(catalog, written_record)

    assert catalog.item(MINE.id).digest != before


OTHERS: dict[str, Callable[[], Record]] = {
    "another item": lambda: changed(UNRELATED, name="改名"),
    "another item's acceptance": lambda: acceptance(UNRELATED.id),
    "another item's link": lambda: counterpart(OTHER.id, UNRELATED.id),
    "another item's scenario": lambda: scenario("T", step(1, UNRELATED.id)),
    "a region": lambda: region(TONGZHOU),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_digest_when_something_else_changes_then_stays(catalog: Catalog, make: Callable[[], Record]) -> None:
    before = catalog.item(MINE.id).digest
    written(catalog, make())

    assert catalog.item(MINE.id).digest == before


def test_digest_when_a_part_is_changed_back_then_is_still_new(catalog: Catalog) -> None:
    seen = {catalog.item(MINE.id).digest}
    for version, mode in ((2, "online"), (3, "agent")):
        written(catalog, acceptance(MINE.id, version=version, mode=mode))
        seen.add(catalog.item(MINE.id).digest)

    assert len(seen) == 3


@pytest.mark.parametrize("record_id", ["110112-NOWHERE", "", "\0", "\ud800", STORY.id, LINK.id, HERE.id])
def test_item_when_there_is_none_of_that_id_then_not_found(catalog: Catalog, record_id: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        catalog.item(record_id)

    assert not isinstance(caught.value, GoneError)


@pytest.mark.parametrize("record_id", [MINE.id, "120105-NOWHERE"])
def test_scenario_when_the_id_is_an_items_or_nobodys_then_not_found(catalog: Catalog, record_id: str) -> None:
    with pytest.raises(NotFoundError):
        catalog.scenario(record_id)


def test_item_when_withdrawn_then_gone_says_when_and_at_which_version(catalog: Catalog) -> None:
    written(catalog, tombstone(MINE))

    with pytest.raises(GoneError) as caught:
        catalog.item(MINE.id)
    withdrawn = catalog.history(MINE.id, Kind.ITEM)[0]
    assert caught.value.extensions() == {"withdrawn_at": withdrawn.changed_at, "version": 2}
    assert withdrawn.changed_at[:10] in caught.value.detail


def test_scenario_when_withdrawn_then_gone(catalog: Catalog) -> None:
    written(catalog, tombstone(STORY))

    with pytest.raises(GoneError):
        catalog.scenario(STORY.id)


def test_withdrawn_item_when_asked_for_as_a_scenario_then_not_found(catalog: Catalog) -> None:
    written(catalog, tombstone(MINE))

    with pytest.raises(NotFoundError) as caught:
        catalog.scenario(MINE.id)
    assert not isinstance(caught.value, GoneError)


def test_message_when_the_id_is_endless_then_repeats_only_its_beginning(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError) as caught:
        catalog.item("9" * 10_000)

    assert len(caught.value.detail) < 200
