"""What state the catalogue is in, and whether the search index agrees with the store."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service_catalog.engines.base import Engine
from service_catalog.indexing.holding import follow_lease, held_note, rebuild_lease
from service_catalog.indexing.projection import RELATED, sources_digest
from service_catalog.indexing.viewing import Viewer, freshness_of
from service_catalog.model import EngineQuery, EngineStatus, Freshness, Kind
from service_catalog.model.errors import EngineError, EngineUnavailableError, SearchUnavailableError
from service_catalog.model.records import SEARCHABLE
from service_catalog.store.base import Store
from service_catalog.store.clock import utc_now
from service_catalog.store.upkeep import IndexEvent, Rejection, Upkeep

VERIFY_BATCH = 1_000
"""Rows and documents read at once while verifying."""

ATTEMPTS = 3
"""Looks at the whole catalogue before verify gives up on a log that keeps moving."""

LEVEL_TIMEOUT_S = 120.0
"""How long verify waits for an index that is behind: 100,000 changes take about half of it."""

POLL_S = 0.05

LOOKED_AT = 20
"""Newest events among which the last rebuild is: each drops few generations."""


class State(StrEnum):
    """What the search index is doing, the most important first."""

    BUILDING = "building"
    """A rebuild is under way; what served before goes on serving."""
    UNAVAILABLE = "unavailable"
    """The engine cannot answer."""
    EMPTY = "empty"
    """Nothing that was made from this log serves."""
    BEHIND = "behind"
    """It serves, but lacks changes."""
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Work:
    """Work on the index, by whichever process.

    ``rebuild`` and ``follow`` are what their leases tell, None where nobody is at it. ``failure``: the last
    rebuild, if it failed. ``rejections``: what the engine refused of the serving generation.
    """

    rebuild: Mapping[str, Any] | None
    follow: Mapping[str, Any] | None
    failure: IndexEvent | None
    rejections: Sequence[Rejection]

    @property
    def percent(self) -> int | None:
        """How far the step of a rebuild is; None where none is under way, or its extent is not known."""
        if self.rebuild is None or not self.rebuild.get("all"):
            return None
        return min(99, 100 * int(self.rebuild["done"]) // int(self.rebuild["all"]))


@dataclass(frozen=True, slots=True)
class Status:
    """The store's head and counts, and the engine as it stands."""

    head: int
    epoch: str
    counts: Mapping[tuple[str, Kind], int]
    engine: EngineStatus
    mapping_version: int
    trouble: str | None
    needs_indexer: bool
    work: Work
    answering: EngineStatus
    """Of the engine that answers at the moment: the spare one while a server fails."""
    age_s: float
    """Seconds since the oldest change that the index lacks, 0.0 when level."""

    @property
    def lag(self) -> int:
        """Changes the engine has not seen."""
        return max(0, self.head - self.engine.seq)

    @property
    def ready(self) -> bool:
        """True if searches can be answered. A lagging index is not "not ready": it answers, with its age.

        An index that was made from another log answers nothing.
        """
        return _serves(self.answering, self.epoch)

    @property
    def state(self) -> State:
        """What the index is doing."""
        if self.work.rebuild is not None and self.work.rebuild.get("state") == "building":
            return State.BUILDING
        if self.engine.error is not None:
            return State.UNAVAILABLE
        if not _serves(self.engine, self.epoch):
            return State.EMPTY
        return State.BEHIND if self.lag else State.LEVEL


@dataclass(frozen=True, slots=True)
class Verification:
    """Store against engine, document by document, at one seq."""

    seq: int
    documents: int
    store_digest: str
    engine_digest: str
    missing: Sequence[str]
    surplus: Sequence[str]
    different: Sequence[str]

    @property
    def is_equal(self) -> bool:
        """True if the engine holds exactly what the store says."""
        return self.store_digest == self.engine_digest


def read_status(store: Store, viewer: Viewer) -> Status:
    """The state as it is; brings nothing level and never waits for a rebuild."""
    engine, head = viewer.engine.status(), store.head()
    return Status(
        head=head,
        epoch=store.epoch(),
        counts=store.counts(),
        engine=engine,
        mapping_version=viewer.definition.version,
        trouble=viewer.trouble,
        needs_indexer=viewer.needs_indexer,
        work=_read_work(store.upkeep, viewer.engine.place, engine),
        answering=viewer.answering(),
        age_s=freshness_of(store, engine, head).age_s,
    )


