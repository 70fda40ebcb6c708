"""Values inside a record's JSON, by path: ``guide.materials.0.name``."""

from __future__ import annotations

from typing import Any


class _Missing:
    """No value at a path."""


MISSING = _Missing()


def get_path(data: Any, path: str) -> Any:
    """The value at a path, or MISSING."""
    for name in path.split("."):
        if isinstance(data, dict) and name in data:
            data = data[name]
        elif isinstance(data, list) and name.isdecimal() and int(name) < len(data):
            data = data[int(name)]
        else:
            return MISSING
    return data


def value_at(data: Any, path: str) -> Any:
    """The value at a path, ``data`` itself at "", None where there is none."""
    found = get_path(data, path) if path else data
    return None if found is MISSING else found


def set_path(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path; what stands in the way gives way."""
    *way, last = path.split(".")
    place: Any = data
    for name, after in zip(way, [*way[1:], last], strict=False):
        place = _step(place, name, after)
    if isinstance(place, list):
        place.append(value)
    else:
        place[last] = value


def drop_path(data: dict[str, Any], path: str) -> None:
    """Take the value at a path away, if there is one."""
    parent, _, last = path.rpartition(".")
    place = get_path(data, parent) if parent else data
    if isinstance(place, dict):
        place.pop(last, None)


def _step(place: Any, name: str, after: str) -> Any:
    made: Any = [] if after.isdecimal() else {}
    if isinstance(place, list):
        if not place:
            place.append(made)
        return place[0]
    inner = place.get(name)
    if not isinstance(inner, type(made)):
        place[name] = inner = made
    return inner
