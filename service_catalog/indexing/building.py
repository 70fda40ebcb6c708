"""Building a generation: aside, from one snapshot, then level with the log, then verified, then serving."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from service_catalog import __version__
from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.dictionary import Dictionary, make_dictionary
from service_catalog.indexing.projection import RELATED, Projection, changed_documents
from service_catalog.model import Document, Generation
from service_catalog.model.errors import CatalogError, EngineBusyError, EngineError
from service_catalog.model.records import SEARCHABLE
from service_catalog.observe import logger
from service_catalog.store.base import Snapshot, Store

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""

REPLAY_BATCH = 500
"""Changes replayed at once: large enough to be quick, small enough that the lag is re-read often."""

BATCH = 200
"""Records whose related records are read at once."""

BUSY_PAUSE_S = 0.1
"""Pause before looking again whether another process's rebuild still runs."""

FAILED_PAUSE_S = 5.0
"""Pause after a failed rebuild: what failed (a full disk) will fail again, and each try costs a build."""


def silent(_what: str, _done: int, _all: int) -> None:
    """Progress nobody watches."""


def made_by(definition: Definition) -> str:
    """Names what turns records into documents: the mapping, and the program, whose projection is part of it.

    A generation made by another is built anew: its documents may lack what this program looks for.
    """
    return f"{definition.hash[:40]}-{__version__}"


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds generations of one engine from one store."""

    store: Store
    engine: Engine
    definition: Definition

    def rebuild(self, progress: Progress = silent) -> Generation:
        """Build a generation, bring it level, verify it and let it serve. The one that served before is kept.

        Raises EngineBusyError when another process is building, EngineError when the result is not whole.
        Whatever fails, the serving generation is untouched and nothing remains of the new one.
        """
        with _without_collector(), self.store.snapshot() as snapshot:
            dictionary = make_dictionary(snapshot)
            name = self.store.save_dictionary(dictionary.as_json())
            projection = Projection(Dictionary.from_json(name, dictionary.as_json()))
            generation = self._generation(snapshot.head, name)
            expected = sum(count for (_, kind), count in snapshot.counts().items() if kind in SEARCHABLE)
            built = self.engine.build(generation, _documents(snapshot, projection, expected, progress))
        try:
            if built != expected:
                raise EngineError(f"新索引有 {built} 条，应有 {expected} 条，未启用")
            self._replay(generation, projection, progress)
            before = self.engine.status().generation
            self.engine.activate(generation.name)
        except BaseException:
            self.engine.drop(generation.name)
            raise
        self._drop_all_but(generation.name, before.name if before else generation.name)
        return generation

    def _drop_all_but(self, *kept: str) -> None:
        """One is kept to go back to; a service that rebuilds itself must not fill its disk with more."""
        for name in self.engine.status().generations:
            if name not in kept:
                self.engine.drop(name)

    def _generation(self, seq: int, dictionary: str) -> Generation:
        now = datetime.now(UTC)
        content = f"{self.definition.hash[:4]}{dictionary[:4]}"
        name = f"m{self.definition.version}-{content}-{now:%Y%m%dt%H%M%S%f}"
        return Generation(
            name=name,
            mapping=made_by(self.definition),
            dictionary=dictionary,
            seq=seq,
            built_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            epoch=self.store.epoch(),
        )

    def _replay(self, generation: Generation, projection: Projection, progress: Progress) -> None:
        """Apply what was written while the build ran. What arrives after the last look, the follower
        applies."""
        seq = generation.seq
        while changes := self.store.changes(seq, REPLAY_BATCH):
            documents = list(changed_documents(self.store, projection, changes))
            seq = changes[-1].seq
            self.engine.apply(documents, seq=seq, generation=generation.name)
            progress("追平变更", seq, self.store.head())


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the process's collector of cyclic garbage: a build makes none, and it takes a fifth of the time.

    In a worker that rebuilds beside its searches, what those leave waits until the build is done.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _documents(
    snapshot: Snapshot, projection: Projection, expected: int, progress: Progress
) -> Iterator[Document]:
    """Every document, made in batches: a catalogue of any size takes the same memory."""
    done = 0
    for kind in SEARCHABLE:
        records = snapshot.records(kind)
        while batch := list(islice(records, BATCH)):
            related = snapshot.referrers([revision.record.id for revision in batch], RELATED)
            for revision in batch:
                yield projection.document(revision, related.get(revision.record.id, ()), seq=snapshot.head)
            done += len(batch)
            progress("建立索引", done, expected)


class Rebuilding:
    """At most one rebuild of this process, in the background, and how the last one ended."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self.error: str | None = None

    def start(self) -> None:
        """Begin unless one is running, or one has failed a moment ago."""
        with self._lock:
            running = self._thread is not None and self._thread.is_alive()
            if not running and time.monotonic() >= self._not_before:
                self._thread = threading.Thread(target=self._run, name="rebuild", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            generation = self._builder.rebuild()
        except EngineBusyError:
            # Another process is at it; status() will see its generation. It may be killed: look again soon.
            self._not_before = time.monotonic() + BUSY_PAUSE_S
        except Exception as error:  # noqa: BLE001 - a thread's last stop: said in the log and in the status
            self._not_before = time.monotonic() + FAILED_PAUSE_S
            self.error = error.detail if isinstance(error, CatalogError) else "索引重建失败，原因见日志"
            logger(__name__).error("index not rebuilt", exc_info=error)
        else:
            self.error = None
            logger(__name__).info("index rebuilt", generation=generation.name, seq=generation.seq)
