"""Scenarios resolved, on hand-made records: what is merged, added up, borrowed and unknown."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.scenarios import ScenarioView
from service_catalog.model import Record
from tests.contract.catalog.builders import (
    HEBEI,
    acceptance,
    changed,
    ids,
    item,
    limit,
    material,
    scenario,
    step,
    tombstone,
    written,
)


def guided(code: str, **guide: Any) -> Record:
    """An item of Hebei District with a guide."""
    return item(code, owner=HEBEI, guide={"summary": "办成了", **guide})


def resolved(catalog: Catalog, *items: Record, relations: dict[str, str] | None = None) -> ScenarioView:
    """A scenario with one step for each item, in their order; ``relations`` by the item's code."""
    kinds = relations or {}
    steps = [
        step(order, each.id, kinds.get(each.content["code"], "own")) for order, each in enumerate(items, 1)
    ]
    written(catalog, *items, scenario("S", *steps))
    return catalog.scenario(f"{HEBEI}-S")


def test_steps_when_resolved_then_stand_in_their_order_with_item_and_acceptances(catalog: Catalog) -> None:
    first, second = item("A"), item("B", owner=HEBEI)
    accepted = acceptance(first.id)
    written(catalog, first, second, accepted)
    written(
        catalog, scenario("S", step(2, second.id), step(1, first.id, "foreign"), step(3, None, "outside"))
    )

    steps = catalog.scenario(f"{HEBEI}-S").steps

    assert [each.key for each in steps] == ["S#1", "S#2", "S#3"]
    assert ids(each.item for each in steps) == [first.id, second.id]
    assert [each.relation for each in steps] == ["foreign", "own", "outside"]
    assert [ids(each.acceptances) for each in steps] == [[accepted.id], [], []]


def test_step_when_it_only_stands_for_another_then_alone_is_reference(catalog: Catalog) -> None:
    view = resolved(catalog, *(item(code) for code in "ABC"), relations={"A": "stands_for", "B": "foreign"})

    assert [each.is_reference for each in view.steps] == [True, False, False]


def test_material_when_several_steps_name_it_then_is_one_with_a_variant_of_each(catalog: Catalog) -> None:
    copy = material("身份证", form="copy", copies=2, issued_by="公安机关")
    original = material("身份证", "conditional", form="original", copies=1, when="代办时")
    view = resolved(
        catalog, guided("A", materials=[copy]), guided("B", materials=[original, material("户口簿")])
    )

    assert [each.name for each in view.materials] == ["身份证", "户口簿"]
    first, second = view.materials[0].variants
    assert (first.step, first.form, first.copies, first.issued_by) == ("S#1", "copy", 2, "公安机关")
    assert (second.step, second.necessity, second.when) == ("S#2", "conditional", "代办时")
    assert [each.step for each in view.materials[1].variants] == ["S#2"]


@pytest.mark.parametrize(
    ("necessities", "strictest"),
    [
        (["conditional", "required"], "required"),
        (["deferrable", "conditional"], "conditional"),
        (["deferrable", "deferrable"], "deferrable"),
        (["required", "deferrable", "conditional"], "required"),
    ],
)
def test_material_when_necessities_differ_then_the_strictest_counts(
    catalog: Catalog, necessities: list[str], strictest: str
) -> None:
    items = [
        guided(f"A{number}", materials=[material("身份证", each)]) for number, each in enumerate(necessities)
    ]
    (merged,) = resolved(catalog, *items).materials

    assert merged.necessity == strictest
    assert [variant.necessity for variant in merged.variants] == necessities


def test_material_when_one_step_names_it_twice_then_both_variants_show(catalog: Catalog) -> None:
    both = [material("照片", "conditional", copies=1), material("照片", copies=2)]
    (merged,) = resolved(catalog, guided("A", materials=both)).materials

    assert [(variant.step, variant.copies) for variant in merged.variants] == [("S#1", 1), ("S#1", 2)]
    assert merged.necessity == "required"


def test_material_when_any_step_needs_it_itself_then_is_no_reference(catalog: Catalog) -> None:
    lent = item("A", guide={"materials": [material("身份证"), material("申请表")]})
    own = guided("B", materials=[material("身份证")])
    view = resolved(catalog, lent, own, relations={"A": "stands_for"})

    assert {each.name: each.is_reference for each in view.materials} == {"身份证": False, "申请表": True}
    assert [each.is_reference for each in view.materials[0].variants] == [True, False]


def test_limit_when_units_differ_then_each_has_a_longest_of_its_own(catalog: Catalog) -> None:
    view = resolved(
        catalog,
        guided("A", legal_limit=limit(5)),
        guided("B", legal_limit=limit(30, "calendar_day")),
        guided("C", legal_limit=limit(20)),
        guided("D", legal_limit=limit(20)),
    )

    longest = view.longest_limits["legal_limit"]
    assert {unit: (found["value"], found["step"]) for unit, found in longest.items()} == {
        "working_day": (20, "S#3"),
        "calendar_day": (30, "S#2"),
    }


def test_limit_when_it_is_zero_days_then_is_known(catalog: Catalog) -> None:
    view = resolved(catalog, guided("A", legal_limit=limit(0)))

    assert view.longest_limits["legal_limit"]["working_day"]["value"] == 0
    assert view.unknown["legal_limit"] == []


