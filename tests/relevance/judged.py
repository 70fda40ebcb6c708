"""The judged queries: what people might type, and which records answer it how well. See README.md here."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "queries"

CLASSES = tuple(sorted(path.stem for path in FOLDER.glob("*.tsv")))

HEADINGS = ["query", "at_region", "owner_region", "judgements", "note"]


class Half(StrEnum):
    """Development is for tuning; the kept half only for the final figure, looked at as a total."""

    DEVELOPMENT = "development"
    KEPT = "kept"


@dataclass(frozen=True)
class Judged:
    """One query. ``grades``: by record id, 3 what the person wants, 2 good, 1 related; others 0."""

    kind: str
    text: str
    at_region: str | None
    owner_region: str | None
    grades: Mapping[str, int]
    note: str

    @property
    def half(self) -> Half:
        """By a hash of the query: nobody chose, and a query that is added or mended moves no other."""
        first = hashlib.sha256(self.text.encode()).digest()[0]
        return Half.KEPT if first % 2 else Half.DEVELOPMENT


def judged(half: Half | None = None) -> Iterator[Judged]:
    """All queries, class by class; or those of one half."""
    for kind in CLASSES:
        for each in read(kind):
            if half is None or each.half is half:
                yield each


def read(kind: str) -> Iterator[Judged]:
    """The queries of one class."""
    with (FOLDER / f"{kind}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert next(rows) == HEADINGS, kind
        for text, at_region, owner_region, judgements, note in rows:
            yield Judged(kind, text, at_region or None, owner_region or None, _grades(judgements), note)


def _grades(judgements: str) -> Mapping[str, int]:
    if judgements == "-":
        return {}
    pairs = (each.rpartition(":") for each in judgements.split(" "))
    return {record: int(grade) for record, _, grade in pairs}
