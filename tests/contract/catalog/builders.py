"""Small records of two districts for the catalogue's tests. They pass the record schemas (``written``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from service_catalog.catalog import Catalog
from service_catalog.catalog.writing import DeliveryCounts
from service_catalog.exchange.record_reader import RecordReader
from service_catalog.model import Kind, Record, Revision

TONGZHOU, HEBEI = "110112", "120105"

READER = RecordReader()

SAMPLE = {"provenance": {"status": "sample", "note": "测试数据"}}


def written(catalog: Catalog, *records: Record) -> DeliveryCounts:
    """Deliver records in one transaction, checked as those of a file are."""
    checked = [READER.read(record.as_json()) for record in records]
    return catalog.deliver(iter(checked), author="test", reason="test")


def region(code: str, **content: Any) -> Record:
    return Record(Kind.REGION, code, code, 1, {"name": f"{code}区", **SAMPLE, **content})


def item(code: str, *, owner: str = TONGZHOU, version: int = 1, **content: Any) -> Record:
    fields = {"code": code, "name": f"事项{code}", "item_type": "20", "department": f"{owner}部门", **SAMPLE}
    return Record(Kind.ITEM, f"{owner}-{code}", owner, version, {**fields, **content})


def acceptance(item_id: str, *, owner: str = HEBEI, version: int = 1, mode: str = "agent") -> Record:
    content = {"item": item_id, "mode": mode, **SAMPLE}
    return Record(Kind.ACCEPTANCE, f"{owner}:{item_id}", owner, version, content)


def counterpart(a: str, b: str, *, owner: str = HEBEI, version: int = 1, basis: str = "same_name") -> Record:
    content = {"a": a, "b": b, "basis": basis, **SAMPLE}
    return Record(Kind.COUNTERPART, f"{owner}-CP-{a}~{b}", owner, version, content)


def scenario(code: str, *steps: dict[str, Any], owner: str = HEBEI, version: int = 1) -> Record:
    numbered = [{"key": f"{code}#{each['order']}", "name": f"第{each['order']}步", **each} for each in steps]
    content = {"code": code, "name": f"一件事{code}", "steps": numbered, **SAMPLE}
    return Record(Kind.SCENARIO, f"{owner}-{code}", owner, version, content)


def step(order: int, item_id: str | None = None, relation: str = "own") -> dict[str, Any]:
    return {"order": order, "item": item_id, "relation": relation}


def material(name: str, necessity: str = "required", **fields: Any) -> dict[str, Any]:
    return {"name": name, "necessity": necessity, **fields}


def limit(value: int, unit: str = "working_day") -> dict[str, Any]:
    return {"value": value, "unit": unit}


def changed(record: Record, **content: Any) -> Record:
    """The next version, with other content."""
    return replace(record, version=record.version + 1, content={**record.content, **content})


def tombstone(record: Record) -> Record:
    """The next version, which says that it is gone."""
    return replace(record, version=record.version + 1, content={}, deleted=True)


def ids(revisions: Any) -> list[str]:
    """Ids of revisions, in their order."""
    return [revision.record.id for revision in revisions if isinstance(revision, Revision)]
