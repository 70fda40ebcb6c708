"""What changed between two forms of one record, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from service_catalog.model import Record, Revision

_ENVELOPE = ("version",)
"""Rises with every change, so that it says nothing of what changed."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that changed. ``field`` is a path as faults have it: ``guide.materials.0.copies``.

    A field that was not there before, or is gone, has None on that side. In a list from which something was
    removed or to which something was added, positions of removed elements are those before, of all others
    those after."""

    field: str
    before: Any
    after: Any


def record_changes(before: Record | None, after: Record) -> list[FieldChange]:
    """What makes ``after`` of ``before``; of a record that is new, every field it has."""
    return differences(before.as_json() if before else {}, after.as_json())


def revision_changes(revisions: Sequence[Revision]) -> list[list[FieldChange]]:
    """For each of a record's revisions, newest first, what it changed in the one before it."""
    older = [revision.record for revision in revisions[1:]]
    return [
        record_changes(before, revision.record)
        for revision, before in zip(revisions, [*older, None], strict=True)
    ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """The fields of two JSON objects that differ, by name. Their version is left out."""
    one = {name: value for name, value in before.items() if name not in _ENVELOPE}
    other = {name: value for name, value in after.items() if name not in _ENVELOPE}
    return list(_objects(one, other, ""))


def _values(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if _text(before) == _text(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _objects(before, after, f"{path}.")
    elif isinstance(before, Sequence) and isinstance(after, Sequence) and not isinstance(before, str):
        if isinstance(after, str):
            yield FieldChange(path, before, after)
        else:
            yield from _lists(before, after, path)
    else:
        yield FieldChange(path, before, after)


def _objects(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[FieldChange]:
    for name in sorted(before.keys() | after.keys()):
        if name in before and name in after:
            yield from _values(before[name], after[name], path + name)
        else:
            yield FieldChange(path + name, before.get(name), after.get(name))


def _lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[FieldChange]:
    """Elements that stayed are matched first, so that one inserted in front does not change all others."""
    texts = [_text(value) for value in before], [_text(value) for value in after]
    for _, i, i_end, j, j_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if texts[0][i:i_end] == texts[1][j:j_end]:
            continue
        both = min(i_end - i, j_end - j)
        for step in range(both):
            yield from _values(before[i + step], after[j + step], f"{path}.{j + step}")
        for at in range(i + both, i_end):
            yield FieldChange(f"{path}.{at}", before[at], None)
        for at in range(j + both, j_end):
            yield FieldChange(f"{path}.{at}", None, after[at])


def _text(value: Any) -> str:
    """As JSON: compared as Python values, ``True`` and ``1`` would be the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
