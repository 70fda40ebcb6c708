"""Reading CSV as Excel and other programs write it: UTF-8 with or without a mark, UTF-16, or GB18030."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.guarding import unguarded
from service_catalog.exchange.headings import SEARCHED_ROWS, known_headings
from service_catalog.exchange.profile import Profile, SheetProfile
from service_catalog.exchange.spilled import SpilledParts
from service_catalog.exchange.tables import OpenTable, Row, read_main

LONGEST_CELL = 16 * 2**20
"""Characters of one cell. A whole guide as JSON takes some 10,000."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_CHUNK = 2**20


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
        table = OpenTable(_rows(lines, delimiter, path.name, faults), sheet, Place(path.name))
        yield from read_main(table, profile, held, ())
        yield from faults


def _encoding(path: Path) -> Generator[Finding, None, str | None]:
    """Tells what is noteworthy about it. None if the file is in no encoding that is known."""
    with path.open("rb") as file:
        begin = file.read(4)
    marked = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    tried = [marked] if marked else ["utf-8", "gb18030"]
    encoding = next((name for name in tried if _decoding_fault(path, name) is None), None)
    if encoding is None:
        hint = "用 Excel 另存为“CSV UTF-8（逗号分隔）”"
        line = _decoding_fault(path, tried[0]) or 1
        message = f"第 {line} 行不是 UTF-8 文本，整个文件也不是 GB18030"
        yield Finding(Severity.FAULT, Place(path.name, row=line), message, hint=hint)
        return None
    if encoding == "gb18030":
        yield Finding(Severity.NOTE, Place(path.name), "文件不是 UTF-8，按 GB18030（含 GBK）读取")
    elif encoding == "utf-16":
        yield Finding(Severity.NOTE, Place(path.name), "文件是 UTF-16，已按此读取")
    return encoding


def _decoding_fault(path: Path, encoding: str) -> int | None:
    """The line of the first byte that is not in an encoding."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                end = error.start if isinstance(error, UnicodeDecodeError) else 0
                return line + chunk[:end].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _delimiter(lines: IO[str]) -> str:
    """What stands between the cells of the first line that has any; a comma where nothing else does."""
    first = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    return max((",", "\t", ";"), key=first.count)


def _some_rows(lines: IO[str], delimiter: str) -> Iterator[list[str]]:
    faults: list[Finding] = []
    for number, (_, cells) in enumerate(_rows(lines, delimiter, "", faults)):
        if number >= SEARCHED_ROWS:
            return
        yield [str(cell) for cell in cells]


def _best_sheet(rows: list[list[str]], profile: Profile) -> SheetProfile:
    """The sheet of records whose headings the file has most of; of equals that of items, which come first in
    the profile."""
    mains = [sheet for sheet in profile.sheets.values() if not sheet.table.is_part]
    return max(mains, key=lambda sheet: max((known_headings(cells, sheet) for cells in rows), default=0))


def _rows(lines: IO[str], delimiter: str, file: str, faults: list[Finding]) -> Iterator[Row]:
    """The rows with the number of the line each begins at. What cannot be read ends them with a finding."""
    csv.field_size_limit(LONGEST_CELL)  # the module has no other way; nothing else reads CSV
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begin = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(_broken(file, begin, error))
            return
        if any(cells):
            yield begin, [unguarded(cell) for cell in cells]
        begin = reader.line_num + 1


def _broken(file: str, line: int, error: csv.Error) -> Finding:
    return Finding(
        Severity.FAULT,
        Place(file, row=line),
        "从这一行起无法读取：双引号没有成对，或文件不完整",
        value=str(error),
        hint="检查这一行的双引号；单元格里的双引号要写两个；或用 Excel 另存为“CSV UTF-8（逗号分隔）”",
    )
