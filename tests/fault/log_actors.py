"""The processes of the log proof: writers that may die at any moment, and readers that poll."""

from __future__ import annotations

import os
import random
import time
from ctypes import Array, c_int, c_long
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from service_catalog.model import Change, Kind, Record
from service_catalog.store.base import Store, WriteTransaction
from service_catalog.store.sql import open_store

KEPT = "kept"
ROLLED_BACK = "rolled back"

_RECORDS = 40
"""Few enough that all writers keep changing the same records."""


class Phase(IntEnum):
    """Where a writer is, as far as the killer can see."""

    WAITING = 0
    INSIDE = 1
    COMMITTING = 2
    ACKNOWLEDGING = 3


@dataclass(frozen=True)
class Board:
    """What the processes share: memory for the killer, files for the verdict."""

    url: str
    folder: Path
    target: int
    phases: Array[c_int]
    heads: Array[c_long]
    rollbacks: Array[c_int]

    @property
    def done(self) -> Path:
        """Exists once no writer is left."""
        return self.folder / "done"

    def acknowledged(self, name: str) -> Path:
        return self.folder / f"acknowledged-{name}"

    def seen(self, name: str) -> Path:
        return self.folder / f"seen-{name}"


class _DoomedError(Exception):
    """Rolls a transaction back."""


def write_until(board: Board, name: str, slot: int, seed: int) -> None:
    """Writes until the log has reached the target. What is acknowledged is on disk before the next write."""
    random_ = random.Random(seed)
    store = open_store(board.url)
    acknowledged = os.open(board.acknowledged(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while store.head() < board.target:
        board.phases[slot] = Phase.WAITING
        try:
            changes = _write(store, board, name, slot, random_)
        except _DoomedError:
            board.rollbacks[slot] += 1
            continue
        board.phases[slot] = Phase.ACKNOWLEDGING
        lines = "".join(f"{change.id} {change.version} {change.seq}\n" for change in changes)
        os.write(acknowledged, lines.encode())
        os.fsync(acknowledged)
        board.heads[slot] = changes[-1].seq
    store.close()


def _write(store: Store, board: Board, name: str, slot: int, random_: random.Random) -> list[Change]:
    doomed = random_.random() < 0.25
    with store.write(author=name, reason=ROLLED_BACK if doomed else KEPT) as transaction:
        board.phases[slot] = Phase.INSIDE
        names = [f"110112-R{random_.randrange(_RECORDS):02}" for _ in range(random_.randint(1, 8))]
        transaction.get_many(names)
        changes = [_put(transaction, record_id, random_) for record_id in names]
        if random_.random() < 0.1:
            time.sleep(random_.random() / 200)
        if doomed:
            raise _DoomedError
        board.phases[slot] = Phase.COMMITTING
    return changes


def _put(transaction: WriteTransaction, record_id: str, random_: random.Random) -> Change:
    current = transaction.get(record_id)
    version = current.record.version + 1 if current else 1
    deleted = current is not None and not current.record.deleted and random_.random() < 0.15
    content = {} if deleted else {"name": "压力测试", "number": random_.randrange(10**6)}
    return transaction.put(Record(Kind.ITEM, record_id, "110112", version, content, deleted))


def read_until(board: Board, name: str, seed: int) -> None:
    """Follows the log with a cursor and writes down what it sees, until level with a log that is done."""
    random_ = random.Random(seed)
    store = open_store(board.url)
    cursor = 0
    with board.seen(name).open("w") as seen:
        while True:
            done = board.done.exists()
            changes = store.changes(cursor, random_.randint(1, 100))
            for change in changes:
                seen.write(line_of(change))
                cursor = change.seq
            if changes:
                _check_current(store, changes[-1], name)
            elif done:
                break
            else:
                time.sleep(random_.random() / 50)
    store.close()


def line_of(change: Change) -> str:
    """A change as readers write it down."""
    return f"{change.seq} {change.id} {change.version} {change.hash} {change.deleted}\n"


def _check_current(store: Store, change: Change, name: str) -> None:
    """Whoever has seen a change must find its record at least that new, and the head at least that far."""
    revision = store.get(change.id)
    if revision is None or revision.record.version < change.version or store.head() < change.seq:
        raise AssertionError(f"{name} saw change {change.seq} of {change.id} before its record: {revision}")
