"""The store on SQLite and PostgreSQL.

Why a reader with a cursor never skips a change: a writer holds the log (SQLite's one write lock, PostgreSQL's
counter row) from its first statement until its commit is visible, and takes the next seq only while it holds
it. So seqs become visible in order, and a rolled-back writer leaves no gap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from service_catalog.model import Change, Kind, Revision
from service_catalog.model.errors import NotFoundError
from service_catalog.store import queries
from service_catalog.store.base import Snapshot, WriteTransaction
from service_catalog.store.canonical import canonical_json, text_hash
from service_catalog.store.clock import Clock, timestamp, utc_now
from service_catalog.store.entry import Stamp
from service_catalog.store.failures import translated
from service_catalog.store.held import HeldConnections
from service_catalog.store.keys import SqlKeyring
from service_catalog.store.rows import dictionary_of, storable
from service_catalog.store.schema import require_schema
from service_catalog.store.server import Server, connect
from service_catalog.store.tables import counter, dictionary
from service_catalog.store.turns import Turns
from service_catalog.store.upkeep_sql import SqlUpkeep
from service_catalog.store.writing import SqlWriteTransaction, take_log


def open_store(url: str, *, clock: Clock = utc_now) -> SqlStore:
    """Open the store at ``sqlite:////path`` or ``postgresql://user@host/name``, in the process that uses it.

    Raises StoreUnavailableError, with what to do, if it cannot be reached or its tables are missing, old or
    newer than this program; ConfigurationError if the address is of no use.
    """
    server = connect(url, create=False)
    try:
        with translated(server.place), server.reader.connect() as connection:
            require_schema(connection, server.place)
        server.settle()
    except BaseException:
        server.close()
        raise
    return SqlStore(server, clock)


class SqlStore:
    """See ``base.Store``. Made by ``open_store``."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._turns = Turns()
        self._held = HeldConnections(server)
        self._head_sql: dict[frozenset[Kind], str] = {}
        self._whole_head = queries.head_sql(server.engine.dialect, ())
        self.keyring = SqlKeyring(reading=self._reading, writing=self._writing, clock=clock)
        self.upkeep = SqlUpkeep(reading=self._reading, writing=self._writing, clock=clock)

    @contextmanager
    def write(self, *, author: str, reason: str) -> Iterator[WriteTransaction]:
        with self._turns.take(), self._connected(self._server.writer) as connection, connection.begin():
            head = take_log(connection)
            stamp = Stamp(author, reason, timestamp(self._clock()))
            transaction = SqlWriteTransaction(connection, head=head, stamp=stamp)
            try:
                yield transaction
                transaction.flush()
            finally:
                transaction.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self._connected(self._server.view) as connection, connection.begin():
            yield SqlSnapshot(connection)

    def head(self, kinds: Collection[Kind] = ()) -> int:
        sql = self._whole_head if not kinds else self._head_of(frozenset(kinds))
        seq: int = self._held.value(sql)
        return seq

    def epoch(self) -> str:
        with self._reading() as connection:
            epoch: str = connection.execute(select(counter.c.epoch)).scalar_one()
            return epoch

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        with self._reading() as connection:
            return queries.changes(connection, after, limit)

    def get(self, record_id: str) -> Revision | None:
        return self.get_many((record_id,)).get(record_id)

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        with self._reading() as connection:
            return queries.current(connection, record_ids)

    def history(self, record_id: str) -> Sequence[Revision]:
        with self._reading() as connection:
            return queries.history(connection, record_id)

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        with self._reading() as connection:
            return queries.referrers(connection, record_ids, kinds)

    def listing(
        self,
        kind: Kind,
        *,
        owner: str | None = None,
        department: str | None = None,
        after: str = "",
        limit: int,
    ) -> Sequence[Revision]:
        with self._reading() as connection:
            return queries.listing(
                connection, kind, owner=owner, department=department, after=after, limit=limit
            )

    def departments(self) -> Sequence[tuple[str, str, int]]:
        with self._reading() as connection:
            return queries.departments(connection)

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        with self._reading() as connection:
            return queries.counts(connection)

    def save_dictionary(self, content: Mapping[str, Any]) -> str:
        body = canonical_json(dict(content))
        name = text_hash(body)
        # The log is held although nothing is appended: else two processes may both find the name missing.
        with self._writing() as connection:
            take_log(connection)
            if connection.execute(select(dictionary.c.hash).where(dictionary.c.hash == name)).first() is None:
                row = {"hash": name, "body": body, "created_at": timestamp(self._clock())}
                connection.execute(insert(dictionary).values(row))
        return name

    def dictionary(self, name: str) -> Mapping[str, Any]:
        with self._reading() as connection:
            query = select(dictionary.c.body).where(dictionary.c.hash == name)
            body = connection.execute(query).scalar() if storable(name) else None
        if body is None:
            raise NotFoundError(f"没有词典 {name}：请运行 catalog rebuild")
        return dictionary_of(body)

    def close(self) -> None:
        self._held.close()
        self._server.close()

    def _head_of(self, kinds: frozenset[Kind]) -> str:
        sql = self._head_sql.get(kinds)
        if sql is None:
            sql = self._head_sql[kinds] = queries.head_sql(self._server.engine.dialect, kinds)
        return sql

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._connected(self._server.reader)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turns.take(), self._connected(self._server.writer) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        self._held.require_same_process()
        with translated(self._server.place), engine.connect() as connection:
            yield connection


class SqlSnapshot:
    """See ``base.Snapshot``. Both servers fix the moment at the first statement: here the one for head."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.head: int = connection.execute(select(counter.c.seq)).scalar_one()

    def records(self, kind: Kind, *, owner: str | None = None) -> Iterator[Revision]:
        return queries.stream(self._connection, kind, owner=owner)

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        return queries.referrers(self._connection, record_ids, kinds)

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        return queries.counts(self._connection)
