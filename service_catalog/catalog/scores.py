"""Guide scores of many items: per department and region, the worst rows, and what to do first."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from service_catalog.catalog.scoring import ItemScore, score_item
from service_catalog.model import Kind
from service_catalog.store.base import Store

BATCH = 1_000
"""Changes followed, and records looked up, at once."""


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one department; of a whole region where ``department`` is None. ``average`` has one
    decimal."""

    owner: str
    department: str | None
    items: int
    without_guide: int
    average: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores as of one seq, the worst first."""

    seq: int
    items: Sequence[ItemScore]

    @property
    def average(self) -> float | None:
        """Mean of all, with one decimal; None without items."""
        return _mean(self.items) if self.items else None

    def regions(self) -> list[Group]:
        """Each region as a whole, in order."""
        owners = sorted({each.owner for each in self.items})
        return [_group(owner, None, [each for each in self.items if each.owner == owner]) for owner in owners]

    def departments(self) -> list[Group]:
        """Each department, the one with the lowest average first. Items without a department have none."""
        found: dict[tuple[str, str], list[ItemScore]] = {}
        for each in self.items:
            if each.department:
                found.setdefault((each.owner, each.department), []).append(each)
        groups = [_group(owner, name, items) for (owner, name), items in found.items()]
        return sorted(groups, key=lambda group: (group.average, group.owner, group.department))


@dataclass(frozen=True, slots=True)
class Task:
    """One row of a worklist: an item that lacks something, and how many scenarios use it."""

    item: ItemScore
    scenarios: int


class ScoreBook:
    """The scores of all items, kept between questions and brought level with the log before each answer.

    Scoring 50,000 items takes seconds; following the log costs only what has changed. Safe to share between
    threads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._epoch = ""
        self._seq = 0
        self._by_id: dict[str, ItemScore] = {}
        self._ranked: Sequence[ItemScore] = ()

    def scores(self, *, owner: str | None = None, department: str | None = None) -> Scores:
        """Scores of all items, or of a region's or a department's."""
        with self._lock:
            if self._level():
                self._ranked = sorted(self._by_id.values(), key=lambda each: each.key)
            seq, ranked = self._seq, self._ranked
        wanted = [
            each for each in ranked if owner in (None, each.owner) and department in (None, each.department)
        ]
        return Scores(seq, wanted)

    def _level(self) -> bool:
        """Follow the log to its head; True if anything may have changed."""
        epoch = self._store.epoch()
        if epoch != self._epoch:
            self._read_all()
            self._epoch = epoch  # asked before reading: one that began meanwhile is noticed the next time
            return True
        is_changed = False
        while changes := self._store.changes(self._seq, BATCH):
            items = {change.id for change in changes if change.kind is Kind.ITEM}
            self._update(items)
            self._seq, is_changed = changes[-1].seq, is_changed or bool(items)
        return is_changed

    def _read_all(self) -> None:
        with self._store.snapshot() as snapshot:
            scored = (score_item(revision.record) for revision in snapshot.records(Kind.ITEM))
            self._by_id = {each.id: each for each in scored}
            self._seq = snapshot.head

    def _update(self, ids: Iterable[str]) -> None:
        for name, revision in self._store.get_many(list(ids)).items():
            if revision.record.deleted:
                self._by_id.pop(name, None)
            else:
                self._by_id[name] = score_item(revision.record)


def worklist(store: Store, scores: Scores) -> list[Task]:
    """What to do, in this order: items that a scenario uses, since its page too lacks what they lack; then
    the others. Among them the worst first, for there an hour of work adds most; then those in more scenarios.
    """
    tasks = [
        Task(each, used)
        for each, used in zip(scores.items, _uses(store, scores.items), strict=True)
        if each.missing
    ]
    return sorted(
        tasks, key=lambda task: (not task.scenarios, task.item.score, -task.scenarios, task.item.id)
    )


def _uses(store: Store, items: Sequence[ItemScore]) -> Iterator[int]:
    each = iter(items)
    while batch := [item.id for item in islice(each, BATCH)]:
        found = store.referrers(batch, (Kind.SCENARIO,))
        yield from (len(found.get(name, ())) for name in batch)


def _group(owner: str, department: str | None, items: Sequence[ItemScore]) -> Group:
    without_guide = sum(not each.has_guide for each in items)
    return Group(owner, department, len(items), without_guide, _mean(items))


def _mean(items: Sequence[ItemScore]) -> float:
    return round(sum(each.score for each in items) / len(items), 1)
