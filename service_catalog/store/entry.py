"""What ``put`` does before anything is written: check the record and make it ready to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service_catalog.model import Change, Record, Revision, references
from service_catalog.model.errors import ConflictError, Fault, InvalidRecordError
from service_catalog.model.records import ENVELOPE
from service_catalog.store.canonical import canonical_json, text_fault, text_hash


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, why and when: the same for a whole transaction."""

    author: str
    reason: str
    changed_at: str

    def __post_init__(self) -> None:
        """Raises InvalidRecordError if a text cannot be stored."""
        faults = [
            Fault(name, fault) for name in ("author", "reason") if (fault := text_fault(getattr(self, name)))
        ]
        if faults:
            raise InvalidRecordError(f"{faults[0].field}：{faults[0].message}", faults=tuple(faults))


@dataclass(frozen=True, slots=True)
class Entry:
    """A record ready to be kept: its revision, its text, and what listings and links need of it."""

    revision: Revision
    body: str
    name: str | None
    department: str | None
    targets: tuple[str, ...]

    @property
    def change(self) -> Change:
        """The log entry."""
        revision, record = self.revision, self.revision.record
        return Change(
            seq=revision.seq,
            kind=record.kind,
            id=record.id,
            owner=record.owner,
            version=record.version,
            hash=revision.hash,
            deleted=record.deleted,
            changed_at=revision.changed_at,
        )


def make_entry(record: Record, current: Revision | None, *, seq: int, stamp: Stamp) -> Entry:
    """``record`` as the change ``seq``, following ``current``.

    Raises ConflictError if it cannot follow ``current``, InvalidRecordError if it cannot be stored.
    """
    _require_successor(record, current)
    _require_plain_content(record)
    body = canonical_json(record.as_json())
    revision = Revision(
        record=record,
        seq=seq,
        hash=text_hash(body),
        author=stamp.author,
        reason=stamp.reason,
        changed_at=stamp.changed_at,
    )
    content = record.content
    return Entry(
        revision, body, _text(content.get("name")), _text(content.get("department")), _targets(record)
    )


def _require_successor(record: Record, current: Revision | None) -> None:
    stored = current.record.version if current else 0
    if current and current.record.kind is not record.kind:
        raise ConflictError(f"编号 {record.id} 已用于其他类型的记录（{current.record.kind}）")
    if current and current.record.owner != record.owner:
        raise ConflictError(f"编号 {record.id} 属于区划 {current.record.owner}，不能由 {record.owner} 写入")
    if record.version <= stored:
        raise ConflictError(
            f"编号 {record.id} 的版本 {record.version} 不高于已存的版本 {stored}，请重新读取后再改"
        )


def _require_plain_content(record: Record) -> None:
    """An envelope key inside the content is lost in ``as_json``: what is read back is not what was put."""
    inside = [key for key in ENVELOPE if key in record.content]
    if inside:
        faults = tuple(Fault(key, "不能作为内容字段") for key in inside)
        raise InvalidRecordError(f"编号 {record.id}：{'、'.join(inside)} 不能作为内容字段", faults=faults)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _targets(record: Record) -> tuple[str, ...]:
    try:
        targets = tuple(references(record))
    except (AttributeError, TypeError) as error:
        raise InvalidRecordError(f"编号 {record.id}：引用其他记录的字段结构不对") from error
    if not all(isinstance(target, str) for target in targets):
        raise InvalidRecordError(f"编号 {record.id}：引用的编号必须是文本")
    return targets
