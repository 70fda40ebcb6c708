"""A write transaction on a SQL server: writes are kept, and sent when the block is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from service_catalog.model import Change, Record, Revision
from service_catalog.store.entry import Entry, Stamp, make_entry
from service_catalog.store.keyring import Receipt
from service_catalog.store.keys import keep_receipt_in, receipt_in
from service_catalog.store.queries import current
from service_catalog.store.tables import change, counter, link, record, revision

# Made once: building a statement costs as much as running it.
_TAKE_LOG = select(counter.c.seq).with_for_update()
_ADVANCE_LOG = update(counter).values(seq=bindparam("head"))
_ADD_RECORD = insert(record)
_CHANGE_RECORD = (
    update(record)
    .where(record.c.id == bindparam("this"))
    .values({column.name: bindparam(column.name) for column in record.c if column is not record.c.id})
)
_ADD_REVISION = insert(revision)
_ADD_CHANGE = insert(change)
_ADD_LINK = insert(link)
_REMOVE_LINKS = delete(link).where(link.c.source == bindparam("this"))


def take_log(connection: Connection) -> int:
    """Waits for this writer's turn, returns the head. PostgreSQL locks the counter row, SQLite at BEGIN."""
    head: int = connection.execute(_TAKE_LOG).scalar_one()
    return head


CHUNK = 1_000
"""Entries sent at once. A transaction may hold 100,000, which would take a gigabyte as Python objects."""


class SqlWriteTransaction:
    """See ``base.WriteTransaction``."""

    def __init__(self, connection: Connection, *, head: int, stamp: Stamp) -> None:
        self._connection = connection
        self._head = head
        self._stamp = stamp
        self._stored: dict[str, Revision | None] = {}
        self._entries: list[Entry] = []
        self._latest: dict[str, Entry] = {}
        self._over = False

    def get(self, record_id: str) -> Revision | None:
        return self.get_many((record_id,)).get(record_id)

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        self._load([name for name in dict.fromkeys(record_ids) if name not in self._stored])
        return {name: found for name in record_ids if (found := self._current(name)) is not None}

    def put(self, record: Record) -> Change:
        if self._over:
            raise RuntimeError("the write transaction is over")
        seq = self._head + len(self._entries) + 1
        entry = make_entry(record, self.get(record.id), seq=seq, stamp=self._stamp)
        self._entries.append(entry)
        self._latest[record.id] = entry
        if len(self._entries) >= CHUNK:
            self.flush()
        return entry.change

    def receipt(self, key_id: str, token: str) -> Receipt | None:
        return receipt_in(self._connection, key_id, token)

    def keep_receipt(self, receipt: Receipt) -> None:
        keep_receipt_in(self._connection, receipt, self._stamp.changed_at)

    def flush(self) -> None:
        """Sends what was put since the last time. What is asked for again is read back from the server."""
        if not self._entries:
            return
        self._send_records()
        self._connection.execute(_ADD_REVISION, [_revision_row(entry) for entry in self._entries])
        self._connection.execute(_ADD_CHANGE, [_change_row(entry) for entry in self._entries])
        self._send_links()
        self._head += len(self._entries)
        self._connection.execute(_ADVANCE_LOG, {"head": self._head})
        for name in self._latest:
            del self._stored[name]
        self._entries, self._latest = [], {}

    def close(self) -> None:
        """Refuses further writes: after the block they would be lost without a word."""
        self._over = True

    def _current(self, record_id: str) -> Revision | None:
        written = self._latest.get(record_id)
        return written.revision if written else self._stored.get(record_id)

    def _load(self, record_ids: Sequence[str]) -> None:
        self._stored.update(dict.fromkeys(record_ids))
        if record_ids and self._head:  # an empty log has no records: a first load need not ask for each
            self._stored.update(current(self._connection, record_ids))

    def _send_records(self) -> None:
        rows = {name: _record_row(entry) for name, entry in self._latest.items()}
        new = [row for name, row in rows.items() if self._stored[name] is None]
        known = [{**row, "this": name} for name, row in rows.items() if self._stored[name] is not None]
        if new:
            self._connection.execute(_ADD_RECORD, new)
        if known:
            self._connection.execute(_CHANGE_RECORD, known)

    def _send_links(self) -> None:
        before = [{"this": name} for name in self._latest if self._stored[name] is not None]
        if before:
            self._connection.execute(_REMOVE_LINKS, before)
        links = [
            {"source": name, "target": target}
            for name, entry in self._latest.items()
            for target in entry.targets
        ]
        if links:
            self._connection.execute(_ADD_LINK, links)


def _change_row(entry: Entry) -> dict[str, Any]:
    written = entry.change
    return {
        "seq": written.seq,
        "id": written.id,
        "kind": str(written.kind),
        "owner": written.owner,
        "version": written.version,
        "hash": written.hash,
        "deleted": written.deleted,
        "changed_at": written.changed_at,
    }


def _revision_row(entry: Entry) -> dict[str, Any]:
    written = entry.revision
    return {
        **_change_row(entry),
        "body": entry.body,
        "author": written.author,
        "reason": written.reason,
    }


def _record_row(entry: Entry) -> dict[str, Any]:
    return {**_revision_row(entry), "name": entry.name, "department": entry.department}
