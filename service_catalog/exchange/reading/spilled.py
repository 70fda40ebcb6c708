"""Parts of records, kept on disk until the record they belong to is read.

A workbook holds materials in another sheet than their items, and in any order. 300,000 of them would take a
gigabyte as Python objects; a private SQLite file takes a tenth of it on disk and next to nothing in memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.exchange.drafts import Finding, Place, Severity
from service_catalog.exchange.reading.identity import contradiction, record_keys
from service_catalog.exchange.reading.rows import Part, RowReader

_TABLE = """
create table part (key text not null, sheet integer not null, ord real, line integer not null,
                   data text not null, names text not null, owner text)
"""

_TAKE = """
select rowid, key, sheet, ord, line, data, names, owner from part where key in ({marks})
order by sheet, ord is null, ord, line
"""

TAKEN_AT_ONCE = 500

Taken = Mapping[str, Sequence[tuple[Part, Place, Mapping[str, str]]]]
"""Parts by path, each with its row and the headings of its sheet."""


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
        self._waiting: list[tuple[str, int, float | None, int, str, str]] = []
        self._faults: list[Finding] = []
        self._told: set[tuple[int, str]] = set()
        self._is_indexed = self._has_any = False

    def add_sheet(self, reader: RowReader) -> int:
        """Announce a sheet. Returns its number."""
        self._sheets.append(reader)
        return len(self._sheets) - 1

    def add(self, sheet: int, part: Part) -> None:
        """Keep a part."""
        self._has_any = True
        data, names = (
            json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in (part.data, part.names)
        )
        self._waiting.append((part.keys[0], sheet, part.order, part.row, data, names))
        if len(self._waiting) >= TAKEN_AT_ONCE:
            self._flush()

    def take(self, record: Mapping[str, Any]) -> Taken:
        """The parts of a record, given by its names, in order, by path."""
        if not self._has_any:
            return {}
        self._index()
        keys, owner = record_keys(record), str(record.get("owner"))
        query = _TAKE.format(marks=",".join("?" * len(keys)))
        found: dict[str, list[tuple[Part, Place, Mapping[str, str]]]] = {}
        rows = self._held.execute(query, keys).fetchall()
        for _, key, sheet, order, line, data, names, other in rows:
            reader = self._sheets[sheet]
            place = Place(reader.place.file, reader.place.sheet, line)
            part = Part((key,), order, json.loads(data), line, json.loads(names))
            self._check(part, sheet, record, None if other is None or other == owner else other)
            found.setdefault(reader.sheet.table.list_path, []).append((part, place, reader.heading_by_path))
        taken = [(owner, row[0]) for row in rows]
        self._held.executemany("update part set owner = ? where rowid = ?", taken)
        return found

    def faults(self) -> Sequence[Finding]:
        """What is wrong with the parts taken since the last call."""
        found, self._faults = self._faults, []
        return found

    def _check(self, part: Part, sheet: int, record: Mapping[str, Any], other: str | None) -> None:
        """``other``: the region that has a record for the same part."""
        key = part.keys[0]
        name = contradiction(part.names, record)
        if name is not None:
            said, known = part.names[name], record[name]
            message = f"这一行的“{said}”与它所属的记录不符：那条记录是“{known}”"
            self._tell(part, sheet, name, message, "核对这一行的编号、区划和编码，它们应指同一条记录")
        elif other is not None and (sheet, key) not in self._told:
            self._told.add((sheet, key))
            name = key.partition("=")[0].removeprefix("@")
            message = (
                f"区划 {other} 和 {record.get('owner')} 都有“{key.rpartition('=')[2]}”，不知道这一行属于谁"
            )
            self._tell(part, sheet, name, message, "这张表加上“区划”或“编号”一列")

    def _tell(self, part: Part, sheet: int, name: str, message: str, hint: str) -> None:
        reader = self._sheets[sheet]
        heading = reader.heading_by_path.get(f"@{name}")
        place = Place(reader.place.file, reader.place.sheet, part.row, heading)
        self._faults.append(
            Finding(Severity.FAULT, place, message, value=part.names.get(name, ""), hint=hint)
        )

    def orphans(self) -> Iterator[Orphan]:
        """Parts that no record took, in the order of the file."""
        self._flush()
        for key, sheet, line in self._held.execute(
            "select key, sheet, line from part where owner is null order by sheet, line"
        ):
            yield Orphan(key, self._sheets[sheet], line)

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    def _flush(self) -> None:
        self._held.executemany(
            "insert into part (key, sheet, ord, line, data, names) values (?, ?, ?, ?, ?, ?)", self._waiting
        )
        self._waiting.clear()

    def _index(self) -> None:
        if not self._is_indexed:
            self._flush()
            self._held.execute("create index part_key on part (key)")
            self._is_indexed = True
