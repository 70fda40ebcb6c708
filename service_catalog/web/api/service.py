"""The state of the service: /v1/status for all, /healthz and /readyz for supervisors, and /metrics."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from service_catalog import __version__
from service_catalog.catalog.status import Status
from service_catalog.model.errors import AccessDeniedError, CatalogError
from service_catalog.observe import METRICS_TYPE, logger, metrics_text
from service_catalog.web.api.answers import encode, json_answer
from service_catalog.web.api.blueprint import OPERATOR, Blueprint
from service_catalog.web.api.schemas.service import HealthAnswerSchema, ReadyAnswerSchema, StatusAnswerSchema
from service_catalog.web.current import catalog, runtime
from service_catalog.web.problems import BY_SLUG, NO_STORE, make_problem, problem_response

blueprint = Blueprint("service", __name__, description="服务状态")

RETRY_AFTER_S = 2
"""When to look again while the service is not ready: a rebuild of the reference catalogue takes a second."""


@blueprint.read("/v1/status", StatusAnswerSchema, "目录与索引的状态", failures=(503,))
def status() -> Response:
    """What anybody may know. Failures of a rebuild are for the log: they name files and hosts."""
    return json_answer(encode(_public(catalog().status())), cache=NO_STORE)


@blueprint.read("/healthz", HealthAnswerSchema, "进程是否在运行")
def healthz() -> Response:
    """The process answers. Looks at nothing else, so that a broken store does not get workers killed."""
    return json_answer(encode({"status": "ok"}), cache=NO_STORE)


@blueprint.read("/readyz", ReadyAnswerSchema, "能否回答搜索；索引落后不算未就绪", failures=(503,))
def readyz() -> Response:
    """Whether searches can be answered. Opens what is not open yet and begins a rebuild that is due."""
    checks = {name: _run(name, check) for name, check in CHECKS.items()}
    answer = {"ready": all(each["ok"] for each in checks.values()), "checks": checks}
    if answer["ready"]:
        return json_answer(encode(answer), cache=NO_STORE)
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem_response(make_problem(BY_SLUG["not-ready"], extensions=answer, headers=headers))


@blueprint.read(
    "/metrics",
    {"type": "string"},
    "运行指标（Prometheus 文本格式）",
    failures=(401,),
    secured=OPERATOR,
    media="text/plain",
)
def metrics() -> Response:
    """All metrics. Open in development; in production not without the operator's key."""
    _check_operator(request.headers.get("Authorization", ""))
    response = Response(metrics_text(), content_type=METRICS_TYPE)
    response.headers["Cache-Control"] = NO_STORE
    return response


def _check_store() -> None:
    catalog().regions()


def _check_engine() -> None:
    catalog().warm()


CHECKS: Mapping[str, Callable[[], None]] = {"store": _check_store, "engine": _check_engine}
"""What readiness means, in order of dependence. A check raises CatalogError when its part cannot be used."""


def _run(name: str, check: Callable[[], None]) -> dict[str, Any]:
    try:
        check()
    except CatalogError as error:
        logger(__name__).warning("not ready", check=name, slug=error.slug, detail=error.detail)
        return {"ok": False, "message": error.title}
    return {"ok": True, "message": None}


def _check_operator(authorization: str) -> None:
    settings = runtime().settings
    if not settings.operator_key and settings.environment == "development":
        return
    scheme, _, key = authorization.partition(" ")
    expected = settings.operator_key.encode()
    if not expected or scheme.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), expected):
        raise AccessDeniedError("读取运行指标需要运维密钥（CATALOG_OPERATOR_KEY）")


def _public(found: Status) -> dict[str, Any]:
    engine = found.engine
    return {
        "ready": found.ready,
        "head": found.head,
        "epoch": found.epoch,
        "engine": {
            "name": engine.name,
            "generation": engine.generation.name if engine.generation else None,
            "mapping_version": found.mapping_version,
            "seq": engine.seq,
            "lag": found.lag,
            "documents": engine.documents,
        },
        "counts": [
            {"region": owner, "kind": str(kind), "count": count}
            for (owner, kind), count in sorted(found.counts.items())
        ],
        "version": __version__,
    }