def _serves(engine: EngineStatus, epoch: str) -> bool:
    serving = engine.generation
    return serving is not None and serving.epoch == epoch and engine.error is None


def _read_work(upkeep: Upkeep, place: str, engine: EngineStatus) -> Work:
    now = utc_now()
    name = engine.generation.name if engine.generation else ""
    return Work(
        rebuild=held_note(upkeep, rebuild_lease(place), now),
        follow=held_note(upkeep, follow_lease(place), now),
        failure=_last_failure(upkeep.events(place, LOOKED_AT)),
        rejections=upkeep.rejections(place, name) if name else (),
    )


def _last_failure(events: Sequence[IndexEvent]) -> IndexEvent | None:
    """The last rebuild's failure; None if it came to its end."""
    last = next((each for each in events if each.action in ("failed", "activated")), None)
    return last if last is not None and last.action == "failed" else None


def verify(store: Store, viewer: Viewer) -> Verification:
    """Compare every document's sources with the store's rows, once the index is level with the log.

    Raises EngineError if the index does not come level, or if the log moves during each of ``ATTEMPTS``;
    EngineUnavailableError if only the engine in reserve answers.
    """
    for _ in range(ATTEMPTS):
        seq = _level_seq(viewer)
        held = dict(_held(viewer.engine))
        wanted = dict(_wanted(store))
        if store.head() == seq == viewer.engine.status().seq:
            return _compared(seq, wanted, held)
    raise EngineError("核对期间目录一直在变化，请在写入停止后再核对")


def _level_seq(viewer: Viewer) -> int:
    """Many missing changes are applied in the background, meanwhile nothing would agree."""
    deadline = time.monotonic() + LEVEL_TIMEOUT_S
    while (freshness := _freshness(viewer, deadline)) is None or freshness.age_s > 0:
        if time.monotonic() > deadline:
            behind = freshness.head - freshness.seq if freshness else 0
            raise EngineError(f"索引落后 {behind} 项变更，没有追平；请稍后再核对，或执行 catalog rebuild")
        time.sleep(POLL_S)
    if freshness.degraded:
        raise EngineUnavailableError(f"搜索服务器不可用，无法核对：{viewer.trouble}")
    return freshness.seq


def _freshness(viewer: Viewer, deadline: float) -> Freshness | None:
    """None while the index is being built, which takes longer than a search may wait."""
    try:
        return viewer.view().freshness
    except SearchUnavailableError:
        if time.monotonic() > deadline:
            raise
        return None


def _held(engine: Engine) -> Iterator[tuple[str, str]]:
    after = ""
    while True:
        query = EngineQuery(limit=VERIFY_BATCH, best=VERIFY_BATCH, after=after)
        page = engine.search(query).candidates
        for each in page:
            yield each.id, str(each.facts.get("sources"))
        if len(page) < VERIFY_BATCH:
            return
        after = page[-1].id


def _wanted(store: Store) -> Iterator[tuple[str, str]]:
    for kind in SEARCHABLE:
        after = ""
        while rows := store.listing(kind, after=after, limit=VERIFY_BATCH):
            after = rows[-1].record.id
            related = store.referrers([row.record.id for row in rows], RELATED)
            for row in rows:
                yield row.record.id, sources_digest([row, *related.get(row.record.id, ())])


def _compared(seq: int, wanted: Mapping[str, str], held: Mapping[str, str]) -> Verification:
    return Verification(
        seq=seq,
        documents=len(wanted),
        store_digest=_digest(wanted),
        engine_digest=_digest(held),
        missing=sorted(wanted.keys() - held.keys()),
        surplus=sorted(held.keys() - wanted.keys()),
        different=sorted(key for key in wanted.keys() & held.keys() if wanted[key] != held[key]),
    )


def _digest(sources: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{key} {sources[key]}" for key in sorted(sources)).encode()).hexdigest()
