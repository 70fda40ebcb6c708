"""What tests of the API ask of any answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service_catalog.config import CHECKOUT
from service_catalog.web.problems import BY_SLUG, MEDIA_TYPE

ClientOf = Callable[[Exception], FlaskClient]
"""Makes a client of an application in which every use case fails with one error."""

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def problem_of(response: TestResponse, slug: str) -> dict[str, Any]:
    """The problem object of a failure, after a look at its shape."""
    kind = BY_SLUG[slug]
    assert response.status_code == kind.status
    assert response.content_type == MEDIA_TYPE
    assert response.headers["Cache-Control"] == "no-store"
    body: dict[str, Any] = response.get_json(force=True)
    assert body.keys() >= MEMBERS
    assert (body["type"], body["title"], body["status"]) == (f"/problems/{slug}", kind.title, kind.status)
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert body["detail"]
    return body


def faults_of(response: TestResponse) -> dict[str, tuple[str, str | None]]:
    """Field → (message, hint) of a 422."""
    body = problem_of(response, "invalid-request")
    return {each["field"]: (each["message"], each["hint"]) for each in body["errors"]}


@cache
def seed_rows(name: str) -> tuple[dict[str, Any], ...]:
    """The records of one file of the seed."""
    text = (CHECKOUT / "seed" / f"{name}.ndjson").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())
