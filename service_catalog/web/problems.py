"""How failures look: RFC 9457 problem objects, the one table of their types, and the handlers that make them.

Every failure of the service is a ``CatalogError`` or a werkzeug ``HTTPException``; each has a type here, and
docs/problems.md is written from here (``python -m service_catalog.web.problems``). What a client is told
never holds file names, hosts or library names: the detail of a 5xx goes to the log, the client gets the
table's sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from service_catalog.model import errors
from service_catalog.model.errors import CatalogError, Fault
from service_catalog.observe import logger

MEDIA_TYPE = "application/problem+json"
NO_STORE = "no-store"

MACHINE_PATHS = ("/v1", "/schemas/", "/problems/", "/openapi.json", "/healthz", "/readyz", "/metrics")
"""Addresses that answer machines: their failures are problem objects whatever the client prefers."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of failure: a stable name, its status, a Chinese title, and what the reader can do."""

    slug: str
    status: int
    title: str
    advice: str

    @property
    def uri(self) -> str:
        """The ``type`` member: a relative reference, so that it holds on every host."""
        return f"/problems/{self.slug}" if self.slug else "about:blank"


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as a client sees it."""

    type: ProblemType
    detail: str
    instance: str
    request_id: str
    faults: tuple[Fault, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The problem object. ``errors`` is there only if single parameters are at fault."""
        body: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": self.instance,
            "request_id": self.request_id,
        }
        if self.faults:
            body["errors"] = [
                {"field": fault.field, "message": fault.message, "hint": fault.hint} for fault in self.faults
            ]
        return {**self.extensions, **body}


def _of(error: type[CatalogError], advice: str) -> ProblemType:
    return ProblemType(error.slug, error.status, error.title, advice)


TYPES = (
    _of(
        errors.UnreadableRequestError,
        "请求的编码或格式无法读取。参数须为 UTF-8，不含空字符，数量不超过 50 个。",
    ),
    _of(errors.AccessDeniedError, "请在 Authorization 请求头中给出有效的密钥。"),
    _of(errors.MissingScopeError, "密钥有效，但没有这项权限，或记录属于别的区划。请向管理员申请合适的密钥。"),
    _of(errors.NotOwnerError, "只有记录所属区划的节点可以修改。请联系该区划。"),
    _of(errors.NotFoundError, "请核对编号，或用搜索查找。"),
    ProblemType("no-such-address", 404, "没有这个地址", "请核对地址。接口地址见 /openapi.json。"),
    ProblemType("method-not-allowed", 405, "不支持这种请求方法", "可用的方法见 Allow 响应头。"),
    _of(errors.ConflictError, "请重新读取记录，在最新版本上修改后再提交。"),
    _of(errors.GoneError, "记录已由所属区划撤回，不再提供；其历史仍可查阅。"),
    _of(
        errors.VersionConflictError,
        "version 是现在的版本（0 表示没有这条记录）。请重新读取记录，在它上面修改后再提交。",
    ),
    ProblemType("too-large", 413, "请求内容过大", "请减小请求内容，或分多次提交。"),
    ProblemType("unsupported-media-type", 415, "不支持这种内容类型", "请按接口文档给出 Content-Type。"),
    _of(errors.InvalidRequestError, "errors 列出每个有误的参数和建议；请一并改正后重试。"),
    _of(errors.CursorError, "翻页标记只能取自上一页的 next，并用于同一次搜索。请从第一页重新开始。"),
    _of(errors.InvalidRecordError, "errors 列出每个有误的字段。请改正记录后再提交。"),
    _of(errors.ReusedTokenError, "同一个 Idempotency-Key 只能用于重发同一个请求。新的请求请用新的标记。"),
    _of(
        errors.PreconditionNeededError,
        '修改和撤回须带 If-Match（读取记录时的 ETag，例如 "v12"）；新建须带 If-None-Match: *。',
    ),
    _of(errors.BrokenBackupError, "请换一份完好的备份，或先升级本程序。"),
    _of(CatalogError, "服务内部出错，已记录。请稍后再试；反复出现时，请把 request_id 告诉管理员。"),
    _of(errors.ConfigurationError, "服务的设置有误，已记录。请联系管理员。"),
    _of(errors.EngineError, "搜索引擎出错，已记录。请稍后再试；事项和一件事仍可按编号查看。"),
    _of(errors.SearchUnavailableError, "请按 Retry-After 稍后再试；事项和一件事仍可按编号查看。"),
    _of(
        errors.EngineDamagedError, "正在重建搜索索引，请按 Retry-After 稍后再试；事项和一件事仍可按编号查看。"
    ),
    _of(errors.EngineBusyError, "请稍后再试；事项和一件事仍可按编号查看。"),
    _of(errors.EngineUnavailableError, "请稍后再试；事项和一件事仍可按编号查看。"),
    _of(errors.StoreUnavailableError, "目录数据暂时无法读取，或尚未建立。请稍后再试。"),
    ProblemType("not-ready", 503, "服务尚未就绪", "checks 说明每个部分的状态。请按 Retry-After 稍后再试。"),
)
"""All types, by status. A type, once published, keeps its name, status and meaning."""

