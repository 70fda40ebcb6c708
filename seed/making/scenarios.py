"""Scenarios with their steps, and how each step relates to the item it names."""

from __future__ import annotations

import re
from typing import Any

from making import provenance
from making.items import identifier
from making.regions import HEBEI
from making.sources import Row, Sources

OBJECTS = {"个人": "natural_person", "法人": "legal_person"}

FOREIGN_STEPS = {"HB-KS-01#4", "HB-KS-01#5"}
"""Really handled by the other city. 天津营业执照北京出 registers in Tianjin (steps 2 and 3; the name of step
1 is declared in Tianjin's system too) and hands the licence out at Tongzhou's terminals: the guides of both
steps say so."""

LISTED = re.compile(r"(国发〔\d+〕\d+号) \(corroborated|\((20\d\d年[^()]*报告)\)")
"""Grounds of a name that a note may cite: government documents, and of these only what was corroborated."""


def records(sources: Sources) -> list[dict[str, Any]]:
    """Every scenario of Hebei District, steps in order."""
    return [_scenario(row, _steps(sources.steps, row["scenario_code"])) for row in sources.scenarios]


def _scenario(row: Row, steps: list[dict[str, Any]]) -> dict[str, Any]:
    code = row["scenario_code"]
    return {
        "kind": "scenario", "id": identifier(HEBEI, code), "owner": HEBEI, "version": 1,
        "code": code, "name": row["scenario_name"], "aliases": [], "object": OBJECTS[row["object"]],
        "life_stage": row["life_stage"], "lead_department": row["lead_dept"],
        "cooperating_departments": [name for name in row["coop_depts"].split("、") if name], "steps": steps,
        "provenance": provenance.reference(_note(row["origin_list"])),
        "status": "active", "valid_from": None, "valid_to": None,
    }  # fmt: skip


def _note(origin: str) -> str:
    listed = [first or second for first, second in LISTED.findall(origin)]
    return provenance.SCENARIO_LISTED.format(listed="、".join(listed)) if listed else provenance.SCENARIO


def _steps(rows: list[Row], code: str) -> list[dict[str, Any]]:
    mine = sorted((row for row in rows if row["scenario_code"] == code), key=lambda row: int(row["step"]))
    return [_step(f"{code}#{row['step']}", row) for row in mine]


def _step(key: str, row: Row) -> dict[str, Any]:
    item = identifier(row["item_region"], row["item_code"]) if row["in_catalogue"] == "yes" else None
    return {
        "key": key, "order": int(row["step"]), "name": row["task_name"], "item": item,
        "relation": _relation(key, row["item_region"]),
    }  # fmt: skip


def _relation(key: str, item_region: str) -> str:
    if not item_region:
        return "outside"
    if item_region == HEBEI:
        return "own"
    return "foreign" if key in FOREIGN_STEPS else "stands_for"
