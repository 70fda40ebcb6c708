"""What joins the two districts: acceptances and counterparts."""

from __future__ import annotations

import re
from typing import Any

from making import provenance
from making.items import identifier, ids_by_name
from making.regions import HEBEI, TONGZHOU
from making.sources import Row, Sources

MODES = {
    "全程网办": "online",
    "异地代收代办": "agent",
    "多地联办": "joint",
    "云窗口": "remote_window",
    "自助终端": "kiosk",
}

REMARK = re.compile(r"^(?:[^，]+类|副中心跨省通办演示事项)，")
"""How a basis opens when it first says into which class the item was put; what follows is for the public."""

CONFIDENCE = {"same_name": 0.95, "similar_name": 0.8, "overlapping_scope": 0.6}
"""Of a counterpart nobody in the districts has reviewed. ``same_name``: both districts write it alike.
``similar_name``: another wording of one matter, linked by reading. ``overlapping_scope``: the same, but one
of the two covers cases the other does not. 1.0 is kept for a link that a reviewer has confirmed."""

OVERLAPPING = {"HB0014", "HB0029"}
"""HB0014: Tongzhou's row holds only cases without referral or emergency. HB0029: only Hebei District
has 离休."""


def acceptances(sources: Sources) -> list[dict[str, Any]]:
    """How each item is handled in the other region, owned by that other region."""
    return [_acceptance(row) for row in sources.acceptances]


def counterparts(sources: Sources) -> list[dict[str, Any]]:
    """The link from each item of Hebei District to the row of the same matter in Tongzhou."""
    ids = ids_by_name(sources)
    return [_counterpart(row, ids[TONGZHOU, row["counterpart_task_name"]]) for row in sources.items[HEBEI]]


def _acceptance(row: Row) -> dict[str, Any]:
    region, item = row["accepted_at"], identifier(row["owner_region"], row["item_code"])
    return {
        "kind": "acceptance", "id": f"{region}:{item}", "owner": region, "version": 1,
        "item": item, "mode": MODES[row["mode"]], "note": REMARK.sub("", row["basis"]) or None, "windows": [],
        "valid_from": None, "valid_to": None, "provenance": provenance.reference(provenance.ACCEPTANCE),
    }  # fmt: skip


def _counterpart(row: Row, other: str) -> dict[str, Any]:
    mine, basis = identifier(HEBEI, row["code"]), _basis(row)
    return {
        "kind": "counterpart", "id": f"{HEBEI}-CP-{mine}~{other}", "owner": HEBEI, "version": 1,
        "a": mine, "b": other, "basis": basis, "confidence": CONFIDENCE[basis], "reviewer": None,
        "provenance": provenance.reference(provenance.COUNTERPART),
    }  # fmt: skip


def _basis(row: Row) -> str:
    if row["code"] in OVERLAPPING:
        return "overlapping_scope"
    return "same_name" if row["task_name"] == row["counterpart_task_name"] else "similar_name"
