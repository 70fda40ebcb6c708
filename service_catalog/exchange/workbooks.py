"""Workbooks (XLSX) for people: written so that no text in them can act.

A spreadsheet takes a text that begins with = + - @ for a formula, and a formula can fetch and send. So text
is written as text, marked as such, and stays text when somebody edits the cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service_catalog.model.errors import InvalidRequestError

Value = str | int | float | None

LONGEST_TEXT = 32_767
"""Characters a cell can hold; a longer one makes Excel call the file damaged."""

TEXT_FORMAT = "@"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the column's width in characters, and the values to choose from, if there are only few."""

    heading: str
    width: int = 12
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a row of headings, which stays in sight, and rows below it."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a new file. Raises InvalidRequestError if it exists: somebody may have worked in it; OSError."""
    from openpyxl import Workbook  # noqa: PLC0415 - 0.2 s that only spreadsheets need

    try:
        file = path.open("xb")
    except FileExistsError:
        raise InvalidRequestError(f"文件 {path} 已存在，没有覆盖；请换一个文件名") from None
    with file:
        book = Workbook(write_only=True)
        for sheet in sheets:
            _fill(book, sheet)
        book.save(file)


def _fill(book: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    made = book.create_sheet(sheet.title)
    made.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, start=1):
        made.column_dimensions[get_column_letter(number)].width = column.width
        if column.choices:
            made.add_data_validation(_choice(get_column_letter(number), column.choices))
    headings = [_cell(made, column.heading) for column in sheet.columns]
    for cell in headings:
        cell.font = Font(bold=True)
    made.append(headings)
    for row in sheet.rows:
        made.append([_cell(made, value) for value in row])


def _choice(letter: str, choices: Sequence[str]) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - as above

    rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    rule.add(f"{letter}2:{letter}1048576")
    return rule


def _cell(sheet: Any, value: Value) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 - as above

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:LONGEST_TEXT])
    cell.data_type = "s"  # else a text that begins with = would be a formula
    cell.number_format = TEXT_FORMAT
    cell.quotePrefix = True  # and would become one as soon as somebody edits the cell
    return cell
