"""What the routes of plain records show: histories, and what a write did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service_catalog.catalog.diffing import revision_changes
from service_catalog.catalog.writing import Written
from service_catalog.model import Kind, Revision
from service_catalog.web.api.item_answer import revision_stamp


def history_answer(revisions: Sequence[Revision], *, with_people: bool) -> dict[str, Any]:
    """All revisions with what each changed; ``with_people``: also who wrote them and why."""
    newest = revisions[0].record
    changes = revision_changes(revisions)
    return {
        "kind": str(newest.kind),
        "id": newest.id,
        "revisions": [
            {
                "version": revision.record.version,
                **revision_stamp(revision),
                **({"author": revision.author, "reason": revision.reason} if with_people else {}),
                "hash": revision.hash,
                "deleted": revision.record.deleted,
                "changes": [
                    {"field": each.field, "before": each.before, "after": each.after} for each in changed
                ],
                "record": revision.record.as_json(),
            }
            for revision, changed in zip(revisions, changes, strict=True)
        ],
    }


def written_answer(kind: Kind, written: Written) -> dict[str, Any]:
    """What a write left."""
    return {
        "kind": str(kind),
        "id": written.id,
        "version": written.version,
        "seq": written.seq,
        "changed": written.change is not None,
    }
