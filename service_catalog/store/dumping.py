"""All rows of a store, out and in again: what backups are made of.

Every table of the schema is carried, whatever it is for, as rows of plain values by column name, so that a
dump of one server loads into the other. A dump is one moment of the store while writes go on; a load replaces
everything in one transaction, during which readers still see what was there before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, inspect, select, text, update

from service_catalog.store.canonical import text_fault
from service_catalog.store.clock import Clock, timestamp, utc_now
from service_catalog.store.failures import translated
from service_catalog.store.schema import SCHEMA, refuse_newer, require_schema, stored_schema
from service_catalog.store.server import connect
from service_catalog.store.tables import counter, epoch, metadata, record

Row = Mapping[str, Any]

TABLES = tuple(table.name for table in metadata.sorted_tables)
"""Every table, in an order in which each row finds the rows it refers to."""

BATCH = 500
"""Rows read and written at once: a few MB at most."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a dump shows: the schema of the rows, and where in which log they stand."""

    schema: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Held:
    """What a database holds before it is replaced. ``records`` counts tombstones too."""

    records: int
    seq: int
    epoch: str


class Dump:
    """Every row as of one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # The first statement: it fixes the moment on both servers.
        row = connection.execute(select(counter)).one()
        self.moment = Moment(SCHEMA, row.epoch, row.seq)

    def count(self, name: str) -> int:
        """Number of rows of a table."""
        table = metadata.tables[name]
        return self._connection.execute(select(func.count()).select_from(table)).scalar_one()

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table in order of its key, a portion in memory at a time."""
        table = metadata.tables[name]
        query = select(table).order_by(*table.primary_key.columns)
        for row in self._connection.execution_options(yield_per=BATCH).execute(query):
            yield dict(row._mapping)


@contextmanager
def dumping(url: str) -> Iterator[Dump]:
    """A dump of the store at ``url``. Writers do not wait for it, except on SQLite without WAL.

    Raises StoreUnavailableError if the store cannot be read or has another schema than this program's.
    """
    server = connect(url, create=False)
    try:
        with translated(server.place), server.view.connect() as connection, connection.begin():
            require_schema(connection, server.place)
            yield Dump(connection)
    finally:
        server.close()


class Load:
    """Replaces everything in a store. Nothing of it is visible before the block of ``loading`` is left."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        _hold_all(connection)
        for table in reversed(metadata.sorted_tables):
            if table is not counter:  # writers wait for its row: it is changed, never away
                connection.execute(delete(table))

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Put rows into a table. Those of the counter are left to ``begin_epoch``."""
        table = metadata.tables[name]
        portions = iter(rows)
        while portion := list(islice(portions, BATCH)):
            if table is not counter:
                self._connection.execute(insert(table), [_whole(table, row) for row in portion])

    def begin_epoch(self, source: Moment, reason: str) -> str:
        """Set the log to the source's seq, under a new epoch whose name is returned, and write down why."""
        name = secrets.token_hex(8)
        self._connection.execute(update(counter).values(seq=source.seq, epoch=name))
        row = {"source_epoch": source.epoch, "source_seq": source.seq}
        row |= {"name": name, "began_at": timestamp(self._clock()), "reason": reason}
        self._connection.execute(insert(epoch).values(row))
        return name


@contextmanager
def loading(url: str, *, clock: Clock = utc_now) -> Iterator[Load]:
    """Replaces the store at ``url``, whose tables exist, in one transaction. An exception leaves the old one.

    Raises StoreUnavailableError.
    """
    server = connect(url, create=False)
    try:
        with translated(server.place), server.writer.connect() as connection, connection.begin():
            require_schema(connection, server.place)
            yield Load(connection, clock)
    finally:
        server.close()


def held(url: str) -> Held | None:
    """What the database at ``url`` holds; None if it has no tables yet. Raises StoreUnavailableError."""
    server = connect(url, create=True)
    try:
        with translated(server.place), server.view.connect() as connection, connection.begin():
            refuse_newer(stored_schema(connection), server.place)
            if not inspect(connection).has_table(counter.name):
                return None
            row = connection.execute(select(counter)).one()
            count = connection.execute(select(func.count()).select_from(record)).scalar_one()
            return Held(count, row.seq, row.epoch)
    finally:
        server.close()


def row_fault(name: str, row: Any) -> str | None:
    """What keeps ``row`` from being a row of a table, or None."""
    if not isinstance(row, dict):
        return "不是 JSON 对象"
    columns = metadata.tables[name].columns
    if unknown := sorted(row.keys() - set(columns.keys())):
        return f"有未知的字段 {unknown[0]}"
    return next((fault for column in columns if (fault := _value_fault(column, row.get(column.name)))), None)


def _value_fault(column: Column[Any], value: Any) -> str | None:
    if value is None:
        return None if column.nullable else f"缺少 {column.name}"
    if type(value) is not column.type.python_type:
        return f"{column.name} 的类型不对"
    fault = text_fault(value) if isinstance(value, str) else None
    return f"{column.name} {fault}" if fault else None


def _whole(table: Table, row: Row) -> dict[str, Any]:
    """With the columns that an older schema did not have: one statement takes rows of one shape."""
    return {column.name: row.get(column.name) for column in table.columns}


def _hold_all(connection: Connection) -> None:
    """Let nobody else write, in any table, until the transaction ends. SQLite has done so with its BEGIN.

    The counter comes first, as for every writer of the log: else two could wait for each other.
    """
    if connection.dialect.name != "postgresql":
        return
    quoted = connection.dialect.identifier_preparer.format_table
    others = [table for table in metadata.sorted_tables if table is not counter]
    names = ", ".join(quoted(table) for table in (counter, *others))
    connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
