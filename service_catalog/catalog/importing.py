"""Importing an editor's records: what each would do to the store, whether that is too much, and the write.

A record of a file is judged by the version its editor has seen, so that a colleague's change in between is a
conflict that is shown, never overwritten. The write is one transaction: all or nothing. It looks again at
every record it touches, for the plan was made before it held the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from service_catalog.catalog.judging import WRITTEN, Incoming, Judgement, Outcome, judge
from service_catalog.catalog.reading import living_item
from service_catalog.model import Kind, Record, Revision, references
from service_catalog.model.errors import ConflictError, NotOwnerError
from service_catalog.store.base import Store, WriteTransaction

BATCH = 500
"""Records compared at once: their stored rows are in memory together."""

MAX_SHARE = 0.2
"""Share of a region's records that an import may withdraw or change without being asked. A corrected list
touches a few; one that touches more is often another district's, an old one or half of one."""

FREE_CHANGES = 10
"""So many may be withdrawn or changed in any case: in a small list a few are soon a fifth."""

Progress = Callable[[int], None]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Touched:
    """What an import would do to one region's stored records of the kinds that it brings."""

    region: str
    stored: int
    changed: int
    withdrawn: int

    def is_held(self, max_share: float) -> bool:
        """Whether that is more than may happen without a word."""
        touched = self.changed + self.withdrawn
        return touched > FREE_CHANGES and touched > max_share * self.stored


