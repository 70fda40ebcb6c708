"""What the item routes show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service_catalog.catalog.comparing import GUIDE_FIELDS, Comparison
from service_catalog.catalog.labels import Labels
from service_catalog.catalog.reading import ItemView
from service_catalog.model import Revision
from service_catalog.web.api.field_labels import FIELD_LABELS


def item_answer(view: ItemView, labels: Labels) -> dict[str, Any]:
    """An item with what belongs to it, labels of its codes, and what of its guide is unknown."""
    content = view.item.record.content
    modes = {acceptance.record.content["mode"] for acceptance in view.acceptances}
    return {
        "item": view.item.record.as_json(),
        "revision": revision_stamp(view.item),
        "acceptances": [acceptance.record.as_json() for acceptance in view.acceptances],
        "counterparts": [
            {"link": _link(link), "item": item_brief(other)} for link, other in view.counterparts
        ],
        "scenarios": [_scenario_brief(scenario, view.item.record.id) for scenario in view.scenarios],
        "labels": {
            "item_type": _labelled(labels, "item_type", [content["item_type"]]),
            "object": _labelled(labels, "object", content.get("objects") or ()),
            "theme": _labelled(labels, "theme", content.get("themes") or ()),
            "mode": _labelled(labels, "mode", sorted(modes)),
        },
        "unknown": unknown_fields(content.get("guide") or {}),
    }


def comparison_answer(compared: Comparison) -> dict[str, Any]:
    """Two rows and their differences, each field with its Chinese name."""
    return {
        "left": _compared(compared.left.item),
        "right": _compared(compared.right.item),
        "basis": compared.basis,
        "differences": [
            {
                "field": each.field,
                "label": FIELD_LABELS.get(each.field, each.field),
                "left": each.left,
                "right": each.right,
                "verdict": each.verdict,
            }
            for each in compared.differences
        ],
    }


def item_brief(revision: Revision) -> dict[str, Any]:
    """An item in a list of other things."""
    record = revision.record
    return {
        "id": record.id,
        "region": record.owner,
        "name": record.content["name"],
        "department": record.content.get("department"),
        "has_guide": bool(record.content.get("guide")),
    }


def revision_stamp(revision: Revision) -> dict[str, Any]:
    """Where in the log, and when."""
    return {"seq": revision.seq, "changed_at": revision.changed_at}


def unknown_fields(guide: Mapping[str, Any]) -> list[str]:
    """Guide fields that are not known. Empty texts and lists say no more than null; ``False`` and 0 do."""
    return [name for name in GUIDE_FIELDS if guide.get(name) in (None, "", [])]


def _compared(revision: Revision) -> dict[str, Any]:
    provenance = revision.record.content.get("provenance") or {}
    return {
        **item_brief(revision),
        "version": revision.record.version,
        "provenance": provenance.get("status"),
    }


def _link(link: Revision) -> dict[str, Any]:
    content = link.record.content
    return {"id": link.record.id, "basis": content.get("basis"), "confidence": content.get("confidence")}


def _scenario_brief(revision: Revision, item_id: str) -> dict[str, Any]:
    """With the relation of the item's steps: what only stands for another is not the scenario's own."""
    record = revision.record
    steps = record.content.get("steps") or ()
    relations = {step["relation"] for step in steps if step.get("item") == item_id}
    return {
        "id": record.id,
        "region": record.owner,
        "name": record.content["name"],
        "relations": sorted(relations),
    }


def _labelled(labels: Labels, facet: str, values: Iterable[str]) -> dict[str, str]:
    return {value: labels.label(facet, value) for value in values}
