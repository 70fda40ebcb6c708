"""Workbooks (XLSX) for people: written so that no text in them can act.

A spreadsheet takes a text that begins with = + - @ for a formula, and a formula can fetch and send. So text
is written as text, marked as such, and stays text when somebody edits the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service_catalog.exchange.sheets.cells import CONTROL
from service_catalog.exchange.writing.new_files import creating

Value = str | int | float | None

LONGEST_TEXT = 32_767
"""Characters a cell can hold; a longer one makes Excel call the file damaged."""

TEXT_FORMAT = "@"

_ESCAPE = re.compile("_x(?=[0-9A-Fa-f]{4}_)")
"""What a reader of workbooks would take for a character written as _x000D_."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A value that somebody should look at: its cell has a colour (RRGGBB) and the note beside it."""

    value: Value
    note: str
    color: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the column's width in characters, and the values to choose from, if there are only few.

    ``is_text``: what somebody types stays as typed: a code keeps its zeros and does not become 1.1E+17."""

    heading: str
    width: int = 12
    choices: tuple[str, ...] = ()
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a row of headings, which stays in sight, and rows below it."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value | Marked]]


class SheetWriter:
    """A sheet that takes rows one by one."""

    def __init__(self, book: Any, title: str, columns: Sequence[Column]) -> None:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - 0.2 s that only spreadsheets need
        from openpyxl.styles import Alignment  # noqa: PLC0415 - as above

        self._sheet = _new_sheet(book, title, columns)
        # A row is written as soon as it is given, so the same cells serve for all; making and styling a cell
        # takes longer than writing it.
        self._texts = [_text_style(WriteOnlyCell(self._sheet)) for _ in columns]
        self._lines = [_text_style(WriteOnlyCell(self._sheet)) for _ in columns]
        for cell in self._lines:
            cell.alignment = Alignment(wrap_text=True, vertical="top")  # else its lines are shown as one

    def append(self, row: Sequence[Value | Marked]) -> None:
        """Write a row of at most as many cells as there are columns."""
        self._sheet.append([self._cell(at, value) for at, value in enumerate(row)])

    def _cell(self, at: int, value: Value | Marked) -> Any:
        if isinstance(value, Marked):
            return _marked(self._sheet, value)
        if not isinstance(value, str):
            return value
        return _set_text((self._lines if "\n" in value else self._texts)[at], value)


class WorkbookWriter:
    """A workbook that is being written: sheets in the order in which they are added."""

    def __init__(self, book: Any) -> None:
        self._book = book

    def add(self, title: str, columns: Sequence[Column]) -> SheetWriter:
        """Add a sheet. Rows may be given to several sheets in turn."""
        return SheetWriter(self._book, title, columns)


@contextmanager
def writing_workbook(path: Path) -> Iterator[WorkbookWriter]:
    """A new file; a failure leaves none. Memory does not grow with its rows.

    Raises InvalidRequestError if it exists: somebody may have worked in it; OSError.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - as above

    with creating(path) as file:
        book = Workbook(write_only=True)
        try:
            yield WorkbookWriter(book)
        except BaseException:
            _give_up(book)
            raise
        book.save(file)


def _give_up(book: Any) -> None:
    """Close and delete the temporary files in which a workbook's sheets wait to be saved."""
    for sheet in book.worksheets:
        sheet.close()
        sheet._writer.cleanup()


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a new file. Raises InvalidRequestError if it exists: somebody may have worked in it; OSError."""
    with writing_workbook(path) as book:
        for sheet in sheets:
            writer = book.add(sheet.title, sheet.columns)
            for row in sheet.rows:
                writer.append(row)


def cell_length(text: str) -> int:
    """Characters that a text takes in a cell. Excel counts UTF-16 units."""
    return len(_written(text).encode("utf-16-le", "surrogatepass")) // 2


def _new_sheet(book: Any, title: str, columns: Sequence[Column]) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    made = book.create_sheet(title)
    made.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        made.column_dimensions[letter].width = column.width
        if column.is_text:
            made.column_dimensions[letter].number_format = TEXT_FORMAT
        if column.choices:
            made.data_validations.append(_choice(letter, column.choices))
    headings = [_set_text(_text_style(WriteOnlyCell(made)), column.heading) for column in columns]
    for cell in headings:
        cell.font = Font(bold=True)
    made.append(headings)
    return made


def _choice(letter: str, choices: Sequence[str]) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - as above

    rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    rule.add(f"{letter}2:{letter}1048576")
    return rule


def _text_style(cell: Any) -> Any:
    cell.number_format = TEXT_FORMAT
    cell.quotePrefix = True  # else a text that begins with = would become a formula once somebody edits it
    return cell


def _set_text(cell: Any, text: str) -> Any:
    cell.value = _written(text)[:LONGEST_TEXT]
    cell.data_type = "s"  # else a text that begins with = would be a formula
    return cell


def _marked(sheet: Any, marked: Marked) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.comments import Comment  # noqa: PLC0415 - as above
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415 - as above

    cell = WriteOnlyCell(sheet)
    if isinstance(marked.value, str):
        _set_text(_text_style(cell), marked.value)
    else:
        cell.value = marked.value
    cell.fill = PatternFill("solid", fgColor=marked.color)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.comment = Comment(_written(marked.note)[:LONGEST_TEXT], "catalog")
    return cell


def _written(text: str) -> str:
    return _ESCAPE.sub("_x005F_x", CONTROL.sub("\ufffd", text))
