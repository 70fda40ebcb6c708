"""Leases, events and rejections as dicts, for ``memory``. See ``upkeep`` for what is promised."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from service_catalog.store.clock import Clock, timestamp
from service_catalog.store.upkeep import KEPT_EVENTS, IndexEvent, Lease, Rejection, end_of


class MemoryUpkeep:
    """See ``upkeep.Upkeep``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._leases: dict[str, Lease] = {}
        self._events: list[IndexEvent] = []
        self._rejections: dict[tuple[str, str, str], Rejection] = {}

    def take(self, name: str, owner: str, *, seconds: float, note: str = "") -> bool:
        with self._lock:
            moment, held = self._clock(), self._leases.get(name)
            if held is not None and held.owner != owner and held.is_held(moment):
                return False
            since = held.taken_at if held is not None and held.owner == owner else timestamp(moment)
            self._leases[name] = Lease(name, owner, since, end_of(moment, seconds), note)
            return True

    def release(self, name: str, owner: str) -> None:
        with self._lock:
            held = self._leases.get(name)
            if held is not None and held.owner == owner:
                del self._leases[name]

    def lease(self, name: str) -> Lease | None:
        return self._leases.get(name)

    def record(self, event: IndexEvent) -> None:
        with self._lock:
            self._events.append(event)
            del self._events[:-KEPT_EVENTS]

    def events(self, engine: str, limit: int) -> Sequence[IndexEvent]:
        with self._lock:
            return [each for each in reversed(self._events) if each.engine == engine][:limit]

    def keep_rejections(
        self, engine: str, generation: str, taken: Sequence[str], refused: Sequence[Rejection]
    ) -> None:
        with self._lock:
            for name in taken:
                self._rejections.pop((engine, generation, name), None)
            for each in refused:
                self._rejections[engine, generation, each.id] = each

    def rejections(self, engine: str, generation: str) -> Sequence[Rejection]:
        with self._lock:
            return [
                self._rejections[key] for key in sorted(self._rejections) if key[:2] == (engine, generation)
            ]

    def forget_generation(self, engine: str, generation: str) -> None:
        with self._lock:
            for key in [key for key in self._rejections if key[:2] == (engine, generation)]:
                del self._rejections[key]