@dataclass(slots=True)
class Plan:
    """What an import would do. ``expected``: the stored version of every record to be written, tombstones
    included, 0 where there is none."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    expected: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    """Records that a complete list does not have, in order of id."""
    touched: list[Touched] = field(default_factory=list)
    head: int = 0
    """The seq before anything was compared."""
    targets: dict[str, str] = field(default_factory=dict)
    """Items that records begin to refer to, each with one such record."""
    blind: int = 0
    """Stored records that would change though the file does not say which version its editor saw."""

    @property
    def changes(self) -> int:
        """Records that would be written."""
        return len(self.expected)


@dataclass(frozen=True, slots=True)
class Importing:
    """Imports into one store, of the regions that this node, or this import, may write."""

    store: Store
    regions: Collection[str]

    def current(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        """The stored rows of some records, tombstones included."""
        return self.store.get_many(record_ids)

    def near(self, kind: Kind, record_id: str, limit: int = 100) -> Sequence[str]:
        """Ids of a kind, in order, from where ``record_id`` without its end would stand: some of them may be
        meant."""
        found = self.store.listing(kind, after=record_id[:-2], limit=limit)
        return [revision.record.id for revision in found]

    def users(self, record_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """For each id the ids of the records that refer to it. Ids without any are missing."""
        found = self.store.referrers(record_ids)
        return {name: [each.record.id for each in revisions] for name, revisions in found.items()}

    def plan(
        self,
        incoming: Iterable[Incoming],
        *,
        tell: Callable[[Judgement], None],
        complete: str | None = None,
        present: Collection[str] = (),
        kinds: Mapping[str, Collection[Kind]] = MappingProxyType({}),
        progress: Progress = lambda _done: None,
    ) -> Plan:
        """What an import would do; ``tell`` hears of every record as it is judged.

        ``kinds``: by region those that the import brings. ``complete``: the region whose records of these
        kinds it has all of; those that are not in ``present`` are withdrawn.
        """
        plan, done = Plan(head=self.store.head()), 0
        changed: Counter[str] = Counter()
        withdrawn: Counter[str] = Counter()
        for batch in _batches(incoming):
            stored = self.store.get_many([each.id for each in batch])
            for each in batch:
                judgement = judge(each, stored.get(each.id), self._revision_at)
                _add(plan, judgement)
                changed[each.owner] += judgement.outcome is Outcome.CHANGED
                withdrawn[each.owner] += judgement.outcome is Outcome.WITHDRAWN
                tell(judgement)
            done += len(batch)
            progress(done)
        missing = self._missing(complete, present, kinds.get(complete, ())) if complete else ()
        for judgement in missing:
            _add(plan, judgement)
            plan.withdrawn.append(judgement.id)
            withdrawn[str(complete)] += 1
            tell(judgement)
        plan.touched = self._touched(changed, withdrawn, kinds)
        return plan

    def write(
        self,
        incoming: Iterable[Incoming],
        plan: Plan,
        *,
        author: str,
        reason: str,
        progress: Progress = lambda _done: None,
    ) -> int:
        """Write what is planned, in one transaction; returns the seq of its last change.

        Raises ConflictError, and writes nothing, if a record is no longer as the plan saw it, or an item that
        one begins to refer to was withdrawn; NotOwnerError.
        """
        if not plan.expected:
            return self.store.head()
        written = _Written(plan, frozenset(self.regions), progress)
        with self.store.write(author=author, reason=reason) as transaction:
            self._require_targets(transaction, plan)
            for batch in _batches(each for each in incoming if each.id in plan.expected):
                written.put_all(transaction, batch)
            for ids in _batches(plan.withdrawn):
                written.withdraw_all(transaction, ids)
            if written.done != plan.changes:
                raise ConflictError("导入的文件在检查之后变了；没有写入，请重新导入")
        return written.seq

    def _require_targets(self, transaction: WriteTransaction, plan: Plan) -> None:
        """Of what has changed since the plan was made, look at what records begin to refer to."""
        seq = plan.head
        while plan.targets and (changes := self.store.changes(seq, BATCH)):
            seq = changes[-1].seq
            gone = {change.id for change in changes if change.deleted and change.id in plan.targets}
            stored = transaction.get_many(gone)
            for name in sorted(gone):
                if living_item(stored.get(name)) is None:
                    raise ConflictError(
                        f"导入期间别人撤回了 {name}，而 {plan.targets[name]} 引用它；"
                        "没有写入任何记录，请重新导入"
                    )

    def _revision_at(self, record_id: str, version: int) -> Record | None:
        revisions = (revision.record for revision in self.store.history(record_id))
        return next((record for record in revisions if record.version == version), None)

    def _missing(self, region: str, present: Collection[str], kinds: Collection[Kind]) -> Iterator[Judgement]:
        """Tombstones of what a complete list does not have."""
        with self.store.snapshot() as snapshot:
            for kind in sorted(kinds):
                for revision in snapshot.records(kind, owner=region):
                    if revision.record.id not in present:
                        gone = tombstone(revision.record)
                        yield Judgement(gone.id, Outcome.WITHDRAWN, revision, gone)

    def _touched(
        self, changed: Counter[str], withdrawn: Counter[str], kinds: Mapping[str, Collection[Kind]]
    ) -> list[Touched]:
        stored: Counter[str] = Counter()
        for (owner, kind), count in self.store.counts().items():
            stored[owner] += count if kind in kinds.get(owner, ()) else 0
        regions = sorted(region for region in {*changed, *withdrawn} if changed[region] + withdrawn[region])
        return [Touched(each, stored[each], changed[each], withdrawn[each]) for each in regions]


@dataclass(slots=True)
class _Written:
    """One write as it goes on."""

    plan: Plan
    regions: frozenset[str]
    progress: Progress
    done: int = 0
    seq: int = 0

    def put_all(self, transaction: WriteTransaction, batch: Sequence[Incoming]) -> None:
        stored = transaction.get_many([each.id for each in batch])
        for each in batch:
            current = stored.get(each.id)
            self._require_unchanged(each.id, current)
            judgement = judge(each, current, lambda _id, _version: None)
            if judgement.record is None:
                raise _moved(each.id)
            self._put(transaction, judgement.record)
        self.progress(self.done)

    def withdraw_all(self, transaction: WriteTransaction, ids: Sequence[str]) -> None:
        stored = transaction.get_many(ids)
        for each in ids:
            current = stored.get(each)
            self._require_unchanged(each, current)
            if current is not None:
                self._put(transaction, tombstone(current.record))
        self.progress(self.done)

    def _put(self, transaction: WriteTransaction, record: Record) -> None:
        if record.owner not in self.regions:
            raise NotOwnerError(f"记录 {record.id} 属于区划 {record.owner}，本次导入不能修改")
        self.seq = transaction.put(record).seq
        self.done += 1

    def _require_unchanged(self, record_id: str, current: Revision | None) -> None:
        if (current.record.version if current else 0) != self.plan.expected[record_id]:
            raise _moved(record_id)


def tombstone(record: Record) -> Record:
    """The next version of a record, which says that it is gone."""
    return replace(record, version=record.version + 1, content={}, deleted=True)


def _add(plan: Plan, judgement: Judgement) -> None:
    plan.counts[judgement.outcome] += 1
    plan.blind += judgement.is_blind
    if judgement.outcome in WRITTEN:
        before = judgement.before
        plan.expected[judgement.id] = before.record.version if before else 0
        if judgement.record is not None:
            already = set(references(before.record)) if before else ()
            plan.targets.update(
                (name, judgement.id) for name in references(judgement.record) if name not in already
            )


def _moved(record_id: str) -> ConflictError:
    return ConflictError(f"导入期间别人修改了 {record_id}；没有写入任何记录，请重新导入")


def _batches(values: Iterable[_T]) -> Iterator[list[_T]]:
    each = iter(values)
    while batch := list(islice(each, BATCH)):
        yield batch
