"""Puts the web layer onto an application: API, pages, problems, and what every answer carries. No I/O."""

from __future__ import annotations

import random
import re

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from service_catalog.observe import begin_request, count_request, end_request, timer
from service_catalog.web.api.openapi import register_api
from service_catalog.web.pages.errors import error_page
from service_catalog.web.pages.views import register_pages
from service_catalog.web.problems import NO_STORE, register_problems

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
"""Ids taken from a client: enough for a UUID, nothing that could break a log line or a header."""

MAX_BODY_BYTES = 1024 * 1024
"""A hundred times the largest record of the reference catalogue; deliveries will name their own limit."""

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
"""Methods that get a metric of their own. Clients may invent others without end."""

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of every answer that does not bring a policy of its own, as pages do: a browser may load nothing for it."""


def register(app: Flask) -> None:
    """Register everything that answers HTTP."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)
    register_api(app)
    register_pages(app)
    # Last: the API library registers a handler of its own, which this replaces.
    register_problems(app, error_page)


def _begin() -> None:
    # From the environment: werkzeug's header object and its lengths cost 15 µs, a tenth of a bare answer.
    environ = request.environ
    given = environ.get("HTTP_X_REQUEST_ID", "")
    request_id = given if REQUEST_ID.fullmatch(given) else _new_id()
    begin_request(request_id)
    g.started, g.request_id = timer(), request_id
    if environ.get("CONTENT_LENGTH") and (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge


def _new_id() -> str:
    """An id to find log lines by: 64 random bits, no secret, so the system's source (12 µs) is not needed.

    ``random`` seeds itself anew in each worker after a fork.
    """
    return f"{random.getrandbits(64):016x}"


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    # Whoever allows caching says so: an answer that nobody thought about must not be kept by a shared cache.
    headers.setdefault("Cache-Control", NO_STORE)
    headers.setdefault("Content-Security-Policy", JSON_POLICY)
    _count(response.status_code)
    return response


def _count(status: int) -> None:
    rule = request.url_rule
    route = rule.rule if rule is not None else "unmatched"
    method = request.method if request.method in METHODS else "other"
    count_request(route, method, status, timer() - g.started)


def _end(_error: BaseException | None) -> None:
    end_request()
