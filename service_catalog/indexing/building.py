"""Building a generation: aside, from one snapshot, then level with the log, then verified, then serving."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from service_catalog import __version__
from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.dictionary import Dictionary, make_dictionary
from service_catalog.indexing.holding import Holding, holding, rebuild_lease, whoami
from service_catalog.indexing.projection import RELATED, Projection, changed_documents
from service_catalog.indexing.verifying import Tally, require_answers, require_whole
from service_catalog.model import Change, Document, EngineStatus, Generation
from service_catalog.model.errors import CatalogError, EngineBusyError, EngineError
from service_catalog.model.records import SEARCHABLE
from service_catalog.observe import logger
from service_catalog.store.base import Snapshot, Store
from service_catalog.store.clock import timestamp, utc_now
from service_catalog.store.upkeep import IndexEvent, Rejection

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""

BUILDING, VERIFYING, REPLAYING, ACTIVATING = "建立索引", "核对", "追平变更", "启用"
"""The steps of a rebuild, as progress tells them."""

REPLAY_BATCH = 500
"""Changes replayed at once: large enough to be quick, small enough that the lag is re-read often."""

MOST_REJECTED = 10
"""So many documents, or one in a hundred, may be refused; more is a fault of the mapping or the server."""

BATCH = 200
"""Records whose related records are read at once."""

STATUS_TRIES = 3
"""Looks at a busy engine, each with its own time-out, before going on with what it said last."""

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
        """Build a generation, verify it, bring it level and let it serve. The one that served before is kept.

        Raises EngineBusyError when another process is building, EngineError when the result is not whole.
        Whatever fails, the serving generation is untouched and nothing remains of the new one; what a killed
        rebuild left, the next one removes.
        """
        with self._alone("building") as lease:
            self._drop_unfinished()
            try:
                return self._rebuild(lease, _Told(lease, progress))
            except Exception as error:
                self._record("failed", "", error.detail if isinstance(error, CatalogError) else "原因见日志")
                raise

    def remove_unfinished(self) -> None:
        """Remove what killed rebuilds left. Nothing happens while one is under way."""
        with suppress(EngineBusyError), self._alone("cleaning"):
            self._drop_unfinished()

    def activate(self, name: str) -> None:
        """Let another whole generation serve: the way back from one that turns out to be bad.

        Raises EngineBusyError while a rebuild is under way, EngineError if there is no such generation. One
        that was made from another log answers nothing, and whoever follows the log builds anew.
        """
        with self._alone("activating"):
            before = self._status().generation
            self.engine.activate(name)
            self._record("activated", name, f"此前为 {before.name}" if before else "")

    def prune(self, keep: int) -> Sequence[str]:
        """Drop all generations but the serving one and the newest ``keep`` others; returns their names.

        Raises EngineBusyError while a rebuild is under way.
        """
        with self._alone("pruning"):
            self._drop_unfinished()
            status = self._status()
            serving = status.generation.name if status.generation else ""
            others = [name for name in status.generations if name != serving]
            others.sort(key=built_at)
            dropped = others[: max(0, len(others) - keep)]
            self._drop(dropped)
            return dropped

    def _status(self) -> EngineStatus:
        """What there is. A busy server is asked again; if it still does not say, what it said last is used
        only to tell and to tidy up."""
        for _ in range(STATUS_TRIES):
            status = self.engine.status()
            if status.error is None:
                break
            time.sleep(BUSY_PAUSE_S)
        return status

    def _alone(self, state: str) -> AbstractContextManager[Holding]:
        return holding(self.store.upkeep, rebuild_lease(self.engine.place), state=state)

    def _drop_unfinished(self) -> None:
        for name in self._status().unfinished:
            self.engine.drop(name)
            self._record("dropped", name, "未建完")

    def _rebuild(self, lease: Holding, progress: Progress) -> Generation:
        generation, projection, tally = self._build(progress)
        try:
            progress(VERIFYING, 0, 0)
            require_whole(self.engine, generation.name, tally)
            changed = self._replay(generation, projection, progress)
            require_answers(self.engine, generation.name, tally, changed)
            progress(ACTIVATING, 0, 0)
            lease.require()
            before = self._status().generation
            self.engine.activate(generation.name)
        except BaseException:
            self.engine.drop(generation.name)
            raise
        self._record("activated", generation.name, f"此前为 {before.name}" if before else "")
        self._drop_all_but(generation.name, before.name if before else generation.name)
        return generation

    def _build(self, progress: Progress) -> tuple[Generation, Projection, Tally]:
        """A generation as of one moment of the store, and what it was given."""
        tally = Tally()
        with _without_collector(), self.store.snapshot() as snapshot:
            dictionary = make_dictionary(snapshot)
            name = self.store.save_dictionary(dictionary.as_json())
            projection = Projection(Dictionary.from_json(name, dictionary.as_json()))
            generation = self._generation(snapshot.head, name)
            expected = sum(count for (_, kind), count in snapshot.counts().items() if kind in SEARCHABLE)
            documents = _documents(snapshot, projection, expected, progress)
            built = self.engine.build(generation, tally.passing(documents))
            if len(built.rejected) > max(MOST_REJECTED, expected // 100):
                self.engine.drop(generation.name)
                first, reason = built.rejected[0]
                raise EngineError(
                    f"搜索引擎不接受 {len(built.rejected)} 条，新索引未启用；首条 {first}：{reason}"
                )
            if built.rejected:
                # Quarantined: one document that the engine cannot take must not keep all others out.
                tally = self._tally_without(
                    dict(built.rejected), _documents(snapshot, projection, expected, silent)
                )
                self._keep_rejected(generation, built.rejected)
        self._record("built", generation.name, f"{built.applied} 条，序号 {generation.seq}")
        return generation, projection, tally

    def _drop_all_but(self, *kept: str) -> None:
        """One is kept to go back to; a service that rebuilds itself must not fill its disk with more."""
        self._drop([name for name in self._status().generations if name not in kept])

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            self.engine.drop(name)
            self.store.upkeep.forget_generation(self.engine.place, name)
            self._record("dropped", name, "")

    def _record(self, action: str, generation: str, detail: str) -> None:
        record_event(self.store, self.engine, action, generation, detail)

    @staticmethod
    def _tally_without(rejected: Container[str], documents: Iterable[Document]) -> Tally:
        tally = Tally()
        for _ in tally.passing(each for each in documents if each.id not in rejected):
            pass
        return tally

    def _keep_rejected(self, generation: Generation, rejected: Sequence[tuple[str, str]]) -> None:
        place, name, seq = self.engine.place, generation.name, generation.seq
        refused = [Rejection(place, name, document, seq, reason) for document, reason in rejected]
        self.store.upkeep.keep_rejections(place, name, [], refused)

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

    def _replay(self, generation: Generation, projection: Projection, progress: Progress) -> frozenset[str]:
        """Apply what was written while the build ran; returns the ids of what changed.

        What arrives after the last look, the follower applies: under steady writing there is always
        something, so this ends with the first batch that is not full.
        """
        seq, changed = generation.seq, set[str]()
        while changes := self.store.changes(seq, REPLAY_BATCH):
            changed.update(apply_changes(self.store, self.engine, projection, changes, generation.name))
            seq = changes[-1].seq
            progress(REPLAYING, seq - generation.seq, max(seq, self.store.head()) - generation.seq)
            if len(changes) < REPLAY_BATCH:
                break
        return frozenset(changed)


def apply_changes(
    store: Store, engine: Engine, projection: Projection, changes: Sequence[Change], generation: str
) -> Sequence[str]:
    """Bring a generation from before ``changes`` to after them; returns the ids of their documents.

    What the engine will never take is kept as rejected, for people to see. Raises EngineBusyError,
    EngineUnavailableError.
    """
    documents = list(changed_documents(store, projection, changes))
    counts = engine.apply(documents, seq=changes[-1].seq, generation=generation)
    reasons = dict(counts.rejected)
    refused = [
        Rejection(engine.place, generation, each.id, each.seq, reasons[each.id])
        for each in documents
        if each.id in reasons
    ]
    done_before = counts.applied == 0 and not reasons
    taken = [] if done_before else [each.id for each in documents if each.id not in reasons]
    store.upkeep.keep_rejections(engine.place, generation, taken, refused)
    return [each.id for each in documents]


def record_event(store: Store, engine: Engine, action: str, generation: str, detail: str) -> None:
    """Keep who did what to a generation."""
    at = timestamp(utc_now())
    store.upkeep.record(IndexEvent(at, whoami(), engine.place, action, generation, detail))


class _Told:
    """Progress that others see too, in the note of the lease."""

    def __init__(self, lease: Holding, progress: Progress) -> None:
        self._lease, self._progress = lease, progress

    def __call__(self, what: str, done: int, total: int) -> None:
        self._lease.note |= {"step": what, "done": done, "all": total}
        self._progress(what, done, total)


def built_at(name: str) -> str:
    """The moment in a generation's name: names sort by mapping first."""
    return name.rpartition("-")[2]


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
            progress(BUILDING, done, expected)


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
