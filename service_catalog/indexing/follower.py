"""The follower: keeps the engine and the lexicon level with the log, before each answer.

Every worker of every process runs one. Whoever finds the index behind applies what is missing (one holds the
writer lock, the others see its commit), so that a change written by any process is in the next answer of
every worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.building import Builder, Rebuilding, apply_changes, made_by
from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.projection import Projection
from service_catalog.indexing.viewing import View, Words, freshness_of, is_from
from service_catalog.model import Change, EngineStatus
from service_catalog.model.errors import (
    EngineBusyError,
    EngineDamagedError,
    EngineError,
    SearchUnavailableError,
)
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


class Follower:
    """Keeps ``engine`` level with ``store``. Safe to share between threads; one per process, made after a
    fork."""

    engine: Engine
    definition: Definition
    needs_indexer = False

    def __init__(
        self, store: Store, engine: Engine, definition: Definition, words: Words | None = None
    ) -> None:
        self.store, self.engine, self.definition = store, engine, definition
        self._words = words or Words(store)
        self.rebuilding = Rebuilding(Builder(store, engine, definition))
        self._lock = threading.Lock()
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

    def warm(self) -> None:
        """Open all that a first search would have to open."""
        self.view()

    def failed(self, view: View, error: EngineError) -> None:
        """Damage shows between the status check and the read: the next view waits for the rebuild."""
        if not isinstance(error, EngineDamagedError):
            raise error

    def answering(self) -> EngineStatus:
        """The engine's status."""
        return self.engine.status()

    @property
    def trouble(self) -> str | None:
        """Why the last rebuild failed."""
        return self.rebuilding.error

    def close(self) -> None:
        """Let go of the engine's files."""
        self.engine.close()

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
            engine=self.engine,
            status=status,
            freshness=freshness_of(self.store, status, head),
            lexicon=self._words.lexicon(),
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
        projection = Projection(self._dictionary(status))
        apply_changes(self.store, self.engine, projection, changes, status.generation.name)

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

    def _dictionary(self, status: EngineStatus) -> Dictionary:
        assert status.generation is not None  # noqa: S101 - _serving has seen to it; this tells the type checker
        return self._words.dictionary(status.generation.dictionary)

    def _is_ours(self, status: EngineStatus) -> bool:
        return is_from(self.store, self._words, status)
