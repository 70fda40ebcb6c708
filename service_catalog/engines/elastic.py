"""The distributed engine: Elasticsearch 8 or 9, one index a generation, one alias that says which serves.

The server needs no plugin: text comes cut into tokens. Everything that is Elasticsearch's own is in the
modules ``elastic*`` beside this one. What this engine does otherwise than the embedded one is listed in
tests/contract/engines/differences.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service_catalog.engines.definition import Definition
from service_catalog.engines.documents import newest
from service_catalog.engines.elastic_bulk import write_all, write_documents, write_seq
from service_catalog.engines.elastic_client import Server, ServerSettings, readable
from service_catalog.engines.elastic_index import (
    CHECKPOINT,
    COMPLETE,
    MAX_RESULT,
    body_of,
    generation_in,
    index_name,
    mappings_of,
    meta_of,
    serving_settings,
    settings_of,
)
from service_catalog.engines.elastic_search import (
    candidates_in,
    counted_groups,
    groups_body,
    groups_in,
    id_of,
    joined,
    page_body,
    search_body,
    texts_body,
    total_in,
)
from service_catalog.model import (
    AppliedCounts,
    Candidate,
    Document,
    EngineQuery,
    EngineStatus,
    Found,
    Generation,
)
from service_catalog.model.errors import EngineDamagedError, EngineError, EngineUnavailableError

NAME = "elasticsearch"

STATUS_AGE_S = 0.5
"""How old the status may be that a search relies on: two more requests before each search would double it."""

LARGE = 200_000
"""Documents of an index from which most queries find more than are looked at: what the server counts of all
that it found is then of no use. At 50,000 both ways take as long; at a million the answer came in 114 ms
instead of 176 (p99 357 instead of 529)."""


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """The server, the alias that searches follow, and how an index is spread over the nodes."""

    server: ServerSettings
    alias: str = "catalog-items"
    shards: int = 1
    replicas: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the server's indexes were at the last look."""

    status: EngineStatus
    failure: EngineError | None
    at: float


NOTHING = EngineStatus(name=NAME, generation=None, seq=0, documents=0)


