"""What must hold once the writers of the log proof are done or dead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from service_catalog.model import Change
from service_catalog.store.base import Store
from tests.fault.log_actors import KEPT, line_of


def faults(store: Store, folder: Path, killed: Sequence[str]) -> list[str]:
    """One sentence for everything that does not hold; none if the proof succeeds."""
    log = store.changes(0, store.head() + 1_000)
    return [
        *_unbroken(store, log),
        *_readers_saw(folder, log),
        *_acknowledged_is_there(folder, log),
        *_only_the_dead_left_unacknowledged(store, folder, log, killed),
        *_records_follow(store, log),
    ]


def unacknowledged(folder: Path, log: Sequence[Change]) -> list[Change]:
    """Changes that were committed by writers which died before they could say so."""
    known = {seq for _, _, seq in _acknowledgements(folder)}
    return [change for change in log if change.seq not in known]


def _unbroken(store: Store, log: Sequence[Change]) -> Iterator[str]:
    if [change.seq for change in log] != list(range(1, store.head() + 1)):
        yield "the log is not 1, 2, 3, … up to the head"


def _readers_saw(folder: Path, log: Sequence[Change]) -> Iterator[str]:
    expected = [line_of(change) for change in log]
    for path in sorted(folder.glob("seen-*")):
        seen = path.read_text().splitlines(keepends=True)
        if seen != expected:
            first = next(
                (number for number, (a, b) in enumerate(zip(seen, expected, strict=False), 1) if a != b),
                min(len(seen), len(expected)) + 1,
            )
            yield f"{path.name}: {len(seen)} changes seen of {len(log)}, other than the log from {first} on"


def _acknowledgements(folder: Path) -> list[tuple[str, int, int]]:
    lines = [line.split() for path in folder.glob("acknowledged-*") for line in path.read_text().splitlines()]
    return [(record_id, int(version), int(seq)) for record_id, version, seq in lines]


def _acknowledged_is_there(folder: Path, log: Sequence[Change]) -> Iterator[str]:
    written = {(change.id, change.version, change.seq) for change in log}
    for acknowledged in _acknowledgements(folder):
        if acknowledged not in written:
            yield f"acknowledged and lost: {acknowledged}"


def _only_the_dead_left_unacknowledged(
    store: Store, folder: Path, log: Sequence[Change], killed: Sequence[str]
) -> Iterator[str]:
    missing = {(change.id, change.version) for change in unacknowledged(folder, log)}
    for record_id in sorted({record_id for record_id, _ in missing}):
        for revision in store.history(record_id):
            if (record_id, revision.record.version) in missing and revision.author not in killed:
                yield f"{revision.author} lives and never acknowledged change {revision.seq}"


def _records_follow(store: Store, log: Sequence[Change]) -> Iterator[str]:
    by_id: dict[str, list[Change]] = {}
    for change in log:
        by_id.setdefault(change.id, []).append(change)
    for record_id, changes in by_id.items():
        history = list(reversed(store.history(record_id)))
        current = store.get(record_id)
        if [change.version for change in changes] != list(range(1, len(changes) + 1)):
            yield f"{record_id}: versions do not follow each other"
        if [(r.seq, r.record.version, r.hash) for r in history] != [
            (c.seq, c.version, c.hash) for c in changes
        ]:
            yield f"{record_id}: the history is not what the log says"
        if current != (history[-1] if history else None):
            yield f"{record_id}: the current row is not the newest revision"
        if any(revision.reason != KEPT for revision in history):
            yield f"{record_id}: a rolled-back write is there"
