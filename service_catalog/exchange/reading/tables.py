"""Reading one table, whatever it comes from: its headings, then its rows, one at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from types import MappingProxyType

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.headings import SEARCHED_ROWS, Headings, find_headings, no_headings
from service_catalog.exchange.reading.rows import Broken, Cell, RowReader
from service_catalog.exchange.reading.spilled import SpilledParts
from service_catalog.exchange.sheets.cells import CONTROL
from service_catalog.exchange.sheets.profile import Profile, SheetProfile
from service_catalog.model import Kind

Row = tuple[int, Sequence[Cell]]
"""A row with its number as the program that shows it counts."""

SHOWN_ORPHANS = 1_000
"""Names without a record that are told one by one."""


class OpenTable:
    """A table whose headings are read; its rows are still to come."""

    def __init__(
        self,
        rows: Iterable[Row],
        sheet: SheetProfile,
        place: Place,
        lines: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        """``lines``: the line at which a row begins, where that is not the row's number."""
        self.sheet, self.place, self.lines = sheet, place, lines
        self._rows = iter(rows)
        first = list(islice(self._rows, SEARCHED_ROWS))
        self._texts = [(number, [_text(cell) for cell in cells]) for number, cells in first]
        found = find_headings(self._texts, sheet)
        self.headings: Headings | None = found[0] if found else None
        self._told = found[1] if found else []
        self._first = first
        self._nameless: dict[int, int] = {}

    def findings(self) -> Iterator[Finding]:
        """What there is to say of the headings."""
        if self.headings is None:
            yield no_headings(self.place, self._texts, self.sheet)
        for severity, heading, message in self._told:
            row = self.headings.begin - 1 if self.headings else None
            line = self.lines.get(row) if row else None
            place = Place(self.place.file, self.place.sheet, row, heading or None, line)
            yield Finding(severity, place, message, value=heading)

    @property
    def is_clear(self) -> bool:
        """Whether its columns are known beyond doubt, so that its rows can be read."""
        return self.headings is not None and all(told[0] is not Severity.FAULT for told in self._told)

    def rows(self, reader: RowReader) -> Iterator[Row]:
        """The rows below the headings that hold anything in a column that is read."""
        columns, named = reader.columns, reader.headings.columns.keys()
        end = max(named) + 1
        gaps = [at for at in range(end) if at not in named]
        for number, cells in chain(self._first, self._rows):
            if number < reader.headings.begin:
                continue
            for at in (*gaps, *range(end, len(cells))):
                if at < len(cells) and cells[at] not in (None, ""):
                    self._nameless.setdefault(at, number)
            if any(at < len(cells) and cells[at] not in (None, "") for at in columns):
                yield number, cells

    def nameless(self) -> Iterator[Finding]:
        """Columns without a heading that hold something, which would be lost. Known at the end."""
        for at, row in sorted(self._nameless.items()):
            letter = column_letter(at)
            yield Finding(
                Severity.FAULT,
                Place(self.place.file, self.place.sheet, row, None, self.lines.get(row)),
                f"第 {at + 1} 列（{letter} 列）没有标题，从这一行起却有内容，不知道是什么",
                hint="给这一列加上标题，或删去它的内容",
            )


def reader_of(table: OpenTable, profile: Profile, parts: Sequence[str] = ()) -> RowReader:
    """What reads the rows of a table whose headings are known."""
    assert table.headings is not None  # noqa: S101 - callers ask is_clear
    return RowReader(profile, table.sheet, table.headings, table.place, tuple(parts), table.lines)


def read_parts(table: OpenTable, profile: Profile, held: SpilledParts) -> Iterator[Finding]:
    """Keep the parts of a sheet. Yields what there is to say of it."""
    yield from table.findings()
    if not table.is_clear:
        return
    reader = reader_of(table, profile)
    number = held.add_sheet(reader)
    for row, cells in table.rows(reader):
        found: list[Finding] = []
        part = reader.part(row, cells, found)
        yield from found
        if part is not None:
            held.add(number, part)
    yield from table.nameless()


def read_main(
    table: OpenTable, profile: Profile, held: SpilledParts, parts: Sequence[str]
) -> Iterator[Draft | Finding]:
    """The drafts of a sheet of records, with their parts."""
    yield from table.findings()
    if not table.is_clear:
        return
    reader = reader_of(table, profile, parts)
    for row, cells in table.rows(reader):
        found = list(reader.draft(row, cells, held.take))
        yield from held.faults()
        yield from found
    yield from table.nameless()


def read_orphans(held: SpilledParts, kinds: Collection[Kind]) -> Iterator[Finding]:
    """A finding for the parts that belong to nothing in the file, of kinds whose records could be read; one
    for neighbours of the same name."""
    orphans = (orphan for orphan in held.orphans() if orphan.reader.sheet.table.kind in kinds)
    together = groupby(orphans, key=lambda orphan: (orphan.reader.place, orphan.key))
    for count, (_, neighbours) in enumerate(together, start=1):
        orphan, *others = neighbours
        reader = orphan.reader
        heading = next(
            (text for text, path in reader.headings.columns.values() if path.startswith("@")), None
        )
        place = Place(reader.place.file, reader.place.sheet, orphan.row, heading)
        if count > SHOWN_ORPHANS:
            yield Finding(Severity.FAULT, place, "还有更多这样的行，没有一一列出")
            return
        key = orphan.key.rpartition("=")[2]
        these = f"从这一行起的 {len(others) + 1} 行" if others else "这一行"
        yield Finding(
            Severity.FAULT,
            place,
            f"文件里没有“{key}”这条记录，{these}不知道属于谁",
            value=key,
            hint="核对编号，或把这条记录加到它的工作表里",
        )


def column_letter(at: int) -> str:
    """A column as spreadsheets call it: A, Z, AA."""
    letters = ""
    while at >= 0:
        at, rest = divmod(at, 26)
        letters, at = chr(ord("A") + rest) + letters, at - 1
    return letters


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, Broken):
        return ""
    return CONTROL.sub("", str(cell)).strip()
