"""The business rules of imports hold for single writes too: faults refuse, doubts are told."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from service_catalog.model import Kind
from service_catalog.web.api.records import PLURALS
from tests.contract.api.shapes import problem_of, seed_rows
from tests.contract.api.test_api_writing import FILES, first_of
from tests.contract.api.writers import ITEM, Writer


def fields_of(response: TestResponse) -> set[str]:
    """The fields at fault in a record."""
    return {each["field"] for each in problem_of(response, "invalid-record")["errors"]}


def test_body_when_it_breaks_rules_then_all_are_told_and_nothing_is_written(writer: Writer) -> None:
    record, tag = writer.record()
    guide = {**record["guide"], "fee": {"charged": True, "amount": None, "basis": None}}
    body = {**record, "guide": guide, "valid_from": "2027-01-01", "valid_to": "2026-12-31"}
    problem = problem_of(writer.put(ITEM, body, If_Match=tag), "invalid-record")

    assert {each["field"] for each in problem["errors"]} == {
        "guide.fee.amount",
        "guide.fee.basis",
        "valid_to",
    }
    assert all(each["hint"] for each in problem["errors"])
    assert writer.record() == (record, tag)


def test_body_when_shape_and_rules_are_broken_then_both_are_told_at_once(writer: Writer) -> None:
    record, tag = writer.record()
    body = {**record, "name": "", "valid_from": "2027-01-01", "valid_to": "2026-12-31"}

    assert fields_of(writer.put(ITEM, body, If_Match=tag)) == {"name", "valid_to"}


def test_body_when_something_is_doubtful_then_it_is_written_and_the_doubt_told(writer: Writer) -> None:
    record, tag = writer.record()
    response = writer.put(ITEM, {**record, "item_type": "77", "department": "新部门"}, If_Match=tag)

    assert (response.status_code, response.headers["ETag"]) == (200, '"v2"')
    doubts = {each["field"]: each for each in response.get_json()["doubts"]}
    assert {"item_type", "department"} <= doubts.keys()
    assert "01 行政许可" in doubts["item_type"]["hint"]


REFERRING = (
    (Kind.ACCEPTANCE, {"item": "110112-NONE", "id": "120105:110112-NONE", "owner": "120105"}, "item"),
    (
        Kind.COUNTERPART,
        {"a": "120105-HB0001", "b": "110112-NONE", "id": "120105-CP-120105-HB0001~110112-NONE"},
        "b",
    ),
    (
        Kind.SCENARIO,
        {
            "id": "120105-NEW",
            "code": "NEW",
            "steps": [
                {"key": "NEW#1", "order": 1, "name": "甲", "item": "120105-NONE", "relation": "own"},
            ],
        },
        "steps.0.item",
    ),
)


@pytest.mark.parametrize(("kind", "fields", "field"), REFERRING)
def test_reference_when_there_is_no_such_item_then_422_at_its_field(
    writer: Writer, kind: Kind, fields: dict[str, Any], field: str
) -> None:
    body = {**next(row for row in seed_rows(FILES[kind]) if row["owner"] == "120105"), **fields}

    response = writer.put(f"/v1/{PLURALS[kind]}/{body['id']}", body, If_None_Match="*")
    assert field in fields_of(response)


def test_reference_when_its_item_is_withdrawn_then_a_new_one_is_refused_and_an_old_one_stays(
    writer: Writer,
) -> None:
    path, row = first_of(Kind.ACCEPTANCE)
    target = row["item"]
    writer.delete(f"/v1/items/{target}", If_Match='"v1"')

    assert writer.put(path, {**row, "note": "改"}, If_Match='"v1"').status_code == 200
    writer.delete(path, If_Match='"v2"')
    assert fields_of(writer.put(path, row, If_None_Match="*")) == {"item"}


def test_change_when_repeated_after_its_reference_went_then_the_first_answer_again(writer: Writer) -> None:
    path, row = first_of(Kind.ACCEPTANCE)
    writer.delete(path, If_Match='"v1"')
    first = writer.put(path, row, If_None_Match="*", Idempotency_Key="t1")
    writer.delete(f"/v1/items/{row['item']}", If_Match='"v1"')

    again = writer.put(path, row, If_None_Match="*", Idempotency_Key="t1")
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
