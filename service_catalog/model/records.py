"""Records, revisions and changes: what the store keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a record is. The order is the order of loading: a record refers to kinds before its own."""

    REGION = "region"
    ITEM = "item"
    SCENARIO = "scenario"
    ACCEPTANCE = "acceptance"
    COUNTERPART = "counterpart"
    TERM = "term"


class Mode(StrEnum):
    """How the accepting region handles a foreign item (国办发〔2020〕35号 and the Tongzhou sub-centre's
    practice)."""

    ONLINE = "online"
    AGENT = "agent"
    JOINT = "joint"
    REMOTE_WINDOW = "remote_window"
    KIOSK = "kiosk"


SEARCHABLE = (Kind.ITEM, Kind.SCENARIO)
"""The kinds that become documents. The others only shape how these are found and shown."""

ENVELOPE = ("kind", "id", "owner", "version", "deleted")
"""Keys of a record's JSON that belong to the record, not to its content."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands: envelope and content.

    ``content`` holds every other field of the JSON object, known to this node or not: unknown fields are kept
    and hashed. A tombstone has empty content. Treat ``content`` as read-only."""

    kind: Kind
    id: str
    owner: str
    version: int
    content: Mapping[str, Any]
    deleted: bool = False

    def as_json(self) -> dict[str, Any]:
        """The record as one JSON object, without seq and times: the form that is hashed, exported and
        delivered."""
        envelope: dict[str, Any] = {
            "kind": str(self.kind),
            "id": self.id,
            "owner": self.owner,
            "version": self.version,
        }
        if self.deleted:
            envelope["deleted"] = True
        return {**self.content, **envelope}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """The inverse of ``as_json``. The envelope must be present and of the right types (schemas check
        input)."""
        content = {key: value for key, value in data.items() if key not in ENVELOPE}
        return cls(
            kind=Kind(data["kind"]),
            id=data["id"],
            owner=data["owner"],
            version=data["version"],
            content=content,
            deleted=bool(data.get("deleted", False)),
        )


@dataclass(frozen=True, slots=True)
class Revision:
    """A record at one version, with what the store adds: seq, hash, who, why and when (UTC, ISO 8601)."""

    record: Record
    seq: int
    hash: str
    author: str
    reason: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log. Small on purpose: whoever needs the record reads its current row."""

    seq: int
    kind: Kind
    id: str
    owner: str
    version: int
    hash: str
    deleted: bool
    changed_at: str


def references(record: Record) -> Iterator[str]:
    """Ids of the records that ``record`` refers to, each once, in order of appearance.

    The store keeps them as links, so that an item finds its acceptances, counterparts and scenarios.
    """
    return iter(dict.fromkeys(_references(record)))


def _references(record: Record) -> Iterator[str]:
    content = record.content
    if record.kind is Kind.ACCEPTANCE and content.get("item"):
        yield content["item"]
    elif record.kind is Kind.COUNTERPART:
        yield from (content[end] for end in ("a", "b") if content.get(end))
    elif record.kind is Kind.SCENARIO:
        yield from (step["item"] for step in content.get("steps", ()) if step.get("item"))
