"""The report of an import as a workbook: a list of what is wrong, and the rows with it beside them.

The rows are those of the editor's own file, so that they can be mended here and pasted back. What is written
is text as ``workbooks`` writes it: a cell of somebody's file must not act in ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from service_catalog.exchange.drafts import Finding, Severity
from service_catalog.exchange.reading.headings import SEARCHED_ROWS
from service_catalog.exchange.reading.open_book import DAMAGE
from service_catalog.exchange.reports.findings import LABELS, Findings
from service_catalog.exchange.sheets.profile import plain_heading
from service_catalog.exchange.writing.workbooks import Column, Marked, Sheet, Value, write_workbook

COLORS = {Severity.FAULT: "FFC7CE", Severity.DOUBT: "FFEB9C", Severity.NOTE: "DDEBF7"}
"""Those that Excel itself offers for bad and neutral cells, and a pale blue."""

LIST_COLUMNS = (
    Column("程度", 6),
    Column("文件", 24),
    Column("工作表", 10),
    Column("行", 7),
    Column("列", 16),
    Column("记录编号", 20),
    Column("字段", 24),
    Column("值", 30),
    Column("问题", 50),
    Column("建议", 50),
)

BESIDE = (Column("问题", 60), Column("原行号", 8))
"""Columns before those of the editor's sheet."""

LONGEST_TITLE = 31
"""Characters that Excel allows in the name of a sheet."""

_ByRow = Mapping[int, Sequence[Finding]]


def write_report(path: Path, findings: Findings, sources: Sequence[Path]) -> None:
    """Write it. Raises InvalidRequestError if the file exists, OSError."""
    write_workbook(path, _sheets(findings, sources))


def _sheets(findings: Findings, sources: Sequence[Path]) -> Iterator[Sheet]:
    yield Sheet("问题清单", LIST_COLUMNS, map(_list_row, findings.kept))
    titles = {"问题清单"}
    for source in sources:
        placed: dict[str, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
        for finding in findings.of(Severity.FAULT, Severity.DOUBT):
            place = finding.place
            if place.file == source.name and place.sheet is not None and place.row is not None:
                placed[place.sheet][place.row].append(finding)
        if placed:
            yield from _copies(source, placed, titles)


def _list_row(finding: Finding) -> Sequence[Value | Marked]:
    place = finding.place
    label = Marked(LABELS[finding.severity], finding.message, COLORS[finding.severity])
    row = f"{place.row}（文本第 {place.line} 行）" if place.line else place.row
    where = (place.file, place.sheet, row, place.column)
    return (
        label,
        *where,
        finding.record_id,
        finding.field,
        finding.value,
        finding.message,
        finding.hint,
    )


def _copies(source: Path, placed: Mapping[str, _ByRow], titles: set[str]) -> Iterator[Sheet]:
    """The rows of a workbook that have something wrong, sheet by sheet. Of one that only we can read, none:
    the list tells all that is wrong without them."""
    from openpyxl import load_workbook  # noqa: PLC0415 - 0.2 s that only spreadsheets need

    try:
        with closing(load_workbook(source, read_only=True)) as book:
            found = {name: by_row for name, by_row in placed.items() if name in book.sheetnames}
            copies = [_copy(book[name], _title(name, titles), by_row) for name, by_row in found.items()]
    except DAMAGE:
        return
    yield from copies


def _copy(sheet: Any, title: str, by_row: _ByRow) -> Sheet:
    wanted = {_key(finding.place.column) for found in by_row.values() for finding in found}
    first = list(islice(sheet.iter_rows(max_row=SEARCHED_ROWS, values_only=True), SEARCHED_ROWS))
    number = max(range(len(first)), key=lambda at: len(wanted & set(map(_key, first[at]))), default=0)
    headings = ["" if value is None else str(value) for value in first[number]] if first else []
    columns = (*BESIDE, *(Column(heading, 18) for heading in headings))
    return Sheet(title, columns, list(_copied_rows(sheet, headings, by_row)))


def _copied_rows(sheet: Any, headings: Sequence[str], by_row: _ByRow) -> Iterator[Sequence[Value | Marked]]:
    for number, row in enumerate(sheet.iter_rows(max_row=max(by_row), values_only=True), start=1):
        found = by_row.get(number)
        if not found:
            continue
        marks: dict[str | None, list[Finding]] = defaultdict(list)
        for finding in found:
            if finding.place.column is not None:
                marks[_key(finding.place.column)].append(finding)
        told = "\n".join(_told(finding, with_column=True) for finding in found)
        cells = list(map(_value, row)) + [None] * (len(headings) - len(row))
        yield (
            Marked(told, told, _color(found)),
            number,
            *(
                _with_mark(value, marks.get(_key(heading)))
                for value, heading in zip(cells, headings, strict=False)
            ),
        )


def _with_mark(value: Value, found: Sequence[Finding] | None) -> Value | Marked:
    if not found:
        return value
    return Marked(value, "\n".join(_told(finding, with_column=False) for finding in found), _color(found))


def _told(finding: Finding, *, with_column: bool) -> str:
    column = f"{finding.place.column}：" if with_column and finding.place.column else ""
    hint = f"（{finding.hint}）" if finding.hint else ""
    return f"{column}{finding.message}{hint}"


def _color(found: Sequence[Finding]) -> str:
    is_fault = any(finding.severity is Severity.FAULT for finding in found)
    return COLORS[Severity.FAULT if is_fault else Severity.DOUBT]


def _title(name: str, titles: set[str]) -> str:
    """A name that no other sheet of the report has; workbooks of one import may have the same ones."""
    title, number = name[:LONGEST_TITLE], 2
    while title in titles:
        title = f"{name[: LONGEST_TITLE - 4]} {number}"
        number += 1
    titles.add(title)
    return title


def _key(heading: Any) -> str | None:
    """A heading as reading compares it."""
    return plain_heading(str(heading)) if heading is not None else None


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, str | int | float) else str(value)
