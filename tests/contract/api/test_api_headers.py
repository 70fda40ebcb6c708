"""What every answer carries: request id, caching, entity tags, policies; and HEAD and OPTIONS."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service_catalog.web.api.answers import is_known

ITEM = "/v1/items/120105-HB0001"

TAGGED = (
    ITEM,
    "/v1/items",
    "/v1/items/120105-HB0001/history",
    "/v1/items/120105-HB0001/comparison",
    "/v1/scenarios",
    "/v1/scenarios/120105-HB-YJS-18",
    "/v1/regions",
    "/v1/departments",
    "/openapi.json",
    "/schemas/item.json",
    "/problems/not-found",
)

WRITABLE = {ITEM, "/v1/scenarios/120105-HB-YJS-18"}
"""Those among them that also take PUT and DELETE."""

SEARCHES = ("/v1/search?q=社保", "/v1/suggest?q=社保")

UNCACHED = ("/v1/status", "/healthz", "/readyz", "/metrics")

ALL = (*TAGGED, *SEARCHES, *UNCACHED)


@pytest.mark.parametrize("path", [*ALL, "/nothing", "/v1/items/none"])
def test_any_answer_when_sent_then_has_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", SEARCHES)
def test_search_when_answered_then_no_cache_keeps_what_was_typed(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", TAGGED)
def test_public_read_when_answered_then_may_be_kept_briefly(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "public, max-age=30, stale-while-revalidate=60"


@pytest.mark.parametrize("path", [*UNCACHED, "/nothing"])
def test_state_and_failures_when_answered_then_may_not_be_kept(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", ["12345678", "a-b-c-d-e", "A" * 64, "7f9c3f0e-6a52-4c1e-9a9e-0f9a6d1b2c3d"])
def test_request_id_when_given_and_plain_then_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize(
    "given",
    ["", "1234567", "A" * 65, "with space", 'quote"12345', "社保社保社保社保", "under_score", "id;12345678"],
)
def test_request_id_when_given_and_odd_then_is_replaced(client: FlaskClient, given: str) -> None:
    raw = given.encode().decode("latin-1")
    found = client.get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": raw}).headers["X-Request-Id"]
    assert found != raw
    assert len(found) == 16


def test_request_id_when_not_given_then_differs_each_time(client: FlaskClient) -> None:
    assert len({client.get("/healthz").headers["X-Request-Id"] for _ in range(50)}) == 50


@pytest.mark.parametrize("path", ALL)
def test_head_when_asked_then_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (got.status_code, b"")
    assert head.content_type == got.content_type
    assert head.headers.get("ETag") == got.headers.get("ETag")


@pytest.mark.parametrize("path", ALL)
def test_options_when_asked_then_names_the_methods(client: FlaskClient, path: str) -> None:
    response = client.options(path)
    assert response.status_code == 200
    writes = {"PUT", "DELETE"} if path in WRITABLE else set()
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"} | writes


@pytest.mark.parametrize("path", TAGGED)
@pytest.mark.parametrize(
    "form",
    [
        '"{}"',
        'W/"{}"',
        '"{}:gzip"',
        '"{}-gzip"',
        'W/"{};br"',
        '"{}:zstd"',
        '"other", "{}"',
        '"a,b" , W/"{}-deflate"',
        "*",
    ],
)
def test_tagged_read_when_the_client_has_it_then_304_without_body(
    client: FlaskClient, path: str, form: str
) -> None:
    tag = client.get(path).headers["ETag"]
    response = client.get(path, headers={"If-None-Match": form.format(tag.strip('"'))})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("given", ['"other"', "", "W/", "none", '"', '""', '":gzip"'])
def test_tagged_read_when_the_client_has_something_else_then_200(client: FlaskClient, given: str) -> None:
    assert client.get(ITEM, headers={"If-None-Match": given}).status_code == 200


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "gzip, deflate, br, zstd"])
def test_etag_when_another_coding_is_asked_for_then_is_the_same(client: FlaskClient, coding: str) -> None:
    plain = client.get(ITEM).headers["ETag"]
    assert client.get(ITEM, headers={"Accept-Encoding": coding}).headers["ETag"] == plain


def test_etag_when_two_items_are_read_then_differs(client: FlaskClient) -> None:
    assert client.get(ITEM).headers["ETag"] != client.get("/v1/items/120105-HB0002").headers["ETag"]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('"a:gzip"', True),
        ("a", False),
        ('"A"', False),
        ('"a:rot13"', False),
    ],
)
def test_is_known_when_compared_then_weakly_and_without_coding(header: str | None, known: bool) -> None:
    assert is_known(header, "a") is known
