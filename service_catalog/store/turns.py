"""Writers of one process take turns here before they stand in line with other processes.

Without it the threads of one worker would fight for SQLite's lock by sleeping and trying again, and on
PostgreSQL each waiting thread would keep a connection of the pool.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service_catalog.model.errors import StoreUnavailableError

PATIENCE_S = 30
"""How long a writer waits. Six unfair writers on SQLite waited 2.6 s at worst; a rebuild may read for 20 s,
which holds writers up where SQLite has no WAL.
"""


class Turns:
    """A lock that gives up with an error. A writer inside a writer's block is a mistake, told at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    @contextmanager
    def take(self) -> Iterator[None]:
        """Holds the turn for the block. Raises StoreUnavailableError after ``PATIENCE_S``."""
        if self._holder == threading.get_ident():
            raise RuntimeError("a write transaction was opened inside another one of the same thread")
        if not self._lock.acquire(timeout=PATIENCE_S):
            raise StoreUnavailableError(
                "写入排队超时：本进程的另一个写入尚未结束，请稍后再试", retry_after_s=PATIENCE_S
            )
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()
