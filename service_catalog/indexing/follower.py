"""The follower: keeps the engine and the lexicon level with the log, before each answer.

Every worker of every process runs one. Whoever finds the index behind applies what is missing (one holds the
writer lock, the others see its commit), so that a change written by any process is in the next answer of
every worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.building import Builder, Rebuilding, made_by
from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.lexicon import Lexicon, make_lexicon
from service_catalog.indexing.projection import Projection, changed_documents
from service_catalog.model import Change, EngineStatus, Freshness, Kind
from service_catalog.model.errors import EngineBusyError, EngineError, NotFoundError, SearchUnavailableError
from service_catalog.observe import logger
from service_catalog.store.base import Store

INLINE_CHANGES = 50
"""Up to so many missing changes are applied before answering: 12 ms at the median, p95 19 ms (design section
4)."""

BATCH = 1_000
"""Changes applied at once in the background: several changes of one row cost one document, and a batch's
commit (about 0.3 s for a thousand documents) does not hold the index for long."""

LEVEL_TIMEOUT_S = 2.0
"""How long an answer waits for the index to come level, or to be rebuilt, before it goes out late or not at
all."""

POLL_S = 0.003
"""Pause between looks at what another process is committing (a commit takes 2–12 ms)."""


@dataclass(frozen=True, slots=True)
class View:
    """What one search works with: engine, lexicon and dictionary that belong together."""

    status: EngineStatus
    freshness: Freshness
    lexicon: Lexicon
    dictionary: Dictionary


class Follower:
    """Keeps ``engine`` level with ``store``. Safe to share between threads; one per process, made after a
    fork."""

    def __init__(self, store: Store, engine: Engine, definition: Definition) -> None:
        self.store, self.engine, self.definition = store, engine, definition
        self.rebuilding = Rebuilding(Builder(store, engine, definition))
        self._lock = threading.Lock()
        self._dictionaries: dict[str, Dictionary] = {}
        self._lexicon: Lexicon | None = None
        self._view: View | None = None
        self._background: threading.Thread | None = None

    def view(self) -> View:
        """The state to answer from, level with the log unless ``freshness`` says otherwise.

        Raises SearchUnavailableError while no generation serves; a rebuild is then under way.
        """
        head, status = self.store.head(), self.engine.status()
        known = self._view
        if (
            known is not None
            and known.freshness.head == head
            and known.status == status
            and known.freshness.age_s == 0
        ):
            return known
        with self._lock:
            return self._level(head)

    def level_view(self, timeout_s: float) -> View:
        """The state once it is level, however many changes are missing.

        Raises SearchUnavailableError after the time.
        """
        deadline = time.monotonic() + timeout_s
        view = self.view()
        while view.freshness.age_s > 0:
            if time.monotonic() > deadline:
                lag = view.freshness.head - view.freshness.seq
                raise SearchUnavailableError(f"搜索索引在 {timeout_s:.0f} 秒内没有追平，落后 {lag} 项变更")
            time.sleep(POLL_S)
            view = self.view()
        return view

    def _level(self, head: int) -> View:
        deadline = time.monotonic() + LEVEL_TIMEOUT_S
        status = self._serving(deadline)
        if 0 < head - status.seq <= INLINE_CHANGES:
            self._catch_up(status, head, lambda: time.monotonic() > deadline)
            status = self._serving(deadline)  # seen anew: applying may have met damage
        elif status.seq < head:
            self._catch_up_behind(head)
        self._view = View(
            status=status,
            freshness=self._freshness(status, head),
            lexicon=self._current_lexicon(),
            dictionary=self._dictionary(status),
        )
        return self._view

    def _serving(self, deadline: float) -> EngineStatus:
        """The engine's status once something serves. Begins a rebuild where nothing does.

        Also where the mapping has changed: the old generation then answers until the new one is built.
        """
        status = self.engine.status()
        if self._is_ours(status):
            if status.generation is not None and status.generation.mapping != made_by(self.definition):
                self.rebuilding.start()
            return status
        self.rebuilding.start()
        while time.monotonic() < deadline:
            time.sleep(POLL_S)
            status = self.engine.status()
            if self._is_ours(status):
                return status
            self.rebuilding.start()  # another process may have been building and been killed
        detail = self.rebuilding.error or "搜索索引正在建立，请稍后再试；事项页面不受影响"
        raise SearchUnavailableError(detail, retry_after_s=2)

    def _catch_up(self, status: EngineStatus, head: int, give_up: Callable[[], bool]) -> None:
        """Apply what is missing. Where that fails (a full disk), answers go out late, and say so."""
        while status.seq < head and not give_up():
            changes = self.store.changes(status.seq, BATCH)
            if not changes:
                break
            try:
                self._apply(status, changes)
            except EngineBusyError:
                time.sleep(POLL_S)
            except EngineError as error:
                logger(__name__).error(
                    "changes not applied to the index", seq=status.seq, detail=error.detail
                )
                return
            status = self.engine.status()
            if status.error is not None or status.generation is None:
                return

    def _apply(self, status: EngineStatus, changes: Sequence[Change]) -> None:
        """Into the generation they were made for: one that began to serve meanwhile lacks other changes."""
        assert status.generation is not None  # noqa: S101 - callers have seen to it; this tells the type checker
        documents = list(changed_documents(self.store, self._projection(status), changes))
        self.engine.apply(documents, seq=changes[-1].seq, generation=status.generation.name)

    def _catch_up_behind(self, head: int) -> None:
        """Catch up in the background, one thread at a time, while searches answer with their age."""
        if self._background is not None and self._background.is_alive():
            return
        self._background = threading.Thread(
            target=lambda: self._catch_up(self.engine.status(), head, lambda: False),
            name="follower",
            daemon=True,
        )
        self._background.start()

    def _freshness(self, status: EngineStatus, head: int) -> Freshness:
        age_s = 0.0
        if status.seq < head and (missing := self.store.changes(status.seq, 1)):
            written = datetime.fromisoformat(missing[0].changed_at.replace("Z", "+00:00"))
            age_s = max(0.001, round((datetime.now(UTC) - written).total_seconds(), 3))
        return Freshness(engine=status.name, seq=status.seq, head=head, age_s=age_s)

    def _current_lexicon(self) -> Lexicon:
        newest = self.store.head((Kind.TERM, Kind.REGION))
        if self._lexicon is None or self._lexicon.seq < newest:
            with self.store.snapshot() as snapshot:
                self._lexicon = make_lexicon(snapshot)
        return self._lexicon

    def _projection(self, status: EngineStatus) -> Projection:
        return Projection(self._dictionary(status))

    def _dictionary(self, status: EngineStatus) -> Dictionary:
        assert status.generation is not None  # noqa: S101 - _serving has seen to it; this tells the type checker
        name = status.generation.dictionary
        if name not in self._dictionaries:
            loaded = Dictionary.from_json(name, self.store.dictionary(name))
            self._dictionaries = {name: loaded}  # the one before is let go: each holds a segmenter of 25 MB
        return self._dictionaries[name]

    def _is_ours(self, status: EngineStatus) -> bool:
        """True if something sound serves and was made from this log.

        An index left over from another store, or from before a backup was restored, may hold rows that never
        were.
        """
        if status.error is not None or status.generation is None:
            return False
        if status.generation.epoch != self.store.epoch() or status.seq > self.store.head():
            return False
        try:
            self._dictionary(status)
        except NotFoundError:
            return False
        return True
