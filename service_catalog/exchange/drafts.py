"""What reading a file gives: drafts of records, each with the cells it came from, and findings.

Readers (NDJSON, CSV, XLSX) make them; checking, the diff and the report know nothing of file formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a finding does to an import."""

    FAULT = "fault"
    """Nothing is imported until it is mended."""
    DOUBT = "doubt"
    """The import goes on; somebody should look."""
    NOTE = "note"
    """What was done to read the file, such as decoding GB18030."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: sheet (None but in workbooks), row as the program that shows it counts (the heading is
    row 1; of NDJSON the line), and the column's heading or the JSON field. ``line``: the line at which a row
    of CSV begins, if that is another number, as after a cell with line breaks."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about a file. ``field`` is the record's field (``guide.fee.amount``), "" if none."""

    severity: Severity
    place: Place
    message: str
    field: str = ""
    value: str = ""
    hint: str | None = None
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as a file gives it, not yet checked.

    ``data`` is the record's JSON object, without ``version`` where the file names none. ``cells`` has the
    place of each field that the file has, by path (``name``, ``guide.materials.0.name``)."""

    data: Mapping[str, Any]
    place: Place
    seen_version: int | None = None
    """The version the editor's file was exported at; None: the file says nothing of versions."""
    cells: Mapping[str, Place] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What a record that is not stored yet has where the file says nothing."""

    def place_of(self, path: str) -> Place:
        """The cell of a field, else of the nearest field around it, else the record's row."""
        while path:
            if path in self.cells:
                return self.cells[path]
            path = path.rpartition(".")[0]
        return self.place
