"""Parts of records, kept on disk until the record they belong to is read.

A workbook holds materials in another sheet than their items, and in any order. 300,000 of them would take a
gigabyte as Python objects; a private SQLite file takes a tenth of it on disk and next to nothing in memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service_catalog.exchange.drafts import Place
from service_catalog.exchange.rows import Part, RowReader

_TABLE = """
create table part (key text not null, sheet integer not null, ord real, line integer not null,
                   data text not null, used integer not null default 0)
"""

_TAKE = """
select rowid, sheet, ord, line, data from part where key in ({marks})
order by sheet, ord is null, ord, line
"""

TAKEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Orphan:
    """A part whose record is not in the file."""

    key: str
    reader: RowReader
    row: int


class SpilledParts:
    """Parts by the record they belong to. Closed with the file."""

    def __init__(self) -> None:
        self._sheets: list[RowReader] = []
        self._held = sqlite3.connect("", isolation_level=None)  # "": private, on disk, gone with the process
        self._held.execute("pragma journal_mode = off")
        self._held.execute("pragma synchronous = off")
        self._held.execute("begin")
        self._held.execute(_TABLE)
        self._waiting: list[tuple[str, int, float | None, int, str]] = []
        self._is_indexed = self._has_any = False

    def add_sheet(self, reader: RowReader) -> int:
        """Announce a sheet. Returns its number."""
        self._sheets.append(reader)
        return len(self._sheets) - 1

    def add(self, sheet: int, part: Part) -> None:
        """Keep a part."""
        self._has_any = True
        data = json.dumps(part.data, ensure_ascii=False, separators=(",", ":"))
        self._waiting.append((part.keys[0], sheet, part.order, part.row, data))
        if len(self._waiting) >= TAKEN_AT_ONCE:
            self._flush()

    def take(self, keys: Sequence[str]) -> Mapping[str, Sequence[tuple[Part, Place, Mapping[str, str]]]]:
        """The parts of a record that goes by ``keys``, in order, by path."""
        if not self._has_any:
            return {}
        self._index()
        query = _TAKE.format(marks=",".join("?" * len(keys)))
        found: dict[str, list[tuple[Part, Place, Mapping[str, str]]]] = {}
        rows = self._held.execute(query, tuple(keys)).fetchall()
        for _, sheet, order, line, data in rows:
            reader = self._sheets[sheet]
            place = Place(reader.place.file, reader.place.sheet, line)
            part = Part((), order, json.loads(data), line)
            found.setdefault(reader.sheet.table.list_path, []).append((part, place, reader.heading_by_path))
        self._held.executemany("update part set used = 1 where rowid = ?", [(row[0],) for row in rows])
        return found

    def orphans(self) -> Iterator[Orphan]:
        """Parts that no record took, in the order of the file."""
        self._flush()
        for key, sheet, line in self._held.execute(
            "select key, sheet, line from part where not used order by sheet, line"
        ):
            yield Orphan(key, self._sheets[sheet], line)

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    def _flush(self) -> None:
        self._held.executemany(
            "insert into part (key, sheet, ord, line, data) values (?, ?, ?, ?, ?)", self._waiting
        )
        self._waiting.clear()

    def _index(self) -> None:
        if not self._is_indexed:
            self._flush()
            self._held.execute("create index part_key on part (key)")
            self._is_indexed = True
