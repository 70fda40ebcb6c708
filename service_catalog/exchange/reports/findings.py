"""What an import has found, kept within bounds, put in order, and said for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from service_catalog.exchange.drafts import Finding, Place, Severity

KEPT = 10_000
"""Findings of one severity that are kept; more are counted only. Whoever has mended so many imports
again."""

SHOWN_VALUE = 80
"""Characters of a value that a finding shows."""


LABELS = {Severity.FAULT: "错误", Severity.DOUBT: "提醒", Severity.NOTE: "说明"}
"""What people call a severity."""


class Stage(StrEnum):
    """What found it."""

    READING = "reading"
    SHAPE = "shape"
    RULES = "rules"
    STORE = "store"


class Findings:
    """All findings of an import. In order of files, sheets and rows once it is closed."""

    def __init__(self) -> None:
        self._found: list[tuple[Finding, Stage]] = []
        self._order: dict[tuple[str, str | None], int] = {}
        self._counts: Counter[tuple[Severity, Stage]] = Counter()

    def add(self, finding: Finding, stage: Stage) -> None:
        """Keep one, or count it where there are too many."""
        if self.count(finding.severity) < KEPT:
            self._found.append((finding, stage))
        self._counts[finding.severity, stage] += 1

    def begin(self, place: Place) -> None:
        """A record begins here: its sheet comes before those that only hold parts of records."""
        self._order.setdefault((place.file, place.sheet), len(self._order))

    def close(self) -> None:
        """Put them in order, and drop what only follows from a cell that could not be read."""
        unread = {
            finding.place
            for finding, stage in self._found
            if stage is Stage.READING and finding.severity is Severity.FAULT and finding.place.column
        }
        for finding, stage in self._found:
            if _follows(finding, stage, unread):
                self._counts[finding.severity, stage] -= 1
        left = [each for each in self._found if not _follows(*each, unread)]
        self._found = sorted(left, key=lambda each: self._rank(each[0].place))

    def of(self, *severities: Severity) -> Iterator[Finding]:
        """Those of some severities, in order."""
        return (finding for finding, _ in self._found if finding.severity in severities)

    def count(self, severity: Severity) -> int:
        """How many there are, those that are not kept included."""
        return sum(count for (of, _), count in self._counts.items() if of is severity)

    @property
    def faults(self) -> int:
        """How many keep the import from being written."""
        return self.count(Severity.FAULT)

    @property
    def are_conflicts(self) -> bool:
        """Whether all faults are conflicts with the store, so that the files themselves are in order."""
        return 0 < self.faults == self._counts[Severity.FAULT, Stage.STORE]

    @property
    def kept(self) -> Sequence[Finding]:
        """All that are kept, in order."""
        return [finding for finding, _ in self._found]

    def _rank(self, place: Place) -> tuple[int, int]:
        return self._order.setdefault((place.file, place.sheet), len(self._order)), place.row or 0


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding for machines."""
    place = finding.place
    return {
        "severity": str(finding.severity),
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "line": place.line,
        "column": place.column,
        "id": finding.record_id,
        "field": finding.field,
        "value": finding.value,
        "message": finding.message,
        "hint": finding.hint,
    }


def place_text(place: Place) -> str:
    """Where something is: 清单.xlsx “事项”表 第 7 行“基本编码”列."""
    parts = [place.file]
    if place.sheet:
        parts.append(f"“{place.sheet}”表")
    line = f"（文本第 {place.line} 行）" if place.line else ""
    row = f"第 {place.row} 行{line}" if place.row else ""
    column = f"“{place.column}”" + ("列" if place.sheet else "") if place.column else ""
    if row or column:
        parts.append(row + column)
    return " ".join(part for part in parts if part)


def shown(value: Any) -> str:
    """A value as a person reads it, cut to what one looks at; empty for none."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_VALUE else f"{text[:SHOWN_VALUE]}…"


def _follows(finding: Finding, stage: Stage, unread: set[Place]) -> bool:
    return stage in (Stage.SHAPE, Stage.RULES) and finding.place in unread
