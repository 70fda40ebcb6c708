"""Access keys and receipts on a SQL server. See ``keyring`` for what is promised."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from service_catalog.model.errors import ConflictError
from service_catalog.store.clock import Clock, timestamp
from service_catalog.store.keyring import AccessKey, Receipt, outdated_before
from service_catalog.store.rows import storable
from service_catalog.store.tables import access_key, receipt

Connect = Callable[[], AbstractContextManager[Connection]]

_LISTS = ("scopes", "regions")


class SqlKeyring:
    """See ``keyring.Keyring``. ``reading`` and ``writing`` open a connection of the store."""

    def __init__(self, *, reading: Connect, writing: Connect, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(self, key: AccessKey) -> None:
        row = asdict(key) | {name: " ".join(getattr(key, name)) for name in _LISTS}
        with self._writing() as connection:
            if _key(connection, key.id) is not None:
                raise ConflictError(f"密钥编号 {key.id} 已被使用")
            connection.execute(insert(access_key).values(row))

    def get(self, key_id: str) -> AccessKey | None:
        if not storable(key_id):
            return None
        with self._reading() as connection:
            return _key(connection, key_id)

    def all(self) -> Sequence[AccessKey]:
        query = select(access_key).order_by(access_key.c.created_at, access_key.c.id)
        with self._reading() as connection:
            return [_key_of(row) for row in connection.execute(query)]

    def revoke(self, key_id: str) -> AccessKey | None:
        if not storable(key_id):
            return None
        valid = (access_key.c.id == key_id) & access_key.c.revoked_at.is_(None)
        with self._writing() as connection:
            moment = timestamp(self._clock())
            connection.execute(update(access_key).where(valid).values(revoked_at=moment))
            return _key(connection, key_id)


def receipt_in(connection: Connection, key_id: str, token: str) -> Receipt | None:
    """The receipt of an earlier write."""
    wanted = (receipt.c.key_id == key_id) & (receipt.c.token == token)
    row: Any = connection.execute(select(receipt).where(wanted)).first()
    if row is None:
        return None
    headers = tuple((name, value) for name, value in json.loads(row.headers))
    return Receipt(row.key_id, row.token, row.digest, row.status, headers, row.body)


def keep_receipt_in(connection: Connection, kept: Receipt, moment: str) -> None:
    """Add a receipt, dated ``moment``, and drop those that are too old."""
    connection.execute(delete(receipt).where(receipt.c.created_at < outdated_before(moment)))
    row = asdict(kept) | {"headers": json.dumps(kept.headers), "created_at": moment}
    connection.execute(insert(receipt).values(row))


def _key(connection: Connection, key_id: str) -> AccessKey | None:
    row = connection.execute(select(access_key).where(access_key.c.id == key_id)).first()
    return None if row is None else _key_of(row)


def _key_of(row: Any) -> AccessKey:
    values = dict(row._mapping)
    return AccessKey(**(values | {name: tuple(values[name].split()) for name in _LISTS}))
