"""The OpenAPI document: valid, equal to the committed copy, and true of real answers, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from service_catalog.config import CHECKOUT
from tests.contract.api.shapes import seed_rows

COMMITTED = CHECKOUT / "docs" / "openapi.json"

BLUEPRINTS = ("search", "items", "scenarios", "regions", "records", "scores", "service", "documents")

GOOD = {"200", "201", "204", "304"}

OPEN_ON_PURPOSE = {"Problem", "Provenance"}
"""Problems may carry further members; of what a provenance names the sources differs between records."""

EXAMPLES = (
    ("/v1/search", "/v1/search?q=社会保障卡补换&at_region=120105&limit=50"),
    ("/v1/search", "/v1/search?q=新生儿出生"),
    ("/v1/search", "/v1/search?limit=50"),
    ("/v1/search", "/v1/search?kind=scenario&limit=50"),
    ("/v1/search", "/v1/search?q=通州社保卡丢了"),
    ("/v1/search", "/v1/search?q=TZ0915"),
    ("/v1/search", "/v1/search?q=xqzvwk"),
    ("/v1/suggest", "/v1/suggest?q=社保"),
    ("/v1/items", "/v1/items?limit=50"),
    ("/v1/items", "/v1/items?owner_region=120105&limit=50"),
    ("/v1/items/{record_id}/history", "/v1/items/120105-HB0001/history"),
    ("/v1/items/{record_id}/record", "/v1/items/120105-HB0001/record"),
    ("/v1/acceptances/{record_id}", "/v1/acceptances/110112:120105-HB0001"),
    ("/v1/scenarios/{record_id}/history", "/v1/scenarios/120105-HB-YJS-18/history"),
    ("/v1/items/{record_id}/comparison", "/v1/items/120105-HB0001/comparison"),
    ("/v1/scenarios", "/v1/scenarios?limit=50"),
    ("/v1/regions", "/v1/regions"),
    ("/v1/scores", "/v1/scores?limit=50"),
    ("/v1/items/{record_id}/score", "/v1/items/120105-HB0001/score"),
    ("/v1/departments", "/v1/departments"),
    ("/v1/status", "/v1/status"),
    ("/healthz", "/healthz"),
    ("/readyz", "/readyz"),
    ("/problems/{slug}", "/problems/not-found"),
)


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    """The document as served."""
    found: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return found


@pytest.fixture(scope="module")
def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every schema closed: a field that it does not name is then a fault."""
    made: dict[str, Any] = json.loads(json.dumps(document))
    for name, schema in made["components"]["schemas"].items():
        if name not in OPEN_ON_PURPOSE and schema.get("properties"):
            schema["additionalProperties"] = False
    return made


def faults(document: Mapping[str, Any], schema: Mapping[str, Any], value: object) -> list[str]:
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def answer_schema(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    schema: Mapping[str, Any] = content["application/json"]["schema"]
    return schema


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (each for method, each in path.items() if method in ("get", "put", "post", "delete"))


def api_rules(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in BLUEPRINTS:
            yield re.sub(r"<(\w+)>", r"{\1}", rule.rule)


def test_document_when_validated_then_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_document_when_compared_with_the_committed_copy_then_equal(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document, "run: make openapi"


def test_document_when_compared_with_the_routes_then_has_each_of_them(
    app: Flask, document: dict[str, Any]
) -> None:
    assert set(api_rules(app)) == document["paths"].keys()


def test_document_when_it_names_operations_then_each_once(document: dict[str, Any]) -> None:
    names = [each["operationId"] for each in operations(document)]
    assert len(names) == len(set(names))


def test_document_when_it_describes_failures_then_as_problem_objects(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/responses/Problem"}
    assert "application/problem+json" in document["components"]["responses"]["Problem"]["content"]
    for each in operations(document):
        assert {name for name, response in each["responses"].items() if response != problem} <= GOOD


@pytest.mark.parametrize(("path", "url"), EXAMPLES)
def test_answer_when_compared_with_the_document_then_every_field_is_documented(
    client: FlaskClient, strict: dict[str, Any], path: str, url: str
) -> None:
    assert faults(strict, answer_schema(strict, path), client.get(url).get_json()) == []


def test_item_answers_when_all_are_compared_then_every_field_is_documented(
    client: FlaskClient, strict: dict[str, Any]
) -> None:
    schema = answer_schema(strict, "/v1/items/{record_id}")
    validator = Draft202012Validator({**schema, "components": strict["components"]})
    for row in (*seed_rows("items-120105"), *seed_rows("items-110112")[::20]):
        assert validator.is_valid(client.get(f"/v1/items/{row['id']}").get_json()), row["id"]


def test_scenario_answers_when_all_are_compared_then_every_field_is_documented(
    client: FlaskClient, strict: dict[str, Any]
) -> None:
    schema = answer_schema(strict, "/v1/scenarios/{record_id}")
    validator = Draft202012Validator({**schema, "components": strict["components"]})
    for row in seed_rows("scenarios"):
        assert validator.is_valid(client.get(f"/v1/scenarios/{row['id']}").get_json()), row["id"]


@pytest.mark.parametrize("url", ["/v1/search?limit=0&x=1", "/v1/items/none", "/nothing", "/v1/search?q=%FF"])
def test_failure_when_compared_with_the_document_then_is_as_documented(
    client: FlaskClient, document: dict[str, Any], url: str
) -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    assert faults(document, schema, client.get(url).get_json(force=True)) == []


def test_answer_when_it_has_a_field_too_many_then_the_comparison_would_see_it(
    client: FlaskClient, strict: dict[str, Any]
) -> None:
    answer = client.get("/v1/search?q=社保").get_json()
    answer["hits"][0]["surprise"] = 1
    assert faults(strict, answer_schema(strict, "/v1/search"), answer) != []