class ElasticEngine:
    """``base.Engine`` on Elasticsearch. Safe to share between threads. May be made before a fork.

    ``search`` asks the index that served at the last look, so that documents and dictionary belong together
    while another generation begins to serve.
    """

    def __init__(
        self, settings: ElasticSettings, definition: Definition, *, status_age_s: float = STATUS_AGE_S
    ) -> None:
        """``status_age_s``: how old the status may be that ``status()`` returns."""
        self.settings = settings
        self.place = f"{NAME} {settings.alias}"
        self._server = Server(settings.server)
        self._definition = definition
        self._status_age_s = status_age_s
        self._lock = threading.Lock()
        self._seen = _Seen(NOTHING, None, float("-inf"))

    def search(self, query: EngineQuery, *, generation: str | None = None) -> Found:
        """Whole answers only. Raises EngineUnavailableError when the server gives none in time."""
        with readable():
            return self._search(query, generation)

    def _search(self, query: EngineQuery, generation: str | None) -> Found:
        index = self._index(generation) if generation else self._serving()
        if query.limit <= 0:
            return Found((), 0, {})
        if query.after:
            return self._behind(index, query)
        size = min(query.limit, query.best, MAX_RESULT)
        slow = generation is not None  # somebody verifies it, nobody waits for the answer
        if self._seen.status.documents > LARGE:
            return self._in_two_steps(index, query, size, slow=slow)
        answer = self._asked(index, search_body(query, self._definition, size=size), slow=slow)
        total = total_in(answer)
        groups = counted_groups(answer, self._definition) if total <= query.limit else None
        if groups is None:
            first = min(query.limit, MAX_RESULT)
            groups = groups_in(
                self._asked(index, groups_body(query, self._definition, size=first), slow=slow),
                self._definition,
            )
        return Found(candidates_in(answer, self._definition), min(total, query.limit), groups)

    def apply(
        self, documents: Sequence[Document], *, seq: int, generation: str | None = None
    ) -> AppliedCounts:
        """Documents first, and only when each was taken, was stale, or was refused for good, the seq.

        If it is interrupted the seq stays, and the same batch again does no harm. Rejected are documents that
        the server will never take. Raises EngineUnavailableError if the server stays too busy.
        """
        fresh = newest(documents)
        bodies = [body_of(document, self._definition) for document in fresh]
        index = self._index(generation) if generation else self._index_serving_now()
        if self._seq(index) >= seq:
            return AppliedCounts(applied=0, stale=len(documents))
        outcome = write_documents(self._server, index, fresh, bodies, visible=True)
        write_seq(self._server, index, seq)
        self._look(at_once=True)
        applied = len(fresh) - outcome.stale - len(outcome.rejected)
        stale = len(documents) - applied - len(outcome.rejected)
        return AppliedCounts(applied, stale, tuple(outcome.rejected))

    def build(self, generation: Generation, documents: Iterable[Document]) -> AppliedCounts:
        """Two builds at once do not disturb each other here; that there is one only, its caller sees to."""
        index = index_name(self.settings.alias, generation.name)
        self._server.create(
            index,
            settings=settings_of(self.settings.shards),
            mappings=mappings_of(self._definition, generation),
        )
        try:
            self._server.wait_until_usable(index)
            rejected = write_all(self._server, index, documents, self._definition)
            write_seq(self._server, index, generation.seq)
            self._server.settle(index)
            self._server.change_settings(index, serving_settings(self.settings.replicas))
            self._server.describe(index, meta_of(generation, COMPLETE))
            return AppliedCounts(self._count(index), rejected=tuple(rejected))
        except BaseException:
            self._server.delete(index)
            raise
        finally:
            self._look(at_once=True)

    def activate(self, name: str) -> None:
        """One call moves the alias. Raises EngineError if there is no such whole generation."""
        index = self._index(name)
        status = self._look(at_once=True)
        if name not in status.generations:
            raise EngineError(f"没有索引 {name}")
        self._server.wait_until_usable(index)
        before = None if status.generation is None else self._index(status.generation.name)
        self._server.move_alias(self.settings.alias, old=before, new=index)
        self._look(at_once=True)

    def drop(self, name: str) -> None:
        """Delete a generation, or what an interrupted build left of one."""
        index = self._index(name)
        status = self._look(at_once=True)
        if self._seen.failure is not None:
            raise self._seen.failure
        if status.generation is not None and status.generation.name == name:
            raise EngineError(f"索引 {name} 正在使用，不能删除")
        self._server.delete(index)
        self._look(at_once=True)

    def status(self) -> EngineStatus:
        """What serves, as it was seen at most ``status_age_s`` ago."""
        if time.monotonic() - self._seen.at < self._status_age_s:
            return self._seen.status
        return self._look(slow=False)

    def close(self) -> None:
        """Let go of all connections. Idempotent; nothing may be asked afterwards."""
        self._server.close()
        self._seen = _Seen(NOTHING, None, float("-inf"))

    def _in_two_steps(self, index: str, query: EngineQuery, size: int, *, slow: bool) -> Found:
        """First which documents, with their groups, then what the best say: scored once, whatever the
        total."""
        most = min(query.limit, MAX_RESULT)
        answer = self._asked(index, groups_body(query, self._definition, size=most), slow=slow)
        best = answer["hits"]["hits"][:size]
        candidates: Sequence[Candidate] = ()
        if best:
            ids = [id_of(hit, self._definition) for hit in best]
            candidates = joined(best, self._asked(index, texts_body(ids), slow=slow), self._definition)
        return Found(candidates, min(total_in(answer), query.limit), groups_in(answer, self._definition))

    def _behind(self, index: str, query: EngineQuery) -> Found:
        """A page of reading through all documents, without counting: each page would count all of them."""
        size = min(query.limit, query.best, MAX_RESULT)
        body = page_body(query, self._definition, size=size)
        candidates = candidates_in(self._asked(index, body, slow=True), self._definition)
        return Found(candidates, len(candidates), {})

    def _asked(self, index: str, body: Mapping[str, Any], *, slow: bool) -> Mapping[str, Any]:
        try:
            return self._server.search(index, body, slow=slow)
        except EngineUnavailableError:
            raise
        except EngineError as error:
            if self._look(at_once=True, slow=False).generation is None or self._gone(index):
                raise EngineDamagedError(f"索引 {index} 已不存在") from error
            raise

    def _gone(self, index: str) -> bool:
        status = self._seen.status
        return index not in [self._index(name) for name in status.generations]

    def _index(self, name: str) -> str:
        return index_name(self.settings.alias, name)

    def _serving(self) -> str:
        self.status()
        return self._index_seen()

    def _index_serving_now(self) -> str:
        self._look(at_once=True)
        return self._index_seen()

    def _index_seen(self) -> str:
        seen = self._seen
        if seen.failure is not None:
            raise type(seen.failure)(seen.failure.detail)
        if seen.status.generation is None:
            raise EngineError("尚未建立搜索索引")
        return self._index(seen.status.generation.name)

    def _look(self, *, at_once: bool = False, slow: bool = True) -> EngineStatus:
        """Ask the server what there is; one thread at a time, the others take what it saw.

        ``slow``: with patience, as whoever builds or applies changes has it.
        """
        with self._lock:
            if at_once or time.monotonic() - self._seen.at >= self._status_age_s:
                self._seen = self._next(self._seen, slow=slow)
            return self._seen.status

    def _next(self, before: _Seen, *, slow: bool) -> _Seen:
        try:
            with readable():
                return _Seen(self._read_status(before.status, slow=slow), None, time.monotonic())
        except EngineError as error:
            return _Seen(replace(before.status, error=error.detail), error, time.monotonic())

    def _read_status(self, before: EngineStatus, *, slow: bool) -> EngineStatus:
        entries = self._server.indexes(f"{self.settings.alias}-*", slow=slow)
        known = {name: told for name, entry in entries.items() if (told := generation_in(entry)) is not None}
        serving = [
            generation
            for index, (generation, _) in known.items()
            if self.settings.alias in entries[index]["aliases"]
        ]
        seq = documents = 0
        if serving:
            index = self._index(serving[0].name)
            seq = self._seq(index, slow=slow)
            # Counting a million at each look would cost as much as a search; while seq stays, none change.
            is_known = (before.generation, before.seq) == (serving[0], seq)
            documents = before.documents if is_known else self._count(index, slow=slow)
        return EngineStatus(
            name=NAME,
            generation=serving[0] if serving else None,
            seq=seq,
            documents=documents,
            generations=tuple(sorted(told.name for told, is_whole in known.values() if is_whole)),
            unfinished=tuple(sorted(told.name for told, is_whole in known.values() if not is_whole)),
        )

    def _seq(self, index: str, *, slow: bool = True) -> int:
        """Up to where in the log an index is whole, as searches see it."""
        body = {"query": {"ids": {"values": [CHECKPOINT]}}, "size": 1, "source": ["seq"]}
        hits = self._server.search(index, body, slow=slow)["hits"]["hits"]
        seq: int = hits[0]["_source"]["seq"] if hits else 0
        return seq

    def _count(self, index: str, *, slow: bool = True) -> int:
        """How many documents an index holds, as searches see it."""
        body = {"query": {"term": {"deleted": False}}, "size": 0, "track_total_hits": True}
        return total_in(self._server.search(index, body, slow=slow))
