"""Reading workbooks (XLSX), which anybody may have made: row by row, within bounds, guessing no value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.headings import SEARCHED_ROWS, known_headings
from service_catalog.exchange.reading.kept_sheets import kept_sheet, key_headings
from service_catalog.exchange.reading.open_book import DAMAGE, Book, damaged, open_book
from service_catalog.exchange.reading.rows import Broken, Cell
from service_catalog.exchange.reading.sheet_xml import SheetRows
from service_catalog.exchange.reading.spilled import SpilledParts
from service_catalog.exchange.reading.tables import OpenTable, Row, read_main, read_orphans, read_parts
from service_catalog.exchange.sheets.profile import Profile, SheetProfile
from service_catalog.model import Kind

SHOWN_SHEETS = 10

GUIDE_SHEETS = ("说明",)
"""Sheets for people, left alone."""


class _DamagedError(Exception):
    """A sheet cannot be read to its end."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_workbook(path: Path, profile: Profile, skipped: Collection[str] = ()) -> Iterator[Draft | Finding]:
    """The drafts of a workbook: sheets with parts first, then those with records, in the order of loading.

    ``skipped``: titles of sheets that are left alone.
    """
    book = open_book(path)
    if isinstance(book, Finding):
        yield book
        return
    with closing(book), closing(SpilledParts()) as held:
        try:
            yield from _read(book, path.name, profile, held, skipped)
        except _DamagedError as error:
            yield error.finding


def _read(
    book: Book, file: str, profile: Profile, held: SpilledParts, skipped: Collection[str]
) -> Iterator[Draft | Finding]:
    rows_of = {
        title: first
        for title in book.sheets
        if title.strip() not in (*GUIDE_SHEETS, *skipped)
        and (first := _first_rows(book, Place(file, title)))  # a blank one says nothing
    }
    chosen = {title: profile.sheets[title.strip()] for title in rows_of if title.strip() in profile.sheets}
    if not any(not sheet.table.is_part for sheet in chosen.values()):
        yield from _choose_other(book, file, profile, chosen, rows_of)
    yield from (_skipped(file, title) for title in book.sheets if title.strip() in skipped)
    yield from _choose_kept(file, profile, chosen, rows_of)
    parts = [(title, sheet) for title, sheet in chosen.items() if sheet.table.is_part]
    for title, sheet in parts:
        place = Place(file, title)
        rows = SheetRows(book, title, place)
        yield from read_parts(OpenTable(_intact(rows, file), sheet, place), profile, held)
        yield from rows.faults
    read: set[Kind] = set()
    for main in profile.main_sheets():
        below = [
            sheet.table.list_path
            for _, sheet in parts
            if sheet.table.kind is main.table.kind or sheet.table.is_kept
        ]
        for title, sheet in chosen.items():
            if sheet is main:
                place = Place(file, title)
                rows = SheetRows(book, title, place)
                table = OpenTable(_intact(rows, file), sheet, place)
                yield from read_main(table, profile, held, below)
                yield from rows.faults
                if table.is_clear:
                    read.add(main.table.kind)
    yield from read_orphans(held, read)


def _choose_other(
    book: Book,
    file: str,
    profile: Profile,
    chosen: dict[str, SheetProfile],
    rows_of: Mapping[str, list[list[str]]],
) -> Iterator[Finding]:
    """No sheet goes by a known name: take the one whose headings are known, if there is one."""
    expected = [sheet.name for sheet in profile.main_sheets()]
    best: tuple[int, str, SheetProfile] | None = None
    for title, rows in rows_of.items():
        for sheet in profile.main_sheets() if title not in chosen else ():
            count = max((known_headings(cells, sheet) for cells in rows), default=0)
            if count >= 2 and (best is None or count > best[0]):
                best = (count, title, sheet)
    if best is None:
        said = "、".join(list(book.sheets)[:SHOWN_SHEETS]) or "（没有工作表）"
        yield Finding(
            Severity.FAULT,
            Place(file),
            f"没有名为 {'、'.join(expected)} 的工作表，也没有一个工作表有认识的标题；文件里有：{said}",
            hint="把工作表改名，例如“事项”，标题行写“事项名称、事项类型、实施主体”等",
        )
        return
    _, title, sheet = best
    chosen[title] = sheet
    yield Finding(Severity.NOTE, Place(file, title), f"工作表“{title}”按“{sheet.name}”读取")


def _choose_kept(
    file: str, profile: Profile, chosen: dict[str, SheetProfile], rows_of: Mapping[str, list[list[str]]]
) -> Iterator[Finding]:
    """Rows of unknown sheets are kept with their records. A sheet whose records cannot be told is a fault:
    somebody must say that it may be left out."""
    kinds = {sheet.table.kind for sheet in chosen.values() if not sheet.table.is_part}
    for title in [title for title in rows_of if title not in chosen] if kinds else ():
        sheet = kept_sheet(title, rows_of[title], profile, kinds)
        place = Place(file, title)
        if sheet is not None:
            chosen[title] = sheet
            message = f"不认识工作表“{title}”，各行原样存入所属记录的 extra"
            yield Finding(Severity.DOUBT, place, message, hint="核对工作表的名称；或在配置里写上这个工作表")
            continue
        names = "、".join(dict.fromkeys(name for kind in kinds for name in key_headings(profile, kind)))
        yield Finding(
            Severity.FAULT,
            place,
            f"不认识工作表“{title}”，也没有一列说明各行属于哪条记录，内容无处存放",
            hint=f"加一列（{names} 之一），内容就随记录保存；不要这个工作表，加 --skip-sheet {title}",
        )


def _skipped(file: str, title: str) -> Finding:
    return Finding(Severity.NOTE, Place(file, title), f"工作表“{title}”没有读（--skip-sheet）")


def _first_rows(book: Book, place: Place) -> list[list[str]]:
    """The texts of the first rows that hold anything."""
    rows = islice(_intact(SheetRows(book, str(place.sheet), place), place.file), SEARCHED_ROWS)
    return [[_plain(cell) for cell in cells] for _, cells in rows]


def _intact(rows: SheetRows, file: str) -> Iterator[Row]:
    """The rows, as long as the sheet is as it should be. What goes wrong with them later is not damage."""
    try:
        yield from rows
    except DAMAGE as error:
        raise _DamagedError(damaged(file, error)) from error


def _plain(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, Broken) else str(cell).strip()
