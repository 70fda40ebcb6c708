"""Two engines: a server that answers, and files in reserve that answer while it cannot.

The first failure opens the circuit: from then on the server is not asked by any search, only by a thread of
its own, until it answers again. So one search waits for a dead server, and the others do not.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.follower import Follower
from service_catalog.indexing.viewing import View
from service_catalog.indexing.watching import Watcher
from service_catalog.model import EngineQuery, EngineStatus
from service_catalog.model.errors import CatalogError, EngineError, SearchUnavailableError
from service_catalog.observe import logger, set_degraded

PROBE_S = 0.5
"""Pause between looks at a server that failed. Each costs it two or three requests."""

PROBE = EngineQuery(limit=1, best=1)
"""What it must answer, besides its status, before searches go to it again."""


class Circuit:
    """Open while the server behind ``watcher`` cannot be used. Safe to share between threads."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.reason: str | None = None
        """Why it is open; None while it is closed."""

    def open(self, error: CatalogError) -> None:
        """Let no search ask the server until it has been found to answer."""
        with self._lock:
            if self.reason is not None or self._closing.is_set():
                return
            self.reason = error.detail
            threading.Thread(target=self._probe, name="circuit", daemon=True).start()
        set_degraded(is_degraded=True)
        logger(__name__).warning("search server not used", detail=error.detail)

    def stop(self) -> None:
        """Probe no more."""
        self._closing.set()

    def _probe(self) -> None:
        while not self._closing.wait(PROBE_S):
            try:
                self._watcher.view()
                self._watcher.engine.search(PROBE)
            except CatalogError as error:
                self.reason = error.detail
            except Exception as error:  # noqa: BLE001 - whatever it is: who stopped here would never close it
                self.reason = f"搜索服务器的答复无法读取（{type(error).__name__}）"
            else:
                self.reason = None
                set_degraded(is_degraded=False)
                logger(__name__).info("search server used again")
                return


class Reserve:
    """See ``viewing.Viewer``: the server's view, or the spare one, marked as degraded, while that fails."""

    engine: Engine
    definition: Definition
    needs_indexer = True

    def __init__(self, watcher: Watcher, spare: Follower) -> None:
        self.engine, self.definition = watcher.engine, watcher.definition
        self.spare = spare
        self._watcher = watcher
        self._circuit = Circuit(watcher)

    def view(self) -> View:
        """Raises SearchUnavailableError when neither serves."""
        if self._circuit.reason is None:
            try:
                return self._watcher.view()
            except (EngineError, SearchUnavailableError) as error:
                self._circuit.open(error)
        view = self.spare.view()
        return replace(view, freshness=replace(view.freshness, degraded=True))

    def warm(self) -> None:
        """Open the spare index too, if it is there: the search that meets a dead server has waited enough."""
        self.view()
        if self.spare.engine.status().generation is not None:
            with suppress(CatalogError):
                self.spare.warm()

    def failed(self, view: View, error: EngineError) -> None:
        """After the server the spare engine is asked; after that one, whatever it can do about it."""
        if view.engine is self.engine:
            self._circuit.open(error)
        else:
            self.spare.failed(view, error)

    def answering(self) -> EngineStatus:
        """The server's status, or that of the spare engine where the server's is no use."""
        status = self.engine.status()
        is_spare = self._circuit.reason is not None or status.error is not None
        return self.spare.engine.status() if is_spare else status

    @property
    def trouble(self) -> str | None:
        """Why the server is not asked, or why the spare index was not rebuilt."""
        return self._circuit.reason or self.spare.trouble

    def close(self) -> None:
        """Let go of both engines."""
        self._circuit.stop()
        self._watcher.close()
        self.spare.close()
