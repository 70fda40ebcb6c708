"""What an index on Elasticsearch looks like: names, mapping, settings, and documents as it holds them.

An index is one generation, named ``{alias}-{generation}``; what it is stands in its mapping's ``_meta``. The
fields of the definition lie in the object ``fields``, so that none can collide with the engine's own:

deleted    true for a tombstone: the server forgets a delete's version after a minute, and would then accept
           an older write, so deletions are documents
groups     for each group of filter fields, a document's values in them as one JSON text, to be counted by
facts      as JSON text, which is never looked into
fragment   as it came
seq        only in the checkpoint: up to where in the log the index is whole
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from service_catalog.engines.definition import Definition, Field, Role
from service_catalog.engines.documents import encodable, require_field, values_by_group
from service_catalog.model import Document, Generation
from service_catalog.model.errors import EngineError

GENERATION_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
"""Names that lead to one index and to no other: no pattern, no comma, no date arithmetic."""

CHECKPOINT = "checkpoint"
"""Id of the checkpoint. No record's id is without a region and a hyphen."""

MAX_RESULT = 10_000
"""Most hits one answer may have; the server's own default, said here so that nobody's template changes it."""

REFRESH_INTERVAL = "1s"
"""How often changes become visible by themselves. The indexer makes its own visible at once."""

BUILDING, COMPLETE = "building", "complete"

Body = dict[str, Any]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def index_name(alias: str, generation: str) -> str:
    """Raises EngineError for what cannot be a generation's name."""
    if GENERATION_NAME.fullmatch(generation) is None:
        raise EngineError(f"索引代名称无效：{generation!r}")
    return f"{alias}-{generation}"


def meta_of(generation: Generation, state: str) -> Body:
    """What an index says of itself."""
    return {"generation": asdict(generation), "state": state}


def generation_in(entry: Mapping[str, Any]) -> tuple[Generation, bool] | None:
    """The generation that an index is, and whether its build came to its end; None for others' indexes."""
    meta = entry["mappings"].get("_meta") or {}
    try:
        return Generation(**meta["generation"]), meta["state"] == COMPLETE
    except (KeyError, TypeError):
        return None


def mappings_of(definition: Definition, generation: Generation) -> Body:
    """The mapping. Strict: a field that nobody declared is a fault, not a new field."""
    counted = {"type": "keyword", "index": False}
    unseen = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "dynamic": "strict",
        "_meta": meta_of(generation, BUILDING),
        # Tokens are for finding only: what is read back is below, and an index is remade from the store.
        "_source": {"includes": ["facts", "fragment", "seq"]},
        "properties": {
            "deleted": {"type": "boolean"},
            "seq": {"type": "long"},
            "facts": unseen,
            "fragment": unseen,
            "groups": {"properties": dict.fromkeys(definition.groups, counted)},
            "fields": {"properties": {each.name: _mapping(each) for each in definition.fields.values()}},
        },
    }


def _mapping(field: Field) -> Body:
    if field.role is Role.TEXT:
        # A score never asks how often or where a term stands.
        return {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": False}
    # Only the key is sorted by; what is counted by are the groups.
    return {"type": "keyword", "doc_values": field.role is Role.KEY}


def settings_of(shards: int) -> Body:
    """Settings for building: until it is whole, nothing searches the index, and nothing of it is copied or
    has to outlast a power cut."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": 0,
        "refresh_interval": -1,
        "translog.durability": "async",
        "max_result_window": MAX_RESULT,
    }


def serving_settings(replicas: int) -> Body:
    """Settings for serving."""
    # With each request durable, a seq is never kept by one shard while another lost what lies before it.
    return {
        "number_of_replicas": replicas,
        "refresh_interval": REFRESH_INTERVAL,
        "translog.durability": "request",
    }


def body_of(document: Document, definition: Definition) -> Body:
    """A document as the index holds it. Raises EngineError for fields that the definition lacks."""
    for name in document.fields:
        require_field(name, definition)
    fields: Body = {name: _held(definition.fields[name], held) for name, held in document.fields.items()}
    fields[definition.key] = encodable((document.id,))[0]
    if document.deleted:
        return {"deleted": True, "fields": {definition.key: fields[definition.key]}}
    groups = values_by_group(document, definition)
    return {
        "deleted": False,
        "fields": fields,
        "groups": {group: _json(values) for group, values in groups.items()},
        "facts": _json(document.facts),
        "fragment": _clean(document.fragment),
    }


def _held(field: Field, tokens: tuple[str, ...]) -> str | list[str]:
    return " ".join(encodable(tokens)) if field.role is Role.TEXT else list(encodable(tokens))


def _json(content: object) -> str:
    return _clean(_encode(content))


def _clean(text: str) -> str:
    """JSON text without lone surrogates, which no server takes: written as escapes, they mean the same."""
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
