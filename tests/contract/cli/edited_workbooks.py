"""Workbooks exported from a catalogue, and edited as Excel would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from service_catalog.catalog import Catalog
from service_catalog.exchange.exporting import Moment, export_records
from service_catalog.exchange.sheets.profile import load_profile
from service_catalog.model import Kind, Record


def with_guides(catalog: Catalog, count: int) -> list[Record]:
    """The first items that have a guide."""
    found = (row.record for row in catalog.listing(Kind.ITEM, limit=2000)[0])
    return [record for record in found if record.content["guide"]][:count]


def write(path: Path, records: Sequence[Record], kinds: Sequence[Kind] = (Kind.ITEM,)) -> Path:
    """Export records to a new file."""
    moment = Moment(1, "2026-03-01 09:00")
    export_records(path, records, profile=load_profile(), moment=moment, kinds=kinds)
    return path


def column_of(book: Workbook, sheet: str, heading: str) -> int:
    """The position of a heading."""
    return next(cell.column for cell in book[sheet][1] if cell.value == heading)


def set_cells(path: Path, *cells: tuple[str, int, str, Any]) -> None:
    """Change cells, each by sheet, row and heading, as Excel would."""
    book = load_workbook(path)
    for sheet, row, heading, value in cells:
        book[sheet].cell(row, column_of(book, sheet, heading)).value = value
    book.save(path)


def cell(path: Path, sheet: str, row: int, heading: str) -> Any:
    """What a cell holds."""
    book = load_workbook(path)
    return book[sheet].cell(row, column_of(book, sheet, heading)).value
