"""Histories: what changed, page by page, and who may see who and why."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service_catalog.model import Kind
from tests.contract.api.shapes import faults_of, problem_of
from tests.contract.api.test_api_writing import first_of, revisions
from tests.contract.api.writers import ITEM, Writer, make_writer


@pytest.fixture(params=list(Kind))
def place(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """The address of one record of each kind, and the record."""
    return first_of(request.param)


def test_history_when_changed_and_withdrawn_then_says_what_changed(writer: Writer) -> None:
    record, tag = writer.record()
    writer.put(ITEM, {**record, "name": "新名称", "guide": {**record["guide"], "visits": 9}}, If_Match=tag)
    writer.delete(ITEM, If_Match='"v2"')

    third, second, first = revisions(writer)
    assert second["changes"] == [
        {"field": "guide.visits", "before": record["guide"]["visits"], "after": 9},
        {"field": "name", "before": record["name"], "after": "新名称"},
    ]
    assert {"field": "deleted", "before": None, "after": True} in third["changes"]
    assert {"field": "name", "before": "新名称", "after": None} in third["changes"]
    assert {"field": "code", "before": None, "after": "HB0001"} in first["changes"]


def test_history_when_a_key_of_the_region_asks_then_says_who_and_why_and_is_not_kept(writer: Writer) -> None:
    writer.delete(f"{ITEM}?reason=事项取消", If_Match='"v1"')
    response = writer.get(f"{ITEM}/history")

    newest = response.get_json()["revisions"][0]
    assert (newest["author"], newest["reason"]) == (f"测试岗（{writer.key_id}）", "事项取消")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Authorization" in response.headers["Vary"]


def test_history_when_nobody_asks_with_a_key_then_no_names(writer: Writer) -> None:
    writer.delete(f"{ITEM}?reason=事项取消", If_Match='"v1"')
    response = writer.app.test_client().get(f"{ITEM}/history")

    assert "author" not in response.get_json()["revisions"][0]
    assert "事项取消" not in response.text
    assert "Authorization" in response.headers["Vary"]


def test_history_when_the_key_may_not_see_names_then_403(fresh_app: Flask) -> None:
    problem_of(make_writer(fresh_app, scopes=("write",)).get(f"{ITEM}/history"), "missing-scope")
    problem_of(make_writer(fresh_app, regions=("110112",)).get(f"{ITEM}/history"), "missing-scope")


def test_history_of_each_kind_when_asked_then_there(
    writer: Writer, place: tuple[str, dict[str, Any]]
) -> None:
    assert [each["record"] for each in revisions(writer, place[0])] == [place[1]]


def test_history_when_it_is_long_then_its_pages_together_are_all_of_it(writer: Writer) -> None:
    record, _ = writer.record()
    for version in range(1, 6):
        writer.put(ITEM, {**record, "group": f"第 {version} 组"}, If_Match=f'"v{version}"')
    whole = list(revisions(writer))

    pages, query = [], "limit=2"
    while True:
        answer = writer.get(f"{ITEM}/history?{query}").get_json()
        pages.append(answer["revisions"])
        if answer["next"] is None:
            break
        query = f"limit=2&cursor={answer['next']}"

    assert [len(page) for page in pages] == [2, 2, 2]
    assert [each for page in pages for each in page] == whole


def test_history_when_its_cursor_is_of_another_record_then_422(writer: Writer) -> None:
    record, tag = writer.record()
    writer.put(ITEM, {**record, "group": "甲"}, If_Match=tag)
    cursor = writer.get(f"{ITEM}/history?limit=1").get_json()["next"]

    other = writer.get(f"/v1/items/120105-HB0002/history?limit=1&cursor={cursor}")
    problem_of(other, "invalid-cursor")


@pytest.mark.parametrize("limit", ["0", "51", "x"])
def test_history_when_its_limit_is_wrong_then_422(writer: Writer, limit: str) -> None:
    assert "limit" in faults_of(writer.get(f"{ITEM}/history?limit={limit}"))
