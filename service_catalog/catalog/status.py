"""What state the catalogue is in, and whether the search index agrees with the store."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service_catalog.indexing.follower import Follower
from service_catalog.indexing.projection import RELATED, sources_digest
from service_catalog.model import EngineQuery, EngineStatus, Kind
from service_catalog.model.errors import EngineError
from service_catalog.model.records import SEARCHABLE
from service_catalog.store.base import Store

VERIFY_BATCH = 500
"""Rows read at once while verifying."""

ATTEMPTS = 3
"""Looks at the whole catalogue before verify gives up on a log that keeps moving."""

LEVEL_TIMEOUT_S = 120.0
"""How long verify waits for an index that is behind: 1,174 changed items took 2.6 s."""

POLL_S = 0.05

ALL_DOCUMENTS = 10_000_000
"""More than any catalogue holds: verify looks at every document."""


LEVEL_TIMEOUT_S = 120.0
"""How long verify waits for the index to come level: 100,000 changes take about half of it."""


@dataclass(frozen=True, slots=True)
class Status:
    """The store's head and counts, and the engine as it stands."""

    head: int
    epoch: str
    counts: Mapping[tuple[str, Kind], int]
    engine: EngineStatus
    mapping_version: int
    rebuild_error: str | None

    @property
    def lag(self) -> int:
        """Changes the engine has not seen."""
        return max(0, self.head - self.engine.seq)

    @property
    def ready(self) -> bool:
        """True if searches can be answered. A lagging index is not "not ready": it answers, with its age.

        An index that was made from another log answers nothing.
        """
        serving = self.engine.generation
        return serving is not None and serving.epoch == self.epoch and self.engine.error is None


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


def read_status(store: Store, follower: Follower) -> Status:
    """The state as it is; brings nothing level and never waits for a rebuild."""
    return Status(
        head=store.head(),
        epoch=store.epoch(),
        counts=store.counts(),
        engine=follower.engine.status(),
        mapping_version=follower.definition.version,
        rebuild_error=follower.rebuilding.error,
    )


def verify(store: Store, follower: Follower) -> Verification:
    """Compare every document's sources with the store's rows, once the index is level with the log.

    Raises EngineError if the index does not come level, or if the log moves during each of ``ATTEMPTS``.
    """
    for _ in range(ATTEMPTS):
        seq = _level_seq(follower)
        found = follower.engine.search(EngineQuery(limit=ALL_DOCUMENTS, best=ALL_DOCUMENTS))
        held = {each.id: str(each.facts.get("sources")) for each in found.candidates}
        wanted = dict(_wanted(store))
        if store.head() == seq == follower.engine.status().seq:
            return _compared(seq, wanted, held)
    raise EngineError("核对期间目录一直在变化，请在写入停止后再核对")


def _level_seq(follower: Follower) -> int:
    """Many missing changes are applied in the background, meanwhile nothing would agree."""
    deadline = time.monotonic() + LEVEL_TIMEOUT_S
    while (freshness := follower.view().freshness).age_s > 0:
        if time.monotonic() > deadline:
            behind = freshness.head - freshness.seq
            raise EngineError(f"索引落后 {behind} 项变更，没有追平；请稍后再核对，或执行 catalog rebuild")
        time.sleep(POLL_S)
    return freshness.seq


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
