"""The indexer: keeps a server's index level with the log, and this machine's spare index with it.

Any number may run; the one with the lease works on the server, the others wait to take over. Everything it
does may be done twice without harm: documents carry the log position as their version, and the index's own
position moves only behind what was taken.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.building import Builder, apply_changes, made_by
from service_catalog.indexing.follower import Follower
from service_catalog.indexing.holding import Holding, follow_lease, holding, is_held, rebuild_lease
from service_catalog.indexing.projection import Projection
from service_catalog.indexing.viewing import Viewer, Words, is_from
from service_catalog.model import EngineStatus
from service_catalog.model.errors import (
    CatalogError,
    EngineBusyError,
    EngineUnavailableError,
    StoreUnavailableError,
)
from service_catalog.observe import logger
from service_catalog.store.base import Store

TICK_S = 0.2
"""Pause between looks at the log: with the time of a batch, how long a change takes to be found."""

STANDBY_S = 2.0
"""Pause before asking for the lease again."""

BATCH = 1_000
"""Changes applied at once: several changes of one row cost one document."""

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Pauses after failures in a row. Under five seconds, so that a server that returns is level within that."""


def follow_files(viewer: Viewer, stop: threading.Event) -> None:
    """Keep an index of files level, though no search asks for it, until ``stop``."""
    while not stop.wait(TICK_S):
        try:
            viewer.view()
        except Exception as error:  # noqa: BLE001 - as in the indexer
            _told(error)
            stop.wait(STANDBY_S)


def _told(error: Exception) -> str:
    """What failed, in words; what nobody expected goes to the log as a whole."""
    if isinstance(error, CatalogError):
        logger(__name__).warning("index not brought level", detail=error.detail)
        return error.detail
    logger(__name__).error("index not brought level", exc_info=error)
    return "程序出错，原因见日志"


@dataclass(frozen=True, slots=True)
class Indexer:
    """Follows the log for one server's index. ``spare``: the index of this machine, if it has one."""

    store: Store
    engine: Engine
    definition: Definition
    spare: Follower | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``. Failures are logged, told in the lease, and tried again."""
        if self.spare is not None:
            # Whether or not this process has the lease: the spare index is this machine's own.
            threading.Thread(target=follow_files, args=(self.spare, stop), name="spare", daemon=True).start()
        while not stop.is_set():
            try:
                with holding(self.store.upkeep, follow_lease(self.engine.place), state="following") as lease:
                    self._follow(lease, stop)
            except EngineBusyError as error:
                logger(__name__).info("standing by", detail=error.detail)
                stop.wait(STANDBY_S)
            except StoreUnavailableError as error:
                logger(__name__).warning("store not reachable", detail=error.detail)
                stop.wait(STANDBY_S)

    def _follow(self, lease: Holding, stop: threading.Event) -> None:
        words, failures = Words(self.store), 0
        while not stop.is_set() and not lease.is_lost:
            try:
                self.step(words)
                failures, pause = 0, TICK_S
                lease.note.pop("error", None)
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - an indexer that ended would be missed by nobody
                pause = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                failures += 1
                lease.note["error"] = _told(error)
            stop.wait(pause)

    def step(self, words: Words) -> None:
        """Bring the server's index level, or build it where it is missing or of no use.

        Raises EngineUnavailableError, EngineBusyError, StoreUnavailableError.
        """
        status = self.engine.status()
        if status.error is not None:
            raise EngineUnavailableError(status.error)
        if self._needs_rebuild(words, status):
            Builder(self.store, self.engine, self.definition).rebuild()
            return
        self._remove_unfinished(status)
        while status.seq < self.store.head():
            self._apply(words, status)
            status = self.engine.status()

    def _needs_rebuild(self, words: Words, status: EngineStatus) -> bool:
        """Also where the mapping or the program has changed: the old one answers until the new one is
        there."""
        if not is_from(self.store, words, status):
            return True
        assert status.generation is not None  # noqa: S101 - is_from has seen to it; this tells the type checker
        return status.generation.mapping != made_by(self.definition)

    def _apply(self, words: Words, status: EngineStatus) -> None:
        assert status.generation is not None  # noqa: S101 - as in _needs_rebuild
        projection = Projection(words.dictionary(status.generation.dictionary))
        changes = self.store.changes(status.seq, BATCH)
        if changes:
            apply_changes(self.store, self.engine, projection, changes, status.generation.name)

    def _remove_unfinished(self, status: EngineStatus) -> None:
        """What a killed rebuild left; while one is under way its lease says so."""
        if status.unfinished and not is_held(self.store.upkeep, rebuild_lease(self.engine.place)):
            Builder(self.store, self.engine, self.definition).remove_unfinished()
