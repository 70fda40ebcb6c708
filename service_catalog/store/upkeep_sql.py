"""Leases, events and rejections on a SQL server. See ``upkeep`` for what is promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select

from service_catalog.store.clock import Clock, timestamp
from service_catalog.store.keys import Connect
from service_catalog.store.tables import index_event, lease, rejection
from service_catalog.store.upkeep import KEPT_EVENTS, IndexEvent, Lease, Rejection, end_of
from service_catalog.store.writing import take_log


class SqlUpkeep:
    """See ``upkeep.Upkeep``. ``reading`` and ``writing`` open a connection of the store."""

    def __init__(self, *, reading: Connect, writing: Connect, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def take(self, name: str, owner: str, *, seconds: float, note: str = "") -> bool:
        # The log is held although nothing is appended: else two processes may both find the lease free.
        with self._writing() as connection:
            take_log(connection)
            moment = self._clock()
            held = self._read(connection, name)
            if held is not None and held.owner != owner and held.is_held(moment):
                return False
            since = held.taken_at if held is not None and held.owner == owner else timestamp(moment)
            connection.execute(delete(lease).where(lease.c.name == name))
            taken = Lease(name, owner, since, end_of(moment, seconds), note)
            connection.execute(insert(lease).values(asdict(taken)))
            return True

    def release(self, name: str, owner: str) -> None:
        with self._writing() as connection:
            connection.execute(delete(lease).where((lease.c.name == name) & (lease.c.owner == owner)))

    def lease(self, name: str) -> Lease | None:
        with self._reading() as connection:
            return self._read(connection, name)

    def record(self, event: IndexEvent) -> None:
        with self._writing() as connection:
            take_log(connection)
            newest: int = connection.execute(select(func.max(index_event.c.number))).scalar() or 0
            connection.execute(insert(index_event).values(asdict(event) | {"number": newest + 1}))
            connection.execute(delete(index_event).where(index_event.c.number <= newest + 1 - KEPT_EVENTS))

    def events(self, engine: str, limit: int) -> Sequence[IndexEvent]:
        query = (
            select(index_event)
            .where(index_event.c.engine == engine)
            .order_by(index_event.c.number.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            return [_event_of(row) for row in connection.execute(query)]

    def keep_rejections(
        self, engine: str, generation: str, taken: Sequence[str], refused: Sequence[Rejection]
    ) -> None:
        own = (rejection.c.engine == engine) & (rejection.c.generation == generation)
        with self._reading() as connection:
            known = set(connection.execute(select(rejection.c.id).where(own)).scalars())
        gone = known & {*taken, *(each.id for each in refused)}
        if not gone and not refused:
            return  # as nearly always: a write for each batch would hold the log for nothing
        with self._writing() as connection:
            take_log(connection)
            for name in gone:
                connection.execute(delete(rejection).where(own & (rejection.c.id == name)))
            for each in refused:
                connection.execute(insert(rejection).values(asdict(each)))

    def rejections(self, engine: str, generation: str) -> Sequence[Rejection]:
        own = (rejection.c.engine == engine) & (rejection.c.generation == generation)
        with self._reading() as connection:
            rows = connection.execute(select(rejection).where(own).order_by(rejection.c.id))
            return [Rejection(**row._mapping) for row in rows]

    def forget_generation(self, engine: str, generation: str) -> None:
        own = (rejection.c.engine == engine) & (rejection.c.generation == generation)
        with self._writing() as connection:
            connection.execute(delete(rejection).where(own))

    @staticmethod
    def _read(connection: Any, name: str) -> Lease | None:
        row = connection.execute(select(lease).where(lease.c.name == name)).first()
        return None if row is None else Lease(**row._mapping)


def _event_of(row: Any) -> IndexEvent:
    values = dict(row._mapping)
    del values["number"]
    return IndexEvent(**values)
