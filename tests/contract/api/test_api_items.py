"""Items, their lists, histories and comparisons; regions and departments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog.catalog import Catalog
from service_catalog.catalog.comparing import GUIDE_FIELDS
from service_catalog.model import Kind
from service_catalog.web.current import EXTENSION
from tests.contract.api.shapes import faults_of, problem_of

CARD = "120105-HB0001"


def read(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def walk(client: FlaskClient, path: str, key: str, **query: Any) -> list[str]:
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(client, path, **query, **cursor)
        found += [record["id"] for record in page[key]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def catalog_of(app: Flask) -> Catalog:
    found: Catalog = app.extensions[EXTENSION].catalog
    return found


def change_name(app: Flask, name: str) -> None:
    catalog = catalog_of(app)
    record = catalog.item(CARD).item.record
    content = {**record.content, "name": name}
    changed = replace(record, version=record.version + 1, content=content)
    catalog.publish(changed, author="某窗口", reason="内部原因")


def withdraw(app: Flask) -> None:
    catalog_of(app).withdraw(CARD, Kind.ITEM, author="某窗口", reason="内部原因")


def test_item_when_read_then_comes_with_all_that_belongs_to_it(client: FlaskClient) -> None:
    answer = read(client, f"/v1/items/{CARD}")
    assert answer["item"]["name"] == "社会保障卡申领"
    assert answer["item"]["provenance"]["status"] == "reference"
    assert [each["id"] for each in answer["acceptances"]] == [f"110112:{CARD}"]
    assert [each["item"]["id"] for each in answer["counterparts"]] == ["110112-TZ0086"]
    assert "120105-HB-YJS-18" in [each["id"] for each in answer["scenarios"]]
    assert answer["labels"]["mode"] == {"agent": "异地代收代办"}
    assert answer["labels"]["object"] == {"natural_person": "个人"}


def test_item_when_parts_of_its_guide_are_missing_then_they_are_named(client: FlaskClient) -> None:
    answer = read(client, f"/v1/items/{CARD}")
    assert {"legal_limit", "promised_limit", "windows", "online_url"} == set(answer["unknown"])


def test_item_when_it_has_no_guide_then_every_field_is_unknown(client: FlaskClient) -> None:
    answer = read(client, "/v1/items/110112-TZ0001")
    assert answer["item"]["guide"] is None
    assert answer["unknown"] == list(GUIDE_FIELDS)


def test_item_when_it_was_withdrawn_then_410_says_when(fresh_app: Flask) -> None:
    withdraw(fresh_app)
    body = problem_of(fresh_app.test_client().get(f"/v1/items/{CARD}"), "withdrawn")
    assert body["version"] == 2
    assert body["withdrawn_at"] > "2026"


def test_history_when_changed_and_withdrawn_then_newest_first_without_who_and_why(fresh_app: Flask) -> None:
    change_name(fresh_app, "新名称")
    withdraw(fresh_app)
    response = fresh_app.test_client().get(f"/v1/items/{CARD}/history")
    revisions = response.get_json()["revisions"]
    assert [(each["version"], each["deleted"]) for each in revisions] == [(3, True), (2, False), (1, False)]
    assert [each["seq"] for each in revisions] == sorted((each["seq"] for each in revisions), reverse=True)
    assert revisions[1]["record"]["name"] == "新名称"
    assert "某窗口" not in response.text
    assert "内部原因" not in response.text


def test_history_when_the_id_is_of_another_kind_then_404(client: FlaskClient) -> None:
    problem_of(client.get("/v1/items/120105-HB-YJS-18/history"), "not-found")


def test_comparison_when_there_is_one_counterpart_then_compares_with_it(client: FlaskClient) -> None:
    answer = read(client, f"/v1/items/{CARD}/comparison")
    assert (answer["left"]["id"], answer["right"]["id"]) == (CARD, "110112-TZ0086")
    assert answer["basis"] == "same_name"
    verdicts = {each["field"]: each["verdict"] for each in answer["differences"]}
    assert (verdicts["name"], verdicts["department"]) == ("same", "different")
    assert all(not each["label"].isascii() for each in answer["differences"])


def test_comparison_when_another_row_is_chosen_then_compares_with_that(client: FlaskClient) -> None:
    answer = read(client, f"/v1/items/{CARD}/comparison", **{"with": "110112-TZ0045"})
    assert (answer["right"]["id"], answer["basis"]) == ("110112-TZ0045", "chosen")


@pytest.mark.parametrize("other", ["110112-NONE", "无此编号", "120105-HB-YJS-18"])
def test_comparison_when_the_chosen_row_does_not_exist_then_404(client: FlaskClient, other: str) -> None:
    problem_of(client.get(f"/v1/items/{CARD}/comparison", query_string={"with": other}), "not-found")


def test_comparison_when_there_is_no_counterpart_then_404_says_how_to_choose(client: FlaskClient) -> None:
    body = problem_of(client.get("/v1/items/110112-TZ0001/comparison"), "not-found")
    assert "with" in body["detail"]


@pytest.mark.parametrize(("region", "count"), [("120105", 31), ("110112", 1143)])
def test_list_when_walked_then_every_item_once_in_order(client: FlaskClient, region: str, count: int) -> None:
    found = walk(client, "/v1/items", "items", owner_region=region, limit=50)
    assert found == sorted(set(found))
    assert len(found) == count


def test_list_when_a_department_is_named_then_only_its_items(client: FlaskClient) -> None:
    department = read(client, "/v1/departments", owner_region="120105")["departments"][0]
    found = walk(client, "/v1/items", "items", department=department["name"])
    assert len(found) == department["items"]


def test_scenario_list_when_walked_then_every_scenario_once(client: FlaskClient) -> None:
    found = walk(client, "/v1/scenarios", "scenarios", limit=7)
    assert len(found) == len(set(found)) == 41


@pytest.mark.parametrize("cursor", ["x", "AAAA", "社", "=" * 8, "MjU5MmE3YjQ1MDEzMTEwMTEyLVRaMDAwMQ"])
@pytest.mark.parametrize("path", ["/v1/items", "/v1/scenarios"])
def test_list_when_the_cursor_is_none_of_its_own_then_422(
    client: FlaskClient, path: str, cursor: str
) -> None:
    response = client.get(path, query_string={"cursor": cursor, "owner_region": "120105"})
    assert [each["field"] for each in problem_of(response, "invalid-cursor")["errors"]] == ["cursor"]


def test_list_when_a_cursor_belongs_to_another_list_then_422(client: FlaskClient) -> None:
    cursor = read(client, "/v1/items", limit=1)["next"]
    problem_of(
        client.get("/v1/items", query_string={"cursor": cursor, "owner_region": "110112"}), "invalid-cursor"
    )
    problem_of(client.get("/v1/scenarios", query_string={"cursor": cursor}), "invalid-cursor")


def test_list_when_its_region_is_unknown_then_422_names_the_parameter(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/items?owner_region=999999")).keys() == {"owner_region"}


def test_regions_when_listed_then_both_with_their_names(client: FlaskClient) -> None:
    found = {each["id"]: each["name"] for each in read(client, "/v1/regions")["regions"]}
    assert found == {"110112": "北京市通州区", "120105": "天津市河北区"}


def test_departments_when_a_region_is_named_then_only_its_own(client: FlaskClient) -> None:
    found = read(client, "/v1/departments", owner_region="120105")["departments"]
    assert {each["region"] for each in found} == {"120105"}
    assert sum(each["items"] for each in found) == 31
