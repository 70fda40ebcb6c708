"""What the scenario routes show.

A step that only stands for one of the scenario's own region (``is_reference``) lends its materials and its
legal limit, and nothing local: no department, no windows, no way of handling.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from service_catalog.catalog.scenarios import MergedMaterial, ScenarioView, Step
from service_catalog.model import Revision
from service_catalog.web.api.item_answer import item_brief, revision_stamp

VISITS_LABEL = "分别办理合计最少到场次数"


def scenario_answer(view: ScenarioView) -> dict[str, Any]:
    """A scenario with all that can be said of it, and what cannot."""
    return {
        "scenario": view.scenario.record.as_json(),
        "revision": revision_stamp(view.scenario),
        "steps": [_step(step) for step in view.steps],
        "materials": [_material(material) for material in view.materials],
        "limits": view.longest_limits,
        "visits": {
            "least_in_total": view.least_visits,
            "label": VISITS_LABEL,
            "reference_steps": view.borrowed_visits,
        },
        "unknown": view.unknown,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "order": step.order,
        "name": step.name,
        "relation": step.relation,
        "is_reference": step.is_reference,
        "item": _item(step),
        "acceptances": [] if step.is_reference else [_acceptance(each) for each in step.acceptances],
    }


def _item(step: Step) -> dict[str, Any] | None:
    if step.item is None:
        return None
    brief = item_brief(step.item)
    return {**brief, "department": None} if step.is_reference else brief


def _acceptance(revision: Revision) -> dict[str, Any]:
    record = revision.record
    return {
        "region": record.owner,
        "mode": record.content["mode"],
        "note": record.content.get("note"),
        "windows": record.content.get("windows") or [],
    }


def _material(material: MergedMaterial) -> dict[str, Any]:
    return {
        "name": material.name,
        "necessity": material.necessity,
        "is_reference": material.is_reference,
        "variants": [asdict(variant) for variant in material.variants],
    }
