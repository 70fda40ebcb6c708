"""Every failure of every address is a problem object of the one table and tells nothing of the machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import abort, request
from flask.testing import FlaskClient
from werkzeug.exceptions import UnsupportedMediaType

from service_catalog.app import create_app
from service_catalog.config import CHECKOUT, Settings
from service_catalog.model.errors import (
    CatalogError,
    GoneError,
    StoreUnavailableError,
    VersionConflictError,
)
from service_catalog.web.problems import BY_SLUG, TYPES, markdown
from tests.contract.api.shapes import ClientOf, problem_of

DOCUMENT = CHECKOUT / "docs" / "problems.md"

READS = (
    "/v1/search?q=社保",
    "/v1/suggest?q=社保",
    "/v1/items",
    "/v1/items/120105-HB0001",
    "/v1/items/120105-HB0001/history",
    "/v1/items/120105-HB0001/comparison",
    "/v1/items/120105-HB0001/record",
    "/v1/scenarios",
    "/v1/scenarios/120105-HB-YJS-18",
    "/v1/scenarios/120105-HB-YJS-18/history",
    "/v1/regions",
    "/v1/departments",
    "/v1/status",
)
"""One address of each route that reads the catalogue."""

OTHERS = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/schemas/item.json", "/problems/not-found")

WRITABLE = {"/v1/items/120105-HB0001", "/v1/scenarios/120105-HB-YJS-18"}
"""Those among them that also take PUT and DELETE."""

NEVER_BY_WAITING = (GoneError, VersionConflictError)
"""Errors that do not say when to try again: nothing changes by waiting."""

SECRET = "/srv/secret/catalog.db"


def subclasses(error: type[CatalogError] = CatalogError) -> Iterator[type[CatalogError]]:
    yield error
    for child in error.__subclasses__():
        yield from subclasses(child)


ERRORS = tuple(subclasses())


def made(error: type[CatalogError]) -> CatalogError:
    if error is GoneError:
        return GoneError("已撤回", withdrawn_at="2026-01-01T00:00:00.000Z", version=2)
    if error is VersionConflictError:
        return VersionConflictError("请重新读取", version=2)
    return error(f"打不开 {SECRET}", retry_after_s=7)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_problem_table_when_an_error_class_exists_then_has_it_with_its_status_and_title(
    error: type[CatalogError],
) -> None:
    kind = BY_SLUG[error.slug]
    assert (kind.status, kind.title) == (error.status, error.title)


def test_problem_table_when_read_then_slugs_are_unique_and_all_have_advice() -> None:
    assert len(BY_SLUG) == len(TYPES)
    assert all(each.slug and each.title and each.advice for each in TYPES)


def test_problems_document_when_compared_then_is_what_the_table_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_any_read_when_a_use_case_fails_then_answers_that_problem(
    failing: ClientOf, path: str, error: type[CatalogError]
) -> None:
    response = failing(made(error)).get(path)
    problem_of(response, error.slug)
    assert error.status < 500 or SECRET not in response.text
    assert response.headers.get("Retry-After") == (None if error in NEVER_BY_WAITING else "7")


@pytest.mark.parametrize("path", READS)
def test_any_read_when_something_unforeseen_breaks_then_answers_500_without_its_text(
    failing: ClientOf, path: str
) -> None:
    response = failing(ZeroDivisionError(SECRET)).get(path)
    problem_of(response, "internal")
    assert SECRET not in response.text
    assert "ZeroDivisionError" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize("path", [*READS, *OTHERS])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "INVENTED"])
def test_any_address_when_the_method_is_wrong_then_405_names_the_right_ones(
    client: FlaskClient, path: str, method: str
) -> None:
    writes = {"PUT", "DELETE"} if path in WRITABLE else set()
    response = client.open(path, method=method)
    if method in writes:
        problem_of(response, "access-denied")
        return
    problem_of(response, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"} | writes


@pytest.mark.parametrize("path", [*READS, *OTHERS])
def test_any_address_when_a_parameter_is_unknown_then_422(client: FlaskClient, path: str) -> None:
    separator = "&" if "?" in path else "?"
    body = problem_of(client.get(f"{path}{separator}nonsense=1"), "invalid-request")
    assert [each["field"] for each in body["errors"]] == ["nonsense"]


@pytest.mark.parametrize("path", [*READS, *OTHERS])
@pytest.mark.parametrize("bad", ["q=%00", "%00=1", "q=%FF", "q=%ED%A0%80", "q=%C0%AF"])
def test_any_address_when_the_query_string_is_unreadable_then_400(
    client: FlaskClient, path: str, bad: str
) -> None:
    separator = "&" if "?" in path else "?"
    problem_of(client.get(f"{path}{separator}{bad}"), "unreadable-request")


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/nothing", "/v1/items/", "/v1/items/a/b", "/v2/search", "/schemas/", "/healthz/"],
)
def test_unknown_address_when_asked_for_then_404(client: FlaskClient, path: str) -> None:
    problem_of(client.get(path), "no-such-address")


@pytest.mark.parametrize(
    "record_id",
    [
        "110112-NONE",
        "无",
        "a%00b",
        "%FF%FE",
        "..%5C..",
        "x" * 200,
        "120105-HB0001%0A",
        "110112:120105-HB0001",
        "' OR 1",
    ],
)
@pytest.mark.parametrize(
    "route", ["/v1/items/{}", "/v1/items/{}/history", "/v1/items/{}/comparison", "/v1/scenarios/{}"]
)
def test_record_address_when_no_such_record_then_404(client: FlaskClient, route: str, record_id: str) -> None:
    problem_of(client.get(route.format(record_id)), "not-found")


@pytest.mark.parametrize("path", ["/schemas/nothing.json", "/problems/nothing"])
def test_description_address_when_there_is_none_then_404(client: FlaskClient, path: str) -> None:
    problem_of(client.get(path), "not-found")


def test_request_when_its_body_is_too_large_then_413(client: FlaskClient) -> None:
    response = client.get("/v1/search", data=b"x" * (1024 * 1024 + 1))
    problem_of(response, "too-large")


def test_request_when_a_view_cannot_read_its_type_then_415(settings: Settings) -> None:
    app = create_app(settings)

    @app.post("/v1/posted")
    def posted() -> str:
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        return ""

    problem_of(
        app.test_client().post("/v1/posted", data="x", content_type="text/csv"), "unsupported-media-type"
    )


def test_failure_when_the_table_lacks_its_status_then_type_is_blank(settings: Settings) -> None:
    app = create_app(settings)

    @app.get("/v1/teapot")
    def teapot() -> str:
        abort(418)

    response = app.test_client().get("/v1/teapot")
    assert response.status_code == 418
    assert response.get_json(force=True)["type"] == "about:blank"


def test_missing_store_when_asked_then_advice_replaces_the_detail(failing: ClientOf) -> None:
    body = problem_of(failing(StoreUnavailableError(SECRET)).get("/v1/regions"), "store-unavailable")
    assert body["detail"] == BY_SLUG["store-unavailable"].advice


def test_problem_when_the_path_holds_odd_characters_then_instance_is_a_uri_reference(
    client: FlaskClient,
) -> None:
    body = problem_of(client.get("/v1/items/%E7%A4%BE%22%3C"), "not-found")
    assert body["instance"] == "/v1/items/%E7%A4%BE%22%3C"


def test_api_failure_when_a_browser_asks_then_still_a_problem_object(client: FlaskClient) -> None:
    problem_of(client.get("/v1/items/none", headers={"Accept": "text/html"}), "not-found")


def test_other_failure_when_a_browser_asks_then_a_page(client: FlaskClient) -> None:
    response = client.get("/nothing", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9", ""])
def test_other_failure_when_no_page_is_preferred_then_a_problem_object(
    client: FlaskClient, accept: str
) -> None:
    problem_of(client.get("/nothing", headers={"Accept": accept}), "no-such-address")


def test_problem_type_when_its_address_is_opened_then_explains_itself(client: FlaskClient) -> None:
    assert client.get("/problems/not-owner").get_json()["status"] == 403
    assert client.get("/problems/not-owner", headers={"Accept": "text/html"}).text.startswith("403 ")
