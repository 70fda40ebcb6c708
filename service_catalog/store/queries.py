"""The store's questions, each on an open connection."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select, bindparam, false, func, select, union_all

from service_catalog.model import Change, Kind, Revision
from service_catalog.store.rows import MANY, MAX_INTEGER, change_of, revision_of, storable
from service_catalog.store.tables import change, counter, link, record, revision

# Made once: building a statement costs as much as running it.
_BY_IDS = select(record).where(record.c.id.in_(bindparam("ids", expanding=True)))
_HISTORY = select(revision).where(revision.c.id == bindparam("id")).order_by(revision.c.version.desc())
_CHANGES = (
    select(change).where(change.c.seq > bindparam("after")).order_by(change.c.seq).limit(bindparam("limit"))
)

_STREAMED_ROWS = 500
"""Rows fetched at a time where all records of a kind are read: a few MB at most."""


def changes(connection: Connection, after: int, limit: int) -> Sequence[Change]:
    if after > MAX_INTEGER or limit <= 0:
        return ()
    rows = connection.execute(_CHANGES, {"after": after, "limit": min(limit, MAX_INTEGER)})
    return [change_of(row) for row in rows]


def current(connection: Connection, record_ids: Collection[str]) -> Mapping[str, Revision]:
    found: dict[str, Revision] = {}
    for some in _portions(record_ids):
        rows = connection.execute(_BY_IDS, {"ids": some})
        found.update((row.id, revision_of(row)) for row in rows)
    return found


def history(connection: Connection, record_id: str) -> Sequence[Revision]:
    if not storable(record_id):
        return ()
    return [revision_of(row) for row in connection.execute(_HISTORY, {"id": record_id})]


def referrers(
    connection: Connection, record_ids: Collection[str], kinds: Collection[Kind]
) -> Mapping[str, Sequence[Revision]]:
    found: dict[str, list[Revision]] = {}
    query = (
        select(link.c.target, record)
        .join(record, record.c.id == link.c.source)
        .where(record.c.deleted == false())
        .order_by(link.c.target, record.c.id)
    )
    if kinds:
        # Not the bare column: SQLite would walk its index of the kind, tens of thousands of rows for each
        # portion, instead of the few links. A build at 50,000 documents took ten minutes so.
        query = query.where(func.coalesce(record.c.kind, "").in_(sorted(kinds)))
    for some in _portions(record_ids):
        for row in connection.execute(query.where(link.c.target.in_(some))):
            found.setdefault(row.target, []).append(revision_of(row))
    return found


def listing(
    connection: Connection, kind: Kind, *, owner: str | None, department: str | None, after: str, limit: int
) -> Sequence[Revision]:
    if limit <= 0 or not storable(owner, department, after):
        return ()
    query = _live(kind, owner).where(record.c.id > after).limit(min(limit, MAX_INTEGER))
    if department is not None:
        query = query.where(record.c.department == department)
    return [revision_of(row) for row in connection.execute(query)]


def stream(connection: Connection, kind: Kind, *, owner: str | None) -> Iterator[Revision]:
    """All records of a kind that are not deleted, in order of id, a portion in memory at a time."""
    if not storable(owner):
        return
    rows = connection.execution_options(yield_per=_STREAMED_ROWS).execute(_live(kind, owner))
    for row in rows:
        yield revision_of(row)


def departments(connection: Connection) -> Sequence[tuple[str, str, int]]:
    named = (record.c.owner, record.c.department)
    query = (
        select(*named, func.count())
        .where(record.c.kind == str(Kind.ITEM), record.c.deleted == false(), record.c.department.is_not(None))
        .group_by(*named)
        .order_by(*named)
    )
    return [(owner, department, count) for owner, department, count in connection.execute(query)]


def counts(connection: Connection) -> Mapping[tuple[str, Kind], int]:
    grouped = (record.c.owner, record.c.kind)
    query = select(*grouped, func.count()).where(record.c.deleted == false()).group_by(*grouped)
    return {(owner, Kind(kind)): count for owner, kind, count in connection.execute(query)}


def head_sql(dialect: Dialect, kinds: Collection[Kind]) -> str:
    """The question for the head as plain SQL without parameters, for a held connection."""
    query: Select[Any] = select(counter.c.seq)
    if kinds:
        newest = [
            select(
                select(func.max(change.c.seq))
                .where(change.c.kind == str(kind))
                .scalar_subquery()
                .label("seq")
            )
            for kind in sorted(kinds)
        ]
        query = select(func.coalesce(func.max(union_all(*newest).subquery().c.seq), 0))
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _live(kind: Kind, owner: str | None) -> Select[Any]:
    query = (
        select(record).where(record.c.kind == str(kind), record.c.deleted == false()).order_by(record.c.id)
    )
    return query if owner is None else query.where(record.c.owner == owner)


def _portions(record_ids: Collection[str]) -> Iterator[Sequence[str]]:
    wanted = [record_id for record_id in dict.fromkeys(record_ids) if storable(record_id)]
    for begin in range(0, len(wanted), MANY):
        yield wanted[begin : begin + MANY]
