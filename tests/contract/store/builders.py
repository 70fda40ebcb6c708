"""Small records for the contract tests."""

from __future__ import annotations

from typing import Any

from service_catalog.model import Change, Kind, Record
from service_catalog.store.base import Store

TONGZHOU = "110112"
HEBEI = "120105"


def item(code: str, version: int = 1, *, owner: str = TONGZHOU, **content: Any) -> Record:
    fields = {"code": code, "name": f"事项{code}", "department": "区人力社保局", **content}
    return Record(Kind.ITEM, f"{owner}-{code}", owner, version, fields)


def scenario(code: str, version: int = 1, *, items: tuple[str, ...] = (), owner: str = HEBEI) -> Record:
    steps = [{"order": order, "item": target} for order, target in enumerate(items, start=1)]
    return Record(Kind.SCENARIO, f"{owner}-{code}", owner, version, {"name": f"一件事{code}", "steps": steps})


def acceptance(item_id: str, version: int = 1, *, owner: str = HEBEI, mode: str = "agent") -> Record:
    return Record(Kind.ACCEPTANCE, f"{owner}:{item_id}", owner, version, {"item": item_id, "mode": mode})


def tombstone(record: Record, version: int) -> Record:
    return Record(record.kind, record.id, record.owner, version, {}, deleted=True)


def put(store: Store, *records: Record, author: str = "window", reason: str = "test") -> list[Change]:
    """Write all records in one transaction."""
    with store.write(author=author, reason=reason) as transaction:
        return [transaction.put(record) for record in records]
