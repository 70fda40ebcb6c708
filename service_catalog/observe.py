"""Logs and metrics. structlog and prometheus_client enter the project only here.

Logs are one JSON object a line on standard error, with the request's id. No query text is ever logged:
citizens type names and identity numbers into search boxes. Metrics are shared by all workers of one service
through files in ``PROMETHEUS_MULTIPROC_DIR``, which ``share_metrics`` sets and empties; without it they count
one process."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import structlog
from structlog.tracebacks import ExceptionDictTransformer

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own name for the folder that processes share."""

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Media type of Prometheus' text format."""

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds. A search takes 1–5 ms at 1,174 records and must stay under 80 ms at 50,000: the steps are close
there."""


_REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that this thread answers. structlog's own context costs 20 µs, a fifth of a bare answer."""


_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Metrics:
    requests: Histogram
    searches: Counter
    seq: Gauge
    lag: Gauge
    degraded: Gauge


def _metrics() -> _Metrics:
    """This process's metrics, made on first use, by one thread: the library refuses a name twice."""
    with _MAKING:
        return _make_metrics()


@cache
def _make_metrics() -> _Metrics:
    """The metrics, and why so late.

    prometheus_client decides when it is imported whether processes share their counts, by
    ``PROMETHEUS_MULTIPROC_DIR``, which ``catalog serve`` sets: imported with this module, each worker would
    count alone.
    """
    from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415 - see above

    return _Metrics(
        requests=Histogram(
            "catalog_request_seconds",
            "Time to answer, by route, method and status.",
            ("route", "method", "status"),
            buckets=_BUCKETS,
        ),
        searches=Counter("catalog_searches", "Searches, by confidence of the answer.", ("confidence",)),
        seq=Gauge(
            "catalog_seq",
            "Position in the log: of the store and of the index.",
            ("of",),
            multiprocess_mode="max",
        ),
        lag=Gauge(
            "catalog_lag_seconds", "Age of the oldest change the index lacks.", multiprocess_mode="mostrecent"
        ),
        degraded=Gauge(
            "catalog_degraded",
            "Workers that answer from the spare index because the search server fails.",
            multiprocess_mode="livesum",
        ),
    )


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request."""
    _metrics().requests.labels(route, method, str(status)).observe(seconds)


def count_search(confidence: str, *, head: int, seq: int, age_s: float) -> None:
    """Count a search, and keep how current its answer was."""
    _metrics().searches.labels(confidence).inc()
    keep_lag(head=head, seq=seq, age_s=age_s)


def keep_lag(*, head: int, seq: int, age_s: float) -> None:
    """Keep where the log and the index stand, and the age in seconds of what the index lacks."""
    metrics = _metrics()
    metrics.seq.labels("store").set(head)
    metrics.seq.labels("index").set(seq)
    metrics.lag.set(age_s)


def set_degraded(*, is_degraded: bool) -> None:
    """Whether this process answers from its spare index."""
    _metrics().degraded.set(int(is_degraded))


def set_up_logging(level: str) -> None:
    """JSON lines on standard error, for our own events and for those of libraries."""
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(message)s", force=True)
    shared: list[structlog.types.Processor] = [
        _with_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Without local variables: they hold what people typed.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
    # One line a request, and with "debug" the query in it, which may be a person's.
    least = max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()])
    logging.getLogger("elastic_transport").setLevel(least)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for events: ``logger(__name__).info("index rebuilt", generation=name)``."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def begin_request(request_id: str) -> None:
    """From here on, every log line of this request's thread carries its id."""
    _REQUEST_ID.set(request_id)


def end_request() -> None:
    """The thread's next log lines belong to no request."""
    _REQUEST_ID.set(None)


def _with_request_id(
    _logger: object, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    request_id = _REQUEST_ID.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def timer() -> float:
    """A clock for durations, in seconds."""
    return perf_counter()


def metrics_text() -> bytes:
    """All metrics in Prometheus' text format, of all workers where they share files."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - as in _metrics
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - as in _metrics

    _metrics()
    if not os.environ.get(SHARED):
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library is untyped here
    return generate_latest(registry)


def share_metrics(folder: Path) -> None:
    """Let the workers of a service add up their metrics in ``folder``, emptied here: the last run's would be
    added."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[SHARED] = str(folder)


def forget_process(pid: int) -> None:
    """Drop a dead worker's gauges: otherwise its last lag would be reported for ever."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - as in _metrics

    if os.environ.get(SHARED):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library is untyped here
