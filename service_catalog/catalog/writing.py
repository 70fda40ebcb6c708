"""Writing records: publishing and withdrawing one's own, and taking in delivered ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from service_catalog.model import Change, Kind, Record, Revision
from service_catalog.model.errors import (
    Fault,
    InvalidRecordError,
    NotFoundError,
    NotOwnerError,
    VersionConflictError,
)
from service_catalog.store.base import Store, WriteTransaction
from service_catalog.store.canonical import content_hash

PREFETCH = 500
"""Current rows read at once while taking in a delivery."""

NEEDED: Mapping[Kind, Sequence[str]] = {
    Kind.REGION: ("name",),
    Kind.ITEM: ("code", "name"),
    Kind.SCENARIO: ("code", "name"),
    Kind.ACCEPTANCE: ("item", "mode"),
    Kind.COUNTERPART: ("a", "b"),
    Kind.TERM: ("word", "target"),
}
"""Fields that the index and the pages cannot do without."""

Progress = Callable[[int], None]

Check = Callable[[], None]
"""Looks at a record that is about to be written, while no other writer can be at work. Raises
InvalidRecordError."""


@dataclass(slots=True)
class DeliveryCounts:
    """What became of delivered records. ``forks`` are the ids whose stored row keeps serving."""

    applied: int = 0
    unchanged: int = 0
    stale: int = 0
    forks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: the record's version and its seq. ``change`` is None where nothing had to change.

    ``is_new``: there was no such record before, or only its tombstone."""

    id: str
    version: int
    seq: int
    change: Change | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes to one store, for the regions this node may write."""

    store: Store
    regions: Sequence[str]

    def publish(
        self,
        record: Record,
        *,
        author: str,
        reason: str,
        if_version: int | None = None,
        check: Check | None = None,
    ) -> Change | None:
        """Write a record of one's own; its version is set here: the stored one + 1, tombstones included.

        ``if_version``: the version the writer has seen (0: none); another one raises ConflictError. ``check``
        is asked last, and only if there is something to write. Returns None, and writes nothing, when the
        content is as stored. Raises NotOwnerError, InvalidRecordError.
        """
        with self.store.write(author=author, reason=reason) as transaction:
            return self.publish_in(transaction, record, if_version=if_version, check=check).change

    def publish_in(
        self,
        transaction: WriteTransaction,
        record: Record,
        *,
        if_version: int | None,
        check: Check | None = None,
    ) -> Written:
        """``publish`` within a transaction that does more than this."""
        self._check_owner(record)
        _check_content(record)
        current = transaction.get(record.id)
        _check_version(current, if_version)
        if current and _is_stored(replace(record, version=current.record.version), current):
            return Written(record.id, current.record.version, current.seq, None)
        if check is not None:
            check()
        version = current.record.version + 1 if current else 1
        change = transaction.put(replace(record, version=version))
        is_new = current is None or current.record.deleted
        return Written(record.id, version, change.seq, change, is_new)

    def withdraw(
        self, record_id: str, kind: Kind, *, author: str, reason: str, if_version: int | None = None
    ) -> Change:
        """Withdraw a record of one's own: a tombstone. Raises NotFoundError, NotOwnerError, ConflictError."""
        with self.store.write(author=author, reason=reason) as transaction:
            return self.withdraw_in(transaction, record_id, kind, if_version=if_version)

    def withdraw_in(
        self, transaction: WriteTransaction, record_id: str, kind: Kind, *, if_version: int | None
    ) -> Change:
        """``withdraw`` within a transaction that does more than this."""
        current = transaction.get(record_id)
        if current is None or current.record.deleted or current.record.kind is not kind:
            raise NotFoundError(f"没有可撤回的记录 {record_id}")
        self._check_owner(current.record)
        _check_version(current, if_version)
        gone = replace(current.record, version=current.record.version + 1, content={}, deleted=True)
        return transaction.put(gone)

    def deliver(
        self, records: Iterator[Record], *, author: str, reason: str, progress: Progress = lambda _done: None
    ) -> DeliveryCounts:
        """Take in records as their owner made them, versions included, in one transaction: all or nothing.

        Older or equal versions are stale or unchanged; an equal version with other content is a fork and does
        not replace the stored row. Raises ConflictError if an id belongs to another kind or owner,
        InvalidRecordError.
        """
        counts = DeliveryCounts()
        with self.store.write(author=author, reason=reason) as transaction:
            done = 0
            while batch := list(islice(records, PREFETCH)):
                transaction.get_many(
                    [record.id for record in batch]
                )  # read in one go what _take_in asks for singly
                for record in batch:
                    _take_in(transaction, record, counts)
                done += len(batch)
                progress(done)
        return counts

    def _check_owner(self, record: Record) -> None:
        if record.owner not in self.regions:
            mine = "、".join(self.regions) or "（无）"
            raise NotOwnerError(
                f"记录 {record.id} 属于区划 {record.owner}；本节点只能修改 {mine}（CATALOG_REGIONS）"
            )


def _take_in(transaction: WriteTransaction, record: Record, counts: DeliveryCounts) -> None:
    _check_content(record)
    current = transaction.get(record.id)
    if (
        current is None
        or record.version > current.record.version
        or not _is_same_thing(record, current.record)
    ):
        transaction.put(record)  # raises ConflictError where the id is another thing's
        counts.applied += 1
    elif record.version < current.record.version:
        counts.stale += 1
    elif _is_stored(record, current):
        counts.unchanged += 1
    else:
        counts.forks.append(record.id)


def _check_content(record: Record) -> None:
    """Raise InvalidRecordError where a field is missing without which nothing can show the record.

    The whole schema is checked by ``exchange`` for what comes from outside; this holds for every writer.
    """
    if record.deleted:
        return
    missing = [name for name in NEEDED[record.kind] if not record.content.get(name)]
    if missing:
        faults = tuple(Fault(name, "不能没有这一项") for name in missing)
        raise InvalidRecordError(f"{record.id} 缺少 {'、'.join(missing)}", faults=faults)


def _is_same_thing(one: Record, other: Record) -> bool:
    return (one.kind, one.owner) == (other.kind, other.owner)


def _is_stored(record: Record, current: Revision) -> bool:
    """By content hash: compared as Python values, ``True`` and ``1`` would be the same."""
    return content_hash(record) == current.hash


def _check_version(current: Revision | None, if_version: int | None) -> None:
    if if_version is None:
        return
    stored = 0 if current is None or current.record.deleted else current.record.version
    if stored == if_version:
        return
    if stored == 0:
        detail = f"您看到的是第 {if_version} 版，但现在没有这条记录：它已被撤回，或从未建立；"
        detail += "要重新建立或恢复它，请声明没有版本（接口：If-None-Match: *）"
    elif if_version == 0:
        detail = f"这条记录已经存在（第 {stored} 版）；请读取后在它上面修改"
    else:
        detail = f"记录现在是第 {stored} 版，您看到的是第 {if_version} 版；请重新读取后再改"
    raise VersionConflictError(detail, version=stored)
