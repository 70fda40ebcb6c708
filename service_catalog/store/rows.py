"""Rows as the values of the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from service_catalog.model import Change, Kind, Record, Revision
from service_catalog.store.canonical import text_fault

MANY = 500
"""Ids in one statement. SQLite allows 32,766 parameters, PostgreSQL 65,535."""

MAX_INTEGER = 2**63 - 1
"""Largest integer both servers can compare with."""


def storable(*texts: str | None) -> bool:
    """Whether a server can be asked about these texts at all. What cannot be stored is not there."""
    return not any(text_fault(text) for text in texts if text is not None)


def revision_of(row: Any) -> Revision:
    """A row of ``record`` or ``revision``."""
    return Revision(
        record=Record.from_json(json.loads(row.body)),
        seq=row.seq,
        hash=row.hash,
        author=row.author,
        reason=row.reason,
        changed_at=row.changed_at,
    )


def change_of(row: Any) -> Change:
    """A row of ``change``."""
    return Change(
        seq=row.seq,
        kind=Kind(row.kind),
        id=row.id,
        owner=row.owner,
        version=row.version,
        hash=row.hash,
        deleted=row.deleted,
        changed_at=row.changed_at,
    )


def dictionary_of(body: str) -> Mapping[str, Any]:
    """The text of a dictionary."""
    content: dict[str, Any] = json.loads(body)
    return content
