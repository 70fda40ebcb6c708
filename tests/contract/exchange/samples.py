"""One record of each kind with every field that its schema names, and one that none of them names."""

from __future__ import annotations

import copy
from typing import Any

from service_catalog.model import Kind

PROVENANCE = {"status": "official", "note": "测试", "checked_by": {"office": "政务服务办公室"}}
ENVELOPE = {"version": 3, "provenance": PROVENANCE, "valid_from": "2026-01-01", "valid_to": None}
WINDOW = {"hall": "政务服务中心", "address": "某路 1 号", "phone": "12345", "hours": None, "floor": 2}
LIMIT = {"value": 5, "unit": "working_day"}

GUIDE: dict[str, Any] = {
    "summary": "办成",
    "conditions": ["年满十六周岁"],
    "materials": [
        {
            "name": "身份证",
            "form": "copy",
            "copies": 1,
            "necessity": "conditional",
            "when": "代办时",
            "issued_by": "公安机关",
        }
    ],
    "steps": [{"name": "申请", "detail": None}],
    "legal_limit": LIMIT,
    "promised_limit": {"value": 0, "unit": "calendar_day"},
    "fee": {"charged": True, "amount": "10 元", "basis": None},
    "visits": 0,
    "result": {"name": "证", "kind": "certificate"},
    "legal_basis": [{"title": "某条例", "article": "第七条"}],
    "questions": [{"question": "能代办吗？", "answer": "能。"}],
    "windows": [WINDOW],
    "online_url": "https://example.org/办?事=1",
    "cross_region_note": "可以邮寄",
    "difficulty": {"new_in": "2.0"},
}

SAMPLES: dict[Kind, dict[str, Any]] = {
    Kind.REGION: {
        "kind": "region",
        "id": "130100",
        "owner": "130100",
        "name": "某市",
        "short_name": "某",
        "city": "某市",
        "area_code": "0311",
        "place_words": ["某"],
        "city_words": [],
        "open_words": [],
        "not_words": [],
    },
    Kind.ITEM: {
        "kind": "item",
        "id": "110112-X-1.a_b",
        "owner": "110112",
        "code": "X-1.a_b",
        "name": "失业登记",
        "aliases": ["丢了工作"],
        "group": None,
        "item_type": "20",
        "department": None,
        "objects": ["natural_person", "legal_person"],
        "themes": ["natural_person:085"],
        "basic_code": "0" * 12,
        "implementation_code": "0" * 31,
        "handling_code": None,
        "guide": GUIDE,
        "status": "suspended",
    },
    Kind.SCENARIO: {
        "kind": "scenario",
        "id": "120105-S",
        "owner": "120105",
        "code": "S",
        "name": "一件事",
        "aliases": [],
        "object": "legal_person",
        "life_stage": "设立",
        "lead_department": None,
        "cooperating_departments": ["甲局"],
        "steps": [
            {"key": "S#1", "order": 1, "name": "登记", "item": "120105-A", "relation": "own"},
            {"key": "S#2", "order": 2, "name": "其他", "item": None, "relation": "outside"},
        ],
        "status": "active",
    },
    Kind.ACCEPTANCE: {
        "kind": "acceptance",
        "id": "120105:110112-X",
        "owner": "120105",
        "item": "110112-X",
        "mode": "joint",
        "note": None,
        "windows": [WINDOW],
    },
    Kind.COUNTERPART: {
        "kind": "counterpart",
        "id": "120105-CP-120105-A~110112-X",
        "owner": "120105",
        "a": "120105-A",
        "b": "110112-X",
        "basis": "same_name",
        "confidence": 0.95,
        "reviewer": None,
    },
    Kind.TERM: {
        "kind": "term",
        "id": "120105-T-0a1b2c3d",
        "owner": "120105",
        "word": "丢了工作",
        "word_kind": "colloquial",
        "target": {"object": "失业", "action": "登记", "weight": 2},
    },
}


def sample(kind: Kind, /, **fields: Any) -> dict[str, Any]:
    """The sample of a kind, with other values in some fields."""
    made = {**SAMPLES[kind], **ENVELOPE, "from_the_future": {"a": [1, {"b": None}]}, **fields}
    return copy.deepcopy(made)


def with_guide(**fields: Any) -> dict[str, Any]:
    """The item, with other values in some fields of its guide."""
    return sample(Kind.ITEM, guide={**GUIDE, **fields})


def set_at(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """``record`` with another value at ``steps.0.name``."""
    *way, last = path.split(".")
    place: Any = record
    for part in way:
        place = place[int(part)] if part.isdigit() else place[part]
    place[int(last) if last.isdigit() else last] = value
    return record
