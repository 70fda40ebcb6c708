"""What describes the API: /openapi.json, the JSON Schema of each record kind, and the problem types."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask, Response, current_app

from service_catalog.exchange.json_schemas import json_schema
from service_catalog.model import Kind
from service_catalog.model.errors import NotFoundError
from service_catalog.web.api.answers import PUBLIC, plain_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.schemas.problems import ProblemTypeSchema
from service_catalog.web.problems import BY_SLUG, prefers_html

EXTENSION = "service_catalog_openapi"

SCHEMA_MEDIA_TYPE = "application/schema+json"

ANY_OBJECT = {"type": "object"}

blueprint = Blueprint("documents", __name__, description="接口与数据格式的说明")


def serve_document(app: Flask, make: Callable[[], dict[str, Any]]) -> None:
    """Let /openapi.json answer with what ``make`` returns, made once, when it is first asked for."""
    app.extensions[EXTENSION] = cache(make)


@blueprint.read("/openapi.json", ANY_OBJECT, "本接口的 OpenAPI 3.1 说明", tagged=True)
def openapi() -> Response:
    """The OpenAPI document."""
    return plain_answer(current_app.extensions[EXTENSION]())


@blueprint.read(
    "/schemas/<kind>.json",
    ANY_OBJECT,
    "一种记录的 JSON Schema",
    failures=(404,),
    tagged=True,
    media=SCHEMA_MEDIA_TYPE,
)
def record_schema(kind: str) -> Response:
    """The JSON Schema (draft 2020-12) of one record kind."""
    if kind not in list(Kind):
        raise NotFoundError("没有这种记录；可用的有 " + "、".join(Kind))
    return plain_answer(json_schema(Kind(kind)), media=SCHEMA_MEDIA_TYPE)


@blueprint.read("/problems/<slug>", ProblemTypeSchema, "一种失败的说明", failures=(404,), tagged=True)
def problem_type(slug: str) -> Response:
    """What a problem's ``type`` means: JSON, or plain text for a browser."""
    kind = BY_SLUG.get(slug)
    if kind is None:
        raise NotFoundError("没有这种失败类型；可用的有 " + "、".join(BY_SLUG))
    if prefers_html():
        response = Response(
            f"{kind.status} {kind.title}\n\n{kind.advice}\n", content_type="text/plain; charset=utf-8"
        )
        response.headers["Cache-Control"] = PUBLIC
    else:
        response = plain_answer(
            {"type": kind.uri, "status": kind.status, "title": kind.title, "advice": kind.advice}
        )
    response.vary.add("Accept")
    return response
