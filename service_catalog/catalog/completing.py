"""A record of a file with what the file does not speak of: fields of the stored record, or defaults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from service_catalog.model import Record

PART_NAMES = ("name", "title", "question", "hall")
"""Fields by which a part of a record is known again: materials and steps, legal bases, questions, windows."""


def completed(
    data: Mapping[str, Any],
    covers: frozenset[str] | None,
    base: Record | None,
    defaults: Mapping[str, Any] = MappingProxyType({}),
) -> Mapping[str, Any]:
    """``data`` with the fields of ``base`` that the file does not speak of; with ``defaults`` where there is
    no such record yet. A stored field that has a default also stays where the file leaves it blank."""
    if data.get("deleted"):
        return data
    if base is None or base.deleted:
        return _filled(data, defaults)
    if covers is None:
        return data
    return _merged(base.content, data, "", covers.difference(_leaves(defaults)))


def _filled(data: Mapping[str, Any], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    made = dict(data)
    for name, value in defaults.items():
        here = made.get(name)
        if isinstance(value, Mapping) and (here is None or isinstance(here, Mapping)):
            made[name] = _filled(here or {}, value)
        elif here is None:
            made[name] = value
    return made


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _merged(
    stored: Mapping[str, Any], given: Mapping[str, Any], prefix: str, covers: frozenset[str]
) -> dict[str, Any]:
    """``given`` with what ``stored`` has at paths that are not covered, object by object."""
    kept: dict[str, Any] = {}
    for name, was in stored.items():
        path, now = f"{prefix}{name}", given.get(name)
        if now is None:
            if path not in covers and (rest := _rest(was, path, covers)) is not _GONE:
                kept[name] = rest
        elif isinstance(was, Mapping) and isinstance(now, Mapping):
            kept[name] = _merged(was, now, f"{path}.", covers)
        elif isinstance(was, list) and isinstance(now, list):
            kept[name] = _merged_parts(was, now, path, covers)
    return {**given, **kept}


def _merged_parts(
    stored: Sequence[Any], given: Sequence[Any], path: str, covers: frozenset[str]
) -> list[Any]:
    """A list that is covered is as given, but its parts keep the fields that have no column. Columns of the
    record itself (``guide.windows.0.hall``) fill its first part alone."""
    pairs: Iterator[tuple[Any, Any]]
    if path in covers:
        after: Sequence[Any] = ()
        pairs = zip(given, _same_parts(stored, given), strict=True)
    elif any(each.startswith(f"{path}.*.") for each in covers):
        after = stored[1:] if len(given) == 1 else ()
        pairs = zip(given, [*(stored[:1] or [None]), *[None] * len(given)], strict=False)
    else:
        return list(given)
    made = [
        _merged(was, part, f"{path}.*.", covers)
        if isinstance(was, Mapping) and isinstance(part, Mapping)
        else part
        for part, was in pairs
    ]
    return [*made, *after]


def _same_parts(stored: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """For each part that is given the stored one of that name, None where it is not certain."""
    before, now = [_part_name(part) for part in stored], [_part_name(part) for part in given]
    if before == now:
        return [part if name is not None else None for name, part in zip(before, stored, strict=True)]
    counts, counts_now = Counter(before), Counter(now)
    by_name = {name: part for name, part in zip(before, stored, strict=True) if counts[name] == 1}
    return [by_name.get(name) if name is not None and counts_now[name] == 1 else None for name in now]


def _part_name(part: Any) -> str | None:
    if not isinstance(part, Mapping):
        return None
    return next((part[name] for name in PART_NAMES if isinstance(part.get(name), str)), None)


_GONE = object()
"""Nothing is left of a value."""


def _rest(value: Any, path: str, covers: frozenset[str]) -> Any:
    """What stays of a stored value that the file has nothing for: all but the fields it covers."""
    if isinstance(value, Mapping):
        inner = {
            name: _rest(each, f"{path}.{name}", covers)
            for name, each in value.items()
            if f"{path}.{name}" not in covers
        }
        rest = {name: each for name, each in inner.items() if each is not _GONE}
        return rest if rest or not value else _GONE
    if isinstance(value, list) and len(value) == 1:
        # Of several, the second would become the first, and go the next time.
        first = _rest(value[0], f"{path}.*", covers)
        return _GONE if first is _GONE else [first]
    return value
