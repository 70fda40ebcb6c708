"""Bulk writes to Elasticsearch, whose results are read one by one: a bulk request never fails as a whole."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from service_catalog.engines.definition import Definition
from service_catalog.engines.documents import newest
from service_catalog.engines.elastic_client import OVERLOADED, Server
from service_catalog.engines.elastic_index import CHECKPOINT, body_of
from service_catalog.model import Document
from service_catalog.model.errors import EngineUnavailableError

REFUSED = (400, 413)
"""The document itself is the reason: sent again, it would be refused again."""

CONFLICT = 409
"""A newer version is held: what was written is stale, which is fine."""

TRIES = 6
FIRST_PAUSE_S = 0.1
"""Pauses between the tries double: 0.1, 0.2 … 1.6 s, 3 s in all. A busy server sheds load for seconds."""

BATCH = 500
"""Documents a bulk request of a build; about 1 MB."""

AHEAD = 2
"""Batches of a build under way or waiting at once: bounds its memory."""

Body = Mapping[str, Any]


@dataclass(slots=True)
class Outcome:
    """What became of a bulk write. ``rejected``: id and reason of what the server will never take."""

    stale: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)


def write_all(
    server: Server, index: str, documents: Iterable[Document], definition: Definition
) -> list[tuple[str, str]]:
    """Write a new index's documents, however many; returns those that the server refused.

    One batch is made while the server writes the one before. By one thread, so that of documents with one id
    the last one wins; and it ends before this returns, for a batch that came after the index was deleted
    would make it anew. Raises EngineUnavailableError, and what making the documents raises.
    """
    stream = iter(documents)
    rejected: list[tuple[str, str]] = []
    with ThreadPoolExecutor(1, "elastic-build") as sender:
        sent: deque[Future[Outcome]] = deque()
        while batch := newest(islice(stream, BATCH)):
            bodies = [body_of(document, definition) for document in batch]
            if len(sent) == AHEAD:
                rejected += sent.popleft().result().rejected
            sent.append(sender.submit(write_documents, server, index, batch, bodies, visible=False))
        for each in sent:
            rejected += each.result().rejected
    return rejected


def write_documents(
    server: Server, index: str, documents: Sequence[Document], bodies: Sequence[Body], *, visible: bool
) -> Outcome:
    """Write each document under its seq as version, unless a newer one is held. ``visible``: to searches, at
    once.

    What the server is too busy for is sent again. Raises EngineUnavailableError if that does not help: the
    documents before and behind may then have been written, which a repetition does not harm.
    """
    outcome = Outcome()
    waiting = list(zip(documents, bodies, strict=True))
    for attempt in range(TRIES):
        if not waiting:
            return outcome
        if attempt:
            # With jitter: several processes that were refused together must not come back together.
            time.sleep(FIRST_PAUSE_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        waiting = _written(server, index, waiting, outcome, visible=visible)
    if waiting:
        raise EngineUnavailableError(f"搜索服务器忙，{len(waiting)} 条文档在 {TRIES} 次之后仍未被接受")
    return outcome


def write_seq(server: Server, index: str, seq: int) -> None:
    """Move an index's seq, never back, and let searches see it."""
    operations = [_operation(CHECKPOINT, seq), {"seq": seq}]
    (result,) = server.bulk(index, operations, visible=True)
    if result["status"] not in (200, 201, CONFLICT):
        raise EngineUnavailableError(f"索引位置没有写入（{result['status']}）")


def _operation(document_id: str, version: int) -> Body:
    return {"index": {"_id": document_id, "version": version, "version_type": "external_gte"}}


def _written(
    server: Server,
    index: str,
    waiting: Sequence[tuple[Document, Body]],
    outcome: Outcome,
    *,
    visible: bool,
) -> list[tuple[Document, Body]]:
    """What has to be sent again."""
    operations: list[Body] = []
    for document, body in waiting:
        operations += (_operation(document.id, document.seq), body)
    again = []
    for entry, result in zip(waiting, server.bulk(index, operations, visible=visible), strict=True):
        status = result["status"]
        if status in OVERLOADED:
            again.append(entry)
        elif status == CONFLICT:
            outcome.stale += 1
        elif status in REFUSED:
            outcome.rejected.append((entry[0].id, _reason(result)))
        elif status >= 300:
            # A full disk, a lost shard, a missing right: no fault of the document, so nothing goes on.
            raise EngineUnavailableError(f"搜索服务器不能写入（{status} {_reason(result)}）")
    return again


def _reason(result: Body) -> str:
    error = result.get("error") or {}
    cause = error.get("caused_by") or {}
    return str(cause.get("reason") or error.get("reason") or result["status"])[:500]
