"""What the routes of plain records show: histories, and what a write did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.diffing import FieldChange, revision_changes
from service_catalog.catalog.writing import Written
from service_catalog.model import Kind, Revision
from service_catalog.model.errors import Fault
from service_catalog.web.api.item_answer import revision_stamp


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a record's revisions, newest first, with what each changed; ``last``: the version of the last
    one, None where no older one follows."""

    revisions: Sequence[Revision]
    changes: Sequence[Sequence[FieldChange]]
    last: str | None

    @classmethod
    def of(cls, revisions: Sequence[Revision], *, before: int | None, limit: int) -> Page:
        """``limit`` of all revisions, from the one before a version on."""
        left = [each for each in revisions if before is None or each.record.version < before]
        shown = left[:limit]
        changes = revision_changes(left[: limit + 1])[: len(shown)]
        return cls(shown, changes, str(shown[-1].record.version) if len(left) > limit else None)


def history_answer(page: Page, following: str | None, *, with_people: bool) -> dict[str, Any]:
    """A page of revisions; ``following``: the next one's cursor; ``with_people``: also who wrote them and
    why."""
    newest = page.revisions[0].record
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
            for revision, changed in zip(page.revisions, page.changes, strict=True)
        ],
        "next": following,
    }


def written_answer(kind: Kind, written: Written, doubts: Sequence[Fault]) -> dict[str, Any]:
    """What a write left, and what somebody should look at in it."""
    return {
        "kind": str(kind),
        "id": written.id,
        "version": written.version,
        "seq": written.seq,
        "changed": written.change is not None,
        "doubts": [
            {"field": each.field, "message": each.message, "hint": each.hint or ""} for each in doubts
        ],
    }
