"""Reading CSV as Excel and other programs write it: UTF-8 with or without a mark, UTF-16, or GB18030."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import IO

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.encodings import encoding_of
from service_catalog.exchange.reading.headings import SEARCHED_ROWS, known_headings
from service_catalog.exchange.reading.spilled import SpilledParts
from service_catalog.exchange.reading.tables import OpenTable, Row, read_main
from service_catalog.exchange.sheets.guarding import unguarded
from service_catalog.exchange.sheets.profile import Profile, SheetProfile

LONGEST_CELL = 16 * 2**20
"""Characters of one cell. A whole guide as JSON takes some 10,000."""


def read_csv(path: Path, profile: Profile) -> Iterator[Draft | Finding]:
    """The drafts of a CSV file. Which kind of record it holds, its headings say."""
    encoding = yield from _encoding(path)
    if encoding is None:
        return
    with path.open(encoding=encoding, newline="") as lines, closing(SpilledParts()) as held:
        delimiter = _delimiter(lines)
        rows = list(_some_rows(lines, delimiter))
        lines.seek(0)
        sheet = _best_sheet(rows, profile)
        faults: list[Finding] = []
        begins: dict[int, int] = {}
        table = OpenTable(_rows(lines, delimiter, path.name, faults, begins), sheet, Place(path.name), begins)
        yield from read_main(table, profile, held, ())
        yield from faults


def _encoding(path: Path) -> Generator[Finding, None, str | None]:
    """Tells what is noteworthy about it. None if the file is in no encoding that is known."""
    encoding, line = yield from encoding_of(path)
    if line is None:
        return encoding
    message = f"第 {line} 行不是 UTF-8 文本，整个文件也不是 GB18030"
    yield Finding(
        Severity.FAULT,
        Place(path.name, row=line),
        message,
        hint="用 Excel 另存为“CSV UTF-8（逗号分隔）”",
    )
    return None


def _delimiter(lines: IO[str]) -> str:
    """What stands between the cells of the first line that has any; a comma where nothing else does."""
    first = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    return max((",", "\t", ";"), key=first.count)


def _some_rows(lines: IO[str], delimiter: str) -> Iterator[list[str]]:
    faults: list[Finding] = []
    for number, (_, cells) in enumerate(_rows(lines, delimiter, "", faults, {})):
        if number >= SEARCHED_ROWS:
            return
        yield [str(cell) for cell in cells]


def _best_sheet(rows: list[list[str]], profile: Profile) -> SheetProfile:
    """The sheet of records whose headings the file has most of; of equals that of items, which come first in
    the profile."""
    mains = [sheet for sheet in profile.sheets.values() if not sheet.table.is_part]
    return max(mains, key=lambda sheet: max((known_headings(cells, sheet) for cells in rows), default=0))


def _rows(
    lines: IO[str], delimiter: str, file: str, faults: list[Finding], begins: dict[int, int]
) -> Iterator[Row]:
    """The rows, numbered as a spreadsheet shows them; ``begins`` gets the line at which a row begins, where
    that is another number. What cannot be read ends them with a finding."""
    csv.field_size_limit(LONGEST_CELL)  # the module has no other way; nothing else reads CSV
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    for row in count(1):
        if line != row:
            begins[row] = line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(_broken(Place(file, row=row, line=begins.get(row)), error))
            return
        if any(cells):
            yield row, [unguarded(cell) for cell in cells]
        line = reader.line_num + 1


def _broken(place: Place, error: csv.Error) -> Finding:
    return Finding(
        Severity.FAULT,
        place,
        "从这一行起无法读取：双引号没有成对，或文件不完整",
        value=str(error),
        hint="检查这一行的双引号；单元格里的双引号要写两个；或用 Excel 另存为“CSV UTF-8（逗号分隔）”",
    )
