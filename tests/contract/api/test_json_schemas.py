"""/schemas/{kind}.json: valid draft 2020-12, and true of the whole seed."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from service_catalog.exchange.json_schemas import json_schema
from service_catalog.model import Kind
from tests.contract.api.shapes import seed_rows

FILES = {
    Kind.REGION: ["regions"],
    Kind.ITEM: ["items-110112", "items-120105"],
    Kind.SCENARIO: ["scenarios"],
    Kind.ACCEPTANCE: ["acceptances"],
    Kind.COUNTERPART: ["counterparts"],
    Kind.TERM: ["terms"],
}

TOMBSTONE = {"id": "120105-HB0001", "owner": "120105", "version": 2, "deleted": True}


def one(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = seed_rows(FILES[kind][0])[0]
    return found


@pytest.mark.parametrize("kind", Kind)
def test_schema_when_served_then_is_valid_and_says_its_address(client: FlaskClient, kind: Kind) -> None:
    response = client.get(f"/schemas/{kind}.json")
    assert response.content_type == "application/schema+json"
    schema = response.get_json(force=True)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"/schemas/{kind}.json"


@pytest.mark.parametrize("kind", Kind)
def test_schema_when_the_seed_is_checked_then_every_record_passes(kind: Kind) -> None:
    validator = Draft202012Validator(json_schema(kind))
    for name in FILES[kind]:
        for row in seed_rows(name):
            assert list(validator.iter_errors(row)) == [], row["id"]


@pytest.mark.parametrize("kind", Kind)
def test_schema_when_a_record_is_a_tombstone_then_it_passes(kind: Kind) -> None:
    assert Draft202012Validator(json_schema(kind)).is_valid({**TOMBSTONE, "kind": str(kind)})


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("key", ["kind", "id", "owner", "version", "provenance"])
def test_schema_when_a_record_lacks_its_envelope_then_it_fails(kind: Kind, key: str) -> None:
    record = {name: value for name, value in one(kind).items() if name != key}
    assert not Draft202012Validator(json_schema(kind)).is_valid(record)


@pytest.mark.parametrize("kind", Kind)
def test_schema_when_a_record_is_of_another_kind_then_it_fails(kind: Kind) -> None:
    other = "term" if kind is not Kind.TERM else "item"
    assert not Draft202012Validator(json_schema(kind)).is_valid({**one(kind), "kind": other})


@pytest.mark.parametrize("kind", Kind)
def test_schema_when_a_record_has_a_field_of_a_newer_node_then_it_passes(kind: Kind) -> None:
    assert Draft202012Validator(json_schema(kind)).is_valid({**one(kind), "from_the_future": {"a": 1}})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("version", "1"),
        ("owner", "12010"),
        ("item_type", "x"),
        ("status", "gone"),
        ("name", ""),
        ("objects", ["dog"]),
    ],
)
def test_item_schema_when_a_field_is_wrong_then_it_fails(field: str, value: object) -> None:
    assert not Draft202012Validator(json_schema(Kind.ITEM)).is_valid({**one(Kind.ITEM), field: value})
