"""Scenarios of the real seed, resolved. What they say is checked against the seed's own rows."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.scenarios import NECESSITIES
from tests.contract.catalog.builders import ids
from tests.seed_rows import ITEMS, SCENARIOS

GUIDES: dict[str, Any] = {row["id"]: row["guide"] or {} for row in ITEMS}

BIRTH, LICENCE = "120105-HB-YJS-18", "120105-HB-KS-01"


def test_birth_when_resolved_then_first_two_steps_are_borrowed(seeded: Catalog) -> None:
    steps = seeded.scenario(BIRTH).steps

    assert ids(step.item for step in steps) == [
        "110112-TZ0205",
        "110112-TZ0207",
        "120105-HB0021",
        "120105-HB0011",
        "120105-HB0001",
        "120105-HB0016",
    ]
    assert [step.is_reference for step in steps] == [True, True, False, False, False, False]


def test_birth_when_resolved_then_the_birth_certificate_is_one_material_of_four_steps(
    seeded: Catalog,
) -> None:
    (found,) = [each for each in seeded.scenario(BIRTH).materials if each.name == "出生医学证明"]

    assert (found.necessity, found.is_reference) == ("required", False)
    assert [(each.step, each.necessity, each.form) for each in found.variants] == [
        ("HB-YJS-18#2", "required", "original"),
        ("HB-YJS-18#3", "required", "original"),
        ("HB-YJS-18#4", "conditional", "original"),
        ("HB-YJS-18#6", "conditional", "copy"),
    ]


def test_birth_when_resolved_then_what_only_the_borrowed_steps_want_is_reference(seeded: Catalog) -> None:
    borrowed = [each.name for each in seeded.scenario(BIRTH).materials if each.is_reference]

    assert borrowed == [
        "出生医学证明首次签发登记表",
        "护照",
        "授权委托书",
        "居住证明材料",
        "医疗机构新生儿接种记录",
    ]


def test_birth_when_resolved_then_limits_visits_and_unknowns_are_as_its_guides_say(seeded: Catalog) -> None:
    view = seeded.scenario(BIRTH)
    steps = [f"HB-YJS-18#{order}" for order in range(1, 7)]

    assert view.longest_limits["legal_limit"]["working_day"]["value"] == 10
    assert view.longest_limits["promised_limit"] == {}
    assert view.least_visits == 4
    assert view.unknown["visits"] == [steps[5]]
    assert view.unknown["fee"] == [steps[2]]
    assert view.unknown["promised_limit"] == steps


def test_licence_when_resolved_then_the_steps_of_beijing_are_really_beijings(seeded: Catalog) -> None:
    steps = seeded.scenario(LICENCE).steps

    assert [step.relation for step in steps] == ["stands_for", "own", "own", "foreign", "foreign"]
    assert [step.is_reference for step in steps] == [True, False, False, False, False]
    assert ids(accepted for step in steps for accepted in step.acceptances) == [
        "120105:110112-TZ0488",
        "110112:120105-HB0031",
        "110112:120105-HB0030",
        "120105:110112-TZ0489",
        "120105:110112-TZ0423",
    ]


def test_licence_when_resolved_then_nobody_need_appear_and_it_takes_three_working_days(
    seeded: Catalog,
) -> None:
    view = seeded.scenario(LICENCE)

    assert view.least_visits == 0
    assert view.longest_limits["legal_limit"] == {
        "working_day": {"unit": "working_day", "value": 3, "step": "HB-KS-01#2", "is_reference": False}
    }


@pytest.mark.parametrize("row", SCENARIOS, ids=[row["code"] for row in SCENARIOS])
def test_any_scenario_when_resolved_then_tells_exactly_what_its_rows_tell(
    seeded: Catalog, row: dict[str, Any]
) -> None:
    view = seeded.scenario(row["id"])
    guides = [GUIDES.get(step["item"], {}) for step in row["steps"]]
    wanted = [
        (material["name"], step["key"], material["necessity"], step["relation"] == "stands_for")
        for step, guide in zip(row["steps"], guides, strict=True)
        for material in guide.get("materials", ())
    ]

    assert [step.key for step in view.steps] == [step["key"] for step in row["steps"]]
    assert view.unknown["item_missing"] == []
    merged = [
        (material.name, variant.step, variant.necessity, variant.is_reference)
        for material in view.materials
        for variant in material.variants
    ]
    assert sorted(merged) == sorted(wanted)
    for material in view.materials:
        found = [NECESSITIES.index(necessity) for name, _, necessity, _ in wanted if name == material.name]
        assert NECESSITIES.index(material.necessity) == min(found)
    visits = [guide["visits"] for guide in guides if guide.get("visits") is not None]
    assert view.least_visits == (sum(visits) if visits else None)
