"""From one JSON object to a checked record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from service_catalog.exchange.schemas import SCHEMAS, TombstoneSchema
from service_catalog.model import Record
from service_catalog.model.errors import Fault, InvalidRecordError
from service_catalog.store.canonical import canonical_json

SHOWN_FAULTS = 5
"""Faults told in the sentence; all of them go with the error."""

SHOWN_CHARACTERS = 80
"""Characters of a sender's own text that a message repeats."""

_INDEX = re.compile(r"\[(\d+)\]")
"""The store writes ``steps[0].name`` where all other faults have ``steps.0.name``."""


_UNSURE = re.compile(r"\\u0000|[0-9]{16}|[0-9][eE]\+?[0-9]")
"""In JSON text: NUL, and what may be a number too large to be exact."""

_SURE_DEPTH = 64
"""With no more brackets nothing is nested too deep."""


class RecordReader:
    """Checks JSON objects and makes records of them. One serves many records: its schemas are made once."""

    def __init__(self) -> None:
        self._schemas = {str(kind): schema() for kind, schema in SCHEMAS.items()}
        self._tombstone = TombstoneSchema()

    def read(self, data: Any) -> Record:
        """The record of one JSON object. Raises InvalidRecordError with every fault."""
        if not isinstance(data, dict):
            raise InvalidRecordError("一条记录是一个 JSON 对象")
        faults = (*self._schema_faults(data), *_unstorable(data))
        if faults:
            shown = "；".join(f"{fault.field} {fault.message}" for fault in faults[:SHOWN_FAULTS])
            more = f" 等 {len(faults)} 处" if len(faults) > SHOWN_FAULTS else ""
            raise InvalidRecordError(f"{_name(data)}：{shown}{more}", faults=faults)
        return Record.from_json(data)

    def _schema_faults(self, data: dict[str, Any]) -> list[Fault]:
        schema = self._schemas.get(str(data.get("kind")))
        if schema is None:
            given = repr(data.get("kind"))[:SHOWN_CHARACTERS]
            return [Fault("kind", f"没有种类 {given}", "、".join(self._schemas))]
        return flatten((self._tombstone if data.get("deleted") is True else schema).validate(data))


def flatten(errors: Any, path: str = "") -> list[Fault]:
    """marshmallow's nested messages as faults: one a message, ``steps.0.name`` as the field."""
    if isinstance(errors, dict):
        return [fault for key, value in errors.items() for fault in flatten(value, _joined(path, key))]
    return [Fault(path, str(message)) for message in (errors if isinstance(errors, list) else [errors])]


def _joined(path: str, key: object) -> str:
    if key == "_schema":
        return path
    return f"{path}.{key}" if path else str(key)


def _unstorable(data: dict[str, Any]) -> tuple[Fault, ...]:
    """What no store could keep. Asked here, for a store could not say which line of which file it was."""
    if is_plainly_storable(data):
        return ()
    try:
        canonical_json(data)
    except InvalidRecordError as error:
        return tuple(replace(fault, field=_INDEX.sub(r".\1", fault.field)) for fault in error.faults)
    return ()


def is_plainly_storable(data: dict[str, Any]) -> bool:
    """Whether a look at the JSON text is enough to know that a store can keep it. False: look closer.

    Making the canonical form takes a third of the time of reading a record.
    """
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError):
        return False
    return _UNSURE.search(text) is None and text.count("{") + text.count("[") <= _SURE_DEPTH


def _name(data: dict[str, Any]) -> str:
    """What to call the record in a message of one line."""
    name = str(data.get("id", "（无编号）"))[:SHOWN_CHARACTERS]
    return name if name.isprintable() else repr(name)
