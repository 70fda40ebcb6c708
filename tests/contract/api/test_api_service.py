"""/healthz, /readyz, /metrics and /v1/status."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog import __version__
from service_catalog.app import create_app
from service_catalog.config import Settings
from service_catalog.model.errors import StoreUnavailableError
from tests.contract.api.shapes import ClientOf, problem_of

KEY = "an operator's key of 40 characters 123456"


def client_with(**settings: Any) -> FlaskClient:
    return create_app(Settings(data=Path("/nonexistent"), **settings)).test_client()


def test_healthz_when_there_is_no_store_then_still_ok() -> None:
    assert client_with().get("/healthz").get_json() == {"status": "ok"}


def test_readyz_when_store_and_engine_serve_then_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")
    good = {"ok": True, "message": None}
    assert (response.status_code, response.get_json()) == (
        200,
        {
            "ready": True,
            "checks": {"store": good, "engine": good},
            "lag": {"changes": 0, "seconds": 0.0, "degraded": False},
        },
    )


def test_readyz_when_there_is_no_store_then_503_tells_which_part_without_paths() -> None:
    response = client_with().get("/readyz")
    body = problem_of(response, "not-ready")
    assert (body["ready"], body["checks"]["store"]["ok"]) == (False, False)
    assert response.headers["Retry-After"] == "2"
    assert "nonexistent" not in response.text


def test_readyz_when_a_part_fails_then_says_so_of_each(failing: ClientOf) -> None:
    checks = problem_of(failing(StoreUnavailableError("/srv/x")).get("/readyz"), "not-ready")["checks"]
    assert checks == {name: {"ok": False, "message": "数据暂时无法读取"} for name in ("store", "engine")}


def test_readyz_when_the_index_is_gone_then_has_it_rebuilt(fresh_settings: Settings) -> None:
    shutil.rmtree(fresh_settings.index)
    client = create_app(fresh_settings).test_client()
    assert any(client.get("/readyz").status_code == 200 for _ in range(10))
    assert client.get("/v1/search?q=社会保障卡").get_json()["total"] > 0


def test_item_when_the_index_is_gone_then_still_answers(fresh_settings: Settings) -> None:
    shutil.rmtree(fresh_settings.index)
    client = create_app(fresh_settings).test_client()
    assert client.get("/v1/items/120105-HB0001").status_code == 200


def test_status_when_asked_then_tells_store_and_engine(client: FlaskClient) -> None:
    found = client.get("/v1/status").get_json()
    assert (found["ready"], found["engine"]["lag"], found["version"]) == (True, 0, __version__)
    assert found["head"] == found["engine"]["seq"] > 2000
    assert {"region": "110112", "kind": "item", "count": 1143} in found["counts"]
    assert found["engine"]["documents"] == 1174 + 41


def test_status_when_there_is_no_store_then_503_without_paths() -> None:
    response = client_with().get("/v1/status")
    problem_of(response, "store-unavailable")
    assert "nonexistent" not in response.text


def test_metrics_when_developing_without_a_key_then_open(app: Flask) -> None:
    client = app.test_client()
    client.get("/v1/items/120105-HB0001")
    text = client.get("/metrics").text
    assert 'catalog_request_seconds_count{method="GET",route="/v1/items/<record_id>",status="200"}' in text


def test_metrics_when_addresses_and_methods_are_made_up_then_labels_stay_few(app: Flask) -> None:
    client = app.test_client()
    client.open("/made/up/by/client", method="MADEUP")
    text = client.get("/metrics").text
    assert "made" not in text.lower()
    assert 'method="other",route="unmatched",status="404"' in text


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer {KEY}", f"Bearer  {KEY} "])
@pytest.mark.parametrize("environment", ["development", "production"])
def test_metrics_when_the_key_is_right_then_answers(environment: str, header: str) -> None:
    client = client_with(operator_key=KEY, environment=environment)
    assert client.get("/metrics", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize(
    "header", ["", KEY, f"Basic {KEY}", "Bearer", "Bearer ", f"Bearer {KEY}x", "Bearer ÿ"]
)
@pytest.mark.parametrize(
    "settings",
    [
        {"operator_key": KEY},
        {"operator_key": KEY, "environment": "production"},
        {"environment": "production"},
    ],
)
def test_metrics_when_the_key_is_wrong_or_none_is_set_then_401(settings: dict[str, Any], header: str) -> None:
    response = client_with(**settings).get("/metrics", headers={"Authorization": header})
    problem_of(response, "access-denied")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert KEY not in response.text
