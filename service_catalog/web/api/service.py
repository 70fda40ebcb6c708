"""The state of the service: /v1/status for all, /healthz and /readyz for supervisors, and /metrics."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Response, request

from service_catalog import __version__
from service_catalog.catalog.status import Status
from service_catalog.model.errors import AccessDeniedError, CatalogError
from service_catalog.observe import METRICS_TYPE, keep_lag, logger, metrics_text
from service_catalog.web.api.answers import encode, json_answer
from service_catalog.web.api.blueprint import OPERATOR, Blueprint
from service_catalog.web.api.schemas.service import HealthAnswerSchema, ReadyAnswerSchema, StatusAnswerSchema
from service_catalog.web.current import catalog, runtime
from service_catalog.web.problems import BY_SLUG, NO_STORE, make_problem, problem_response

blueprint = Blueprint("service", __name__, description="服务状态")

RETRY_AFTER_S = 2
"""When to look again while the service is not ready: a rebuild of the reference catalogue takes a second."""


@blueprint.read("/v1/status", StatusAnswerSchema, "目录与索引的状态；凭运维密钥另有详情", failures=(503,))
def status() -> Response:
    """What anybody may know; whoever has the operator's key also learns what names files and hosts."""
    found = catalog().status()
    details = _details(found) if _is_operator(request.headers.get("Authorization", "")) else None
    return json_answer(encode(_public(found) | {"details": details}), cache=NO_STORE)


@blueprint.read("/healthz", HealthAnswerSchema, "进程是否在运行")
def healthz() -> Response:
    """The process answers. Looks at nothing else, so that a broken store does not get workers killed."""
    return json_answer(encode({"status": "ok"}), cache=NO_STORE)


@blueprint.read("/readyz", ReadyAnswerSchema, "能否回答搜索；索引落后不算未就绪", failures=(503,))
def readyz() -> Response:
    """Whether searches can be answered. Opens what is not open yet and begins a rebuild that is due."""
    checks = {name: _run(name, check) for name, check in CHECKS.items()}
    lag = _lag() if checks["store"]["ok"] else None
    answer = {"ready": all(each["ok"] for each in checks.values()), "checks": checks, "lag": lag}
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


def _lag() -> dict[str, Any]:
    """How far the index is behind, also into the metrics: nobody may be searching."""
    found = catalog().status()
    keep_lag(head=found.head, seq=found.engine.seq, age_s=found.age_s)
    degraded = found.answering.name != found.engine.name
    return {"changes": found.lag, "seconds": found.age_s, "degraded": degraded}


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
    if not _is_operator(authorization):
        raise AccessDeniedError("读取运行指标需要运维密钥（CATALOG_OPERATOR_KEY）")


def _is_operator(authorization: str) -> bool:
    settings = runtime().settings
    if not settings.operator_key and settings.environment == "development":
        return True
    scheme, _, key = authorization.partition(" ")
    expected = settings.operator_key.encode()
    return (
        bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), expected)
    )


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
            "age_s": found.age_s,
            "documents": engine.documents,
            "state": str(found.state),
            "percent": found.work.percent,
            "rejected": len(found.work.rejections),
        },
        "counts": [
            {"region": owner, "kind": str(kind), "count": count}
            for (owner, kind), count in sorted(found.counts.items())
        ],
        "version": __version__,
    }


def _details(found: Status) -> dict[str, Any]:
    work = found.work
    return {
        "error": found.engine.error or found.trouble,
        "rebuild": dict(work.rebuild) if work.rebuild is not None else None,
        "follow": dict(work.follow) if work.follow is not None else None,
        "last_failure": asdict(work.failure) if work.failure is not None else None,
        "rejections": [{"id": each.id, "seq": each.seq, "reason": each.reason} for each in work.rejections],
    }
