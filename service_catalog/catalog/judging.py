"""What one record of a file would do to the stored one, by the version that its editor has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from service_catalog.catalog.completing import completed
from service_catalog.catalog.diffing import FieldChange, record_changes
from service_catalog.model import Record, Revision
from service_catalog.store.canonical import content_hash

RevisionAt = Callable[[str, int], Record | None]
"""A record as it was at a version, None if the history has no such version."""


class Outcome(StrEnum):
    """What becomes of a record of a file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Somebody changed it since the editor's export; the editor did not, so that change stays."""
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"
    """Both changed it since, or the id is another record's. Nothing is imported."""
    AHEAD = "ahead"
    """The file claims a version that the store does not have yet. Nothing is imported."""


WRITTEN = (Outcome.NEW, Outcome.CHANGED, Outcome.WITHDRAWN)
REFUSED = (Outcome.CONFLICT, Outcome.AHEAD)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A checked record of a file. ``data``: its JSON object; ``seen``: the version that its editor saw, None
    where the file says nothing of versions.

    ``covers``: the fields that the file speaks of (``name``, ``guide.fee.amount``), for files that need not
    have all, as a sheet without a column; all others stay as stored. ``guide.materials`` speaks of the whole
    list, and ``guide.materials.*.when`` of a field of its parts. None: the object is the whole record.

    ``defaults``: what a record that is not stored yet has where the file says nothing.
    """

    data: Mapping[str, Any]
    seen: int | None = None
    covers: frozenset[str] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.data["id"])

    @property
    def owner(self) -> str:
        """The region whose record it is."""
        return str(self.data["owner"])


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a record would do. ``before``: the stored row, tombstones included; ``record``: what would be
    written, None where nothing would; ``reason``: why it is refused; ``theirs``: what a colleague changed;
    ``is_blind``: the file names no version, so that a colleague's change would be undone without a word."""

    id: str
    outcome: Outcome
    before: Revision | None = None
    record: Record | None = None
    reason: str = ""
    theirs: tuple[FieldChange, ...] = ()
    is_blind: bool = False

    @property
    def changes(self) -> list[FieldChange]:
        """What would change, field by field."""
        if self.record is None:
            return []
        was = self.before.record if self.before and not self.before.record.deleted else None
        return record_changes(was, self.record)


def judge(incoming: Incoming, current: Revision | None, revision_at: RevisionAt) -> Judgement:
    """What ``incoming`` would do where ``current`` is stored."""
    if current is None:
        return _create(incoming, None, incoming.seen or 1)
    stored, seen = current.record, incoming.seen
    if (str(stored.kind), stored.owner) != (incoming.data["kind"], incoming.owner):
        reason = f"编号已用于区划 {stored.owner} 的另一类记录（{stored.kind}）"
        return Judgement(incoming.id, Outcome.CONFLICT, current, reason=reason)
    if stored.deleted and (seen is None or seen >= stored.version):
        return _create(incoming, current, max(seen or 1, stored.version + 1))
    if seen is not None and seen > stored.version:
        reason = f"文件里是第 {seen} 版，库里只到第 {stored.version} 版"
        return Judgement(incoming.id, Outcome.AHEAD, current, reason=reason)
    mine = _on(incoming, stored)
    if content_hash(replace(mine, version=stored.version)) == current.hash:
        return Judgement(incoming.id, Outcome.UNCHANGED, current)
    if seen is None or seen == stored.version:
        outcome = Outcome.WITHDRAWN if mine.deleted else Outcome.CHANGED
        record = replace(mine, version=stored.version + 1)
        return Judgement(incoming.id, outcome, current, record, is_blind=seen is None)
    return _since(incoming, current, seen, revision_at(incoming.id, seen))


def _create(incoming: Incoming, current: Revision | None, version: int) -> Judgement:
    record = _on(incoming, None)
    if record.deleted:
        return Judgement(incoming.id, Outcome.UNCHANGED, current)
    return Judgement(incoming.id, Outcome.NEW, current, replace(record, version=version))


def _since(incoming: Incoming, current: Revision, seen: int, old: Record | None) -> Judgement:
    """The store has moved on since the editor's export: did the editor change the record too?"""
    if old is not None and _is_same(_on(incoming, old), old):
        return Judgement(incoming.id, Outcome.KEPT, current)
    stored = current.record
    done = "撤回了它" if stored.deleted else f"改到了第 {stored.version} 版"
    reason = (
        f"您导出的是第 {seen} 版，之后 {current.author} {done}（{current.changed_at[:10]}，{current.reason}）"
    )
    theirs = () if old is None or stored.deleted else tuple(record_changes(old, stored))
    return Judgement(incoming.id, Outcome.CONFLICT, current, reason=reason, theirs=theirs)


def _on(incoming: Incoming, base: Record | None) -> Record:
    """The record that the file means, where ``base`` is what it was edited from."""
    data = completed(incoming.data, incoming.covers, base, incoming.defaults)
    record = Record.from_json({"version": 1, **data})
    return replace(record, content={}) if record.deleted else record


def _is_same(one: Record, other: Record) -> bool:
    return content_hash(replace(one, version=other.version)) == content_hash(other)
