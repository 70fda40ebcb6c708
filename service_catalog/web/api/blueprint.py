"""How a route of the API is declared: address, parameters, answer and document in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Response
from marshmallow import Schema

from service_catalog.store.keyring import AccessKey
from service_catalog.web.api.answers import JSON
from service_catalog.web.api.arguments import QuerySchema, read_arguments
from service_catalog.web.api.authorization import access_key

PROBLEM = "Problem"
"""Name of the documented answer that every failure has."""

OPERATOR = "operator"
"""Name of the documented way to show the operator's key."""

KEY = "key"
"""Name of the documented way to show an access key."""

FAILURES = (400, 422)
"""Statuses any route can answer with: parameters are checked everywhere. A route names its further ones."""

HEADERS = {
    "X-Request-Id": {"description": "请求编号，便于查找日志", "schema": {"type": "string"}},
    "Cache-Control": {"description": "可缓存的时间", "schema": {"type": "string"}},
}

ETAG = {"ETag": {"description": "内容标识，压缩不改变它", "schema": {"type": "string"}}}

IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "已有内容的标识；相同时答 304",
    "schema": {"type": "string"},
}

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": '读取记录（/record）时的 ETag，例如 "v12"；修改和撤回须有',
    "schema": {"type": "string"},
}

IF_NONE_MATCH_ANY = {
    "in": "header",
    "name": "If-None-Match",
    "description": "新建记录时为 *",
    "schema": {"type": "string", "const": "*"},
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "重试标记，1 到 255 个可见 ASCII 字符；24 小时内以同一标记重发同一请求，得到第一次的答复",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

WRITE_FAILURES = (400, 401, 403, 404, 409, 412, 422, 428, 503)
"""Statuses any write can answer with."""

View = TypeVar("View", bound=Callable[..., Response])


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library is untyped
    """Routes of one subject."""

    def read(
        self,
        rule: str,
        answer: type[Schema] | Mapping[str, Any],
        summary: str,
        *,
        query: QuerySchema | None = None,
        failures: tuple[int, ...] = (),
        tagged: bool = False,
        secured: str | None = None,
        media: str = JSON,
    ) -> Callable[[View], View]:
        """Declare a GET route (HEAD and OPTIONS come with it) whose view returns a finished answer.

        ``query`` is one instance, made once: its values reach the view as the first argument. Without it
        every parameter is a fault. ``tagged``: the answer has an ETag and may be 304. ``secured``: which
        key may be shown. ``answer`` only documents: nothing is dumped through it.
        """
        schema = query or QuerySchema()
        document = {
            "summary": summary,
            "responses": _responses(answer, (*FAILURES, *failures), tagged=tagged, media=media),
            **({"security": [{secured: []}, {}]} if secured else {}),
        }

        def declare(view: View) -> View:
            documented = self.doc(operationId=view.__name__, **document)(view)
            documented = self.arguments(schema, location="query")(documented)

            # The library's decorators only fill its document (wraps copies what they noted on the function).
            # To go through them and webargs for each request would cost more than reading the parameters.
            @wraps(documented)
            def answered(**path: str) -> Response:
                arguments = read_arguments(schema)
                return view(**path) if query is None else view(arguments, **path)

            self.add_url_rule(rule, view_func=answered, parameters=[IF_NONE_MATCH] if tagged else None)
            return view

        return declare

    def write(
        self,
        rule: str,
        method: str,
        summary: str,
        *,
        query: QuerySchema,
        scope: str,
        responses: Mapping[int, Any],
        body: type[Schema] | None = None,
        may_be_new: bool = True,
    ) -> Callable[[View], View]:
        """Declare a route that writes. Its view gets the access key and the parameters, in this order.

        The key is looked at first: who has none learns nothing else. ``may_be_new``: ``If-None-Match: *`` is
        taken. ``body`` and ``responses`` (the good ones) only document.
        """
        failures = (*WRITE_FAILURES, *((413, 415) if body else ()))
        headers = [IF_MATCH, *([IF_NONE_MATCH_ANY] if may_be_new else []), IDEMPOTENCY_KEY]
        document = {
            "summary": summary,
            "responses": {**responses, **dict.fromkeys(failures, PROBLEM)},
            "security": [{KEY: []}],
            **({"requestBody": {"required": True, "content": {JSON: {"schema": body}}}} if body else {}),
        }

        def declare(view: View) -> View:
            documented = self.doc(operationId=view.__name__, **document)(view)
            documented = self.arguments(query, location="query")(documented)
            for header in headers:
                documented = self.doc(parameters=[header])(documented)

            @wraps(documented)
            def answered(**path: str) -> Response:
                key: AccessKey = access_key(scope)
                return view(key, read_arguments(query), **path)

            self.add_url_rule(rule, view_func=answered, methods=[method])
            return view

        return declare


def _responses(
    answer: type[Schema] | Mapping[str, Any], failures: tuple[int, ...], *, tagged: bool, media: str
) -> dict[int, Any]:
    responses: dict[int, Any] = {
        200: {
            "description": "查询结果",
            "content": {media: {"schema": answer}},
            "headers": {**HEADERS, **(ETAG if tagged else {})},
        },
        **dict.fromkeys(failures, PROBLEM),
    }
    if tagged:
        responses[304] = {"description": "内容未变", "headers": ETAG}
    return responses
