"""GET /v1/scenarios/{id}: steps resolved, materials merged, the unknown said, and nothing local borrowed."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.contract.api.shapes import seed_rows

NECESSITIES = ["required", "conditional", "deferrable"]

BIRTH = "/v1/scenarios/120105-HB-YJS-18"

LICENCE = "/v1/scenarios/120105-HB-KS-01"


@pytest.fixture
def birth(client: FlaskClient) -> dict[str, Any]:
    """新生儿出生一件事."""
    answer: dict[str, Any] = client.get(BIRTH).get_json()
    return answer


def test_scenario_when_read_then_every_step_is_there_in_order(birth: dict[str, Any]) -> None:
    assert [step["order"] for step in birth["steps"]] == [1, 2, 3, 4, 5, 6]
    assert birth["steps"][2]["item"]["id"] == "120105-HB0021"


def test_scenario_when_a_step_stands_for_another_then_nothing_local_of_it_is_shown(
    birth: dict[str, Any],
) -> None:
    borrowed = [step for step in birth["steps"] if step["relation"] == "stands_for"]
    assert borrowed
    assert all(step["is_reference"] for step in borrowed)
    assert {step["item"]["department"] for step in borrowed} == {None}
    assert all(step["acceptances"] == [] for step in borrowed)


def test_scenario_when_a_step_is_its_own_then_department_and_acceptance_are_shown(
    birth: dict[str, Any],
) -> None:
    step = birth["steps"][2]
    assert step["item"]["department"] == "天津市公安局河北分局"
    assert step["acceptances"][0]["region"] == "110112"


def test_scenario_when_a_step_is_really_the_other_citys_then_its_department_is_shown(
    client: FlaskClient,
) -> None:
    steps = client.get(LICENCE).get_json()["steps"]
    foreign = [step["item"] for step in steps if step["relation"] == "foreign"]
    assert foreign
    assert all(item["region"] == "110112" and item["department"] for item in foreign)


def test_scenario_when_several_steps_need_a_material_then_it_is_listed_once_with_each_variant(
    birth: dict[str, Any],
) -> None:
    names = [material["name"] for material in birth["materials"]]
    assert len(names) == len(set(names))
    shared = next(material for material in birth["materials"] if material["name"] == "父母居民身份证")
    assert {variant["step"] for variant in shared["variants"]} >= {"HB-YJS-18#1", "HB-YJS-18#3"}
    assert not shared["is_reference"]


def test_scenario_when_necessities_differ_then_the_strictest_counts(birth: dict[str, Any]) -> None:
    for material in birth["materials"]:
        found = [variant["necessity"] for variant in material["variants"]]
        assert material["necessity"] == min(found, key=NECESSITIES.index)


def test_scenario_when_read_then_visits_carry_their_label(birth: dict[str, Any]) -> None:
    assert birth["visits"]["label"] == "分别办理合计最少到场次数"
    assert birth["visits"]["least_in_total"] > 0


def test_scenario_when_limits_are_known_then_longest_of_each_unit_with_its_step(client: FlaskClient) -> None:
    limits = client.get(LICENCE).get_json()["limits"]
    assert limits.keys() == {"legal_limit", "promised_limit"}
    for unit, longest in limits["legal_limit"].items():
        assert (longest["unit"], longest["value"] > 0) == (unit, True)
        assert longest["step"].startswith("HB-KS-01#")


def test_scenario_when_a_promise_is_only_borrowed_then_it_is_unknown(birth: dict[str, Any]) -> None:
    assert {"HB-YJS-18#1", "HB-YJS-18#2"} <= set(birth["unknown"]["promised_limit"])


@pytest.mark.parametrize("scenario", seed_rows("scenarios"), ids=lambda row: row["id"])
def test_scenario_when_any_of_the_seed_is_read_then_no_step_is_lost(
    client: FlaskClient, scenario: dict[str, Any]
) -> None:
    answer = client.get(f"/v1/scenarios/{scenario['id']}").get_json()
    assert [step["key"] for step in answer["steps"]] == [step["key"] for step in scenario["steps"]]
    outside = [step["key"] for step in scenario["steps"] if step["relation"] == "outside"]
    assert answer["unknown"]["outside_catalogue"] == outside