def test_promise_when_it_is_only_borrowed_then_does_not_count_however_long(catalog: Catalog) -> None:
    lent = item("A", guide={"promised_limit": limit(9), "legal_limit": limit(9)})
    own = guided("B", promised_limit=limit(3), legal_limit=limit(3))
    view = resolved(catalog, lent, own, relations={"A": "stands_for"})

    assert view.longest_limits["promised_limit"] == {
        "working_day": {"value": 3, "unit": "working_day", "step": "S#2", "is_reference": False}
    }
    assert view.longest_limits["legal_limit"]["working_day"]["is_reference"] is True
    assert view.unknown["promised_limit"] == ["S#1"]


def test_promise_of_the_other_city_when_the_step_is_really_its_then_counts(catalog: Catalog) -> None:
    view = resolved(catalog, item("A", guide={"promised_limit": limit(9)}), relations={"A": "foreign"})

    assert view.longest_limits["promised_limit"]["working_day"]["value"] == 9
    assert view.unknown["promised_limit"] == []


@pytest.mark.parametrize(
    ("visits", "total"), [([1, 2], 3), ([1, None], 1), ([0, 0], 0), ([None, None], None), ([], None)]
)
def test_visits_when_some_are_known_then_these_are_added_up(
    catalog: Catalog, visits: list[int | None], total: int | None
) -> None:
    view = resolved(catalog, *(guided(f"A{number}", visits=each) for number, each in enumerate(visits)))

    assert view.least_visits == total


def test_visits_when_some_are_only_borrowed_then_their_steps_are_told(catalog: Catalog) -> None:
    lent, silent, own = (
        item("A", guide={"visits": 2}),
        item("B", guide={"summary": "办"}),
        guided("C", visits=1),
    )
    view = resolved(catalog, lent, silent, own, relations={"A": "stands_for", "B": "stands_for"})

    assert (view.least_visits, view.borrowed_visits) == (3, ["S#1"])


def test_unknown_when_resolved_then_names_each_step_under_what_is_missing(catalog: Catalog) -> None:
    whole = guided(
        "WHOLE",
        materials=[material("身份证")],
        legal_limit=limit(1),
        promised_limit=limit(1),
        visits=0,
        fee={"charged": False},
    )
    gone, bare, empty, partly = item("GONE"), item("BARE"), item("EMPTY", guide={}), guided("PARTLY")
    written(catalog, whole, gone, bare, empty, partly)
    written(catalog, tombstone(gone))
    steps = [whole, gone, bare, empty, partly]
    written(
        catalog,
        scenario(
            "S",
            *(step(order, each.id) for order, each in enumerate(steps, 1)),
            step(6, "110112-NEVER"),
            step(7, None, "outside"),
            step(8),
        ),
    )

    assert catalog.scenario(f"{HEBEI}-S").unknown == {
        "outside_catalogue": ["S#7"],
        "item_missing": ["S#2", "S#6", "S#8"],
        "guide": ["S#3", "S#4"],
        "materials": ["S#5"],
        "legal_limit": ["S#5"],
        "promised_limit": ["S#5"],
        "visits": ["S#5"],
        "fee": ["S#5"],
    }


def test_item_when_withdrawn_later_then_its_step_keeps_nothing_of_it(catalog: Catalog) -> None:
    lost = guided("A", materials=[material("身份证")], visits=1, legal_limit=limit(5))
    written(catalog, acceptance(lost.id, owner="110112"))
    before = resolved(catalog, lost)
    written(catalog, tombstone(lost))
    view = catalog.scenario(f"{HEBEI}-S")

    assert (view.steps[0].item, view.steps[0].acceptances, view.materials) == (None, (), [])
    assert (view.least_visits, view.longest_limits["legal_limit"]) == (None, {})
    assert view.unknown["item_missing"] == ["S#1"]
    assert view.digest != before.digest


def test_step_when_it_names_what_is_no_item_then_its_item_is_missing(catalog: Catalog) -> None:
    other = scenario("OTHER", step(1))
    written(catalog, other, scenario("S", step(1, other.id)))

    view = catalog.scenario(f"{HEBEI}-S")
    assert view.steps[0].item is None
    assert view.unknown["item_missing"] == ["S#1"]


def test_item_when_two_steps_name_it_then_both_have_it(catalog: Catalog) -> None:
    one = guided("A", materials=[material("身份证")], visits=1)
    written(catalog, one, scenario("S", step(1, one.id), step(2, one.id, "stands_for")))

    view = catalog.scenario(f"{HEBEI}-S")
    assert ids(each.item for each in view.steps) == [one.id, one.id]
    assert [variant.step for variant in view.materials[0].variants] == ["S#1", "S#2"]
    assert view.least_visits == 2


def test_scenario_when_it_has_no_steps_then_is_whole_and_empty(catalog: Catalog) -> None:
    view = resolved(catalog)

    assert (view.steps, view.materials, view.least_visits) == ((), [], None)
    assert set(map(len, view.unknown.values())) == {0}


def test_digest_when_any_part_changes_then_changes_and_else_stays(catalog: Catalog) -> None:
    one, other = guided("A"), item("OTHER")
    accepted = acceptance(one.id, owner="110112")
    written(catalog, other, accepted)
    seen = [resolved(catalog, one).digest]
    parts = [changed(one, name="改名"), changed(accepted, mode="online"), tombstone(changed(accepted))]
    for part in [*parts, scenario("S", step(1, one.id, "foreign"), version=2)]:
        written(catalog, part)
        seen.append(catalog.scenario(f"{HEBEI}-S").digest)
    written(catalog, changed(other, name="改名"), acceptance(other.id))

    assert len(set(seen)) == 5
    assert catalog.scenario(f"{HEBEI}-S").digest == seen[-1]
