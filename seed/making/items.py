"""Items of both regions, with their guides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from making import provenance
from making.sources import Row, Sources

OBJECTS = {"1": "natural_person", "2": "legal_person"}
"""``server_type`` of the tables."""

THEMES = {"natural_person": "user_topic_type", "legal_person": "corp_topic_type"}
"""Column of each object's themes. The two theme tables reuse numbers, so a theme is named with its object."""


def records(sources: Sources, region: str) -> list[dict[str, Any]]:
    """The items of one region."""
    return [
        _item(region, row, sources.guides.get((region, row["task_name"]), {}))
        for row in sources.items[region]
    ]


def identifier(region: str, code: str) -> str:
    """The id of an item or scenario."""
    return f"{region}-{code}"


def ids_by_name(sources: Sources) -> dict[tuple[str, str], str]:
    """Item ids by region and name; names are unique inside a region only."""
    return {
        (region, row["task_name"]): identifier(region, row["code"])
        for region, rows in sources.items.items()
        for row in rows
    }


def _item(region: str, row: Row, guide: Mapping[str, Any]) -> dict[str, Any]:
    note = provenance.ITEM_WITH_GUIDE if guide else provenance.ITEM
    objects = [OBJECTS[code] for code in row["server_type"].split(",")]
    themes = [f"{kind}:{code}" for kind in objects for code in _codes(row[THEMES[kind]])]
    return {
        "kind": "item", "id": identifier(region, row["code"]), "owner": region, "version": 1,
        "code": row["code"], "name": row["task_name"], "aliases": list(guide.get("aliases", ())),
        "group": row["parent_name"] or None, "item_type": row["task_type"], "department": row["dept_name"],
        "objects": objects, "themes": themes, "guide": _guide(guide),
        "provenance": provenance.reference(note, guide.get("sources")),
        "status": "active", "valid_from": None, "valid_to": None,
    }  # fmt: skip


def _codes(column: str) -> list[str]:
    return column.split(",") if column else []


def _guide(guide: Mapping[str, Any]) -> dict[str, Any] | None:
    """The source guide as it is, plus the two fields that only a district can fill."""
    return {**guide["guide"], "windows": [], "online_url": None} if guide else None
