"""What rules work with: the record's fields, read without trust, and what the catalogue knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.labels import Labels


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule is broken: in which field, how, and what would be right."""

    field: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may ask: the national code tables, and the day (``2026-11-25``)."""

    labels: Labels
    today: str

    def codes(self, table: str) -> Mapping[str, str]:
        """The labels of a code table by code; empty if there is none."""
        return self.labels.tables.get(table, {})


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside ``data``; empty where there is none."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(data: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a list inside ``data``, with their positions."""
    found = data.get(name)
    for at, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, Mapping):
            yield at, each


def text(data: Mapping[str, Any], name: str) -> str:
    """A text inside ``data``, without blanks around it; empty where there is none."""
    found = data.get(name)
    return found.strip() if isinstance(found, str) else ""