BY_SLUG = {each.slug: each for each in TYPES}

BY_STATUS = {
    400: BY_SLUG["unreadable-request"],
    404: BY_SLUG["no-such-address"],
    405: BY_SLUG["method-not-allowed"],
    413: BY_SLUG["too-large"],
    415: BY_SLUG["unsupported-media-type"],
    422: BY_SLUG["invalid-request"],
    500: BY_SLUG["internal"],
}
"""The types of werkzeug's own exceptions. A status without one gets ``about:blank``, as RFC 9457 says."""


INTRODUCTION = """\
# Problem types

Every answer that is not a success is an `application/problem+json` object (RFC 9457): `type`, `title`,
`status`, `detail`, `instance` (the path asked for), `request_id` (also in `X-Request-Id`), and, where single
parameters are at fault, `errors`: a list of `{field, message, hint}` with every fault of the request at once.
Clients decide by `type` and `status`, never by the wording, and ignore members they do not know. A status
that is not listed comes with the type `about:blank`. Browsers get a page instead, except under `/v1` and the
other addresses of machines.

This file is written by `python -m service_catalog.web.problems`; a test holds it equal to the table."""


def register_problems(app: Flask, error_page: Callable[[Problem], Response]) -> None:
    """Answer every failure with a problem object, or with ``error_page`` where a person asked for a page."""

    def answer(problem: Problem) -> Response:
        if not _wants_page():
            return problem_response(problem)
        try:
            response = error_page(problem)
        except Exception as error:  # noqa: BLE001 - a page that fails must not hide the failure it was to show
            logger(__name__).error("error page failed", exc_info=error)
            return problem_response(problem)
        response.vary.add("Accept")
        return _finished(response, problem)

    def catalog_error(error: CatalogError) -> Response:
        return answer(_of_catalog_error(error))

    def http_error(error: HTTPException) -> Response:
        return answer(_of_http_error(error))

    def unexpected(error: Exception) -> Response:
        logger(__name__).error("unexpected failure", exc_info=error, path=request.path)
        return answer(make_problem(BY_SLUG["internal"]))

    app.register_error_handler(CatalogError, catalog_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def prefers_html() -> bool:
    """True for browsers. Who takes anything, as curl does, gets JSON."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > max(accepted["application/json"], accepted[MEDIA_TYPE])


def problem_response(problem: Problem) -> Response:
    """The problem as ``application/problem+json``."""
    text = json.dumps(problem.as_json(), ensure_ascii=False)
    return _finished(Response(text.encode(), content_type=MEDIA_TYPE), problem)


def make_problem(kind: ProblemType, *, detail: str = "", **parts: Any) -> Problem:
    """A problem of the current request. Without ``detail`` the table's sentence stands."""
    instance = quote(request.path, safe="/~:@!$&'()*+,;=")
    return Problem(kind, detail or kind.advice or kind.title, instance, g.get("request_id", ""), **parts)


def markdown() -> str:
    """docs/problems.md."""
    return "\n".join(_markdown_lines()) + "\n"


def _of_catalog_error(error: CatalogError) -> Problem:
    kind = BY_SLUG[error.slug]
    detail = error.detail
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger(__name__).error("failure", slug=kind.slug, detail=detail, path=request.path)
        detail = kind.advice
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return make_problem(
        kind, detail=detail, faults=error.faults, extensions=error.extensions(), headers=headers
    )


def _of_http_error(error: HTTPException) -> Problem:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    kind = BY_STATUS.get(status) or ProblemType("", status, _phrase(status), "")
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return make_problem(kind, headers=headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _finished(response: Response, problem: Problem) -> Response:
    response.status_code = problem.type.status
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = NO_STORE
    return response


def _wants_page() -> bool:
    return prefers_html() and not request.path.startswith(MACHINE_PATHS)


def _markdown_lines() -> Iterator[str]:
    yield from INTRODUCTION.splitlines()
    yield ""
    yield "| type | status | title | what to do |"
    yield "|---|---|---|---|"
    for each in TYPES:
        yield f"| `{each.uri}` | {each.status} | {each.title} | {each.advice} |"
    yield ""
    yield (
        "`withdrawn` also has `withdrawn_at` and `version`; `precondition-failed` also has `version`;"
        " `not-ready` also has `ready`, `checks` and `lag`."
    )


if __name__ == "__main__":
    print(markdown(), end="")
