"""The record schemas as JSON Schema (draft 2020-12): partners can check files with tools of their own."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from service_catalog.exchange.schemas import SCHEMAS, TombstoneSchema
from service_catalog.model import Kind

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_COMPONENTS = "#/components/schemas/"


@cache
def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of one record kind, tombstones included. Treat it as read-only.

    Rules over several fields (the id follows from owner and code) cannot be said in JSON Schema; the import
    checks them.
    """
    made = APISpec(title="", version="", openapi_version="3.1.0", plugins=[MarshmallowPlugin()])
    made.components.schema("Record", schema=SCHEMAS[kind])
    made.components.schema("Tombstone", schema=TombstoneSchema)
    found = json.dumps(made.to_dict()["components"]["schemas"], ensure_ascii=False)
    return {
        "$schema": DRAFT,
        "$id": f"/schemas/{kind}.json",
        "title": str(kind),
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": str(kind)}},
        "if": {"properties": {"deleted": {"const": True}}, "required": ["deleted"]},
        "then": {"$ref": "#/$defs/Tombstone"},
        "else": {"$ref": "#/$defs/Record"},
        "$defs": json.loads(found.replace(_COMPONENTS, "#/$defs/")),
    }
