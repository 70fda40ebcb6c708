"""Every kind of store, empty. Each contract test runs on all; a server that does not start is a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service_catalog.store.base import Store
from service_catalog.store.memory import MemoryStore
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import SqlStore, open_store
from tests.servers.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

MOMENT = datetime(2026, 3, 1, 8, 30, 15, 123_456, tzinfo=UTC)


@pytest.fixture
def use_old_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the installed SQLite for one from before the repair, as on districts' ARM servers."""
    monkeypatch.setattr("service_catalog.store.sqlite.WAL_SAFE_SINCE", (99, 0, 0))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where a database file may be made. There is none yet."""
    return f"sqlite:///{tmp_path}/catalog.db"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "sqlite_rollback", "postgres"])
def sql_url(request: pytest.FixtureRequest) -> str:
    """A database without tables, on each server."""
    kind = str(request.param)
    if kind == "sqlite_rollback":
        request.getfixturevalue("use_old_sqlite")
    url: str = request.getfixturevalue("postgres_url" if kind == "postgres" else "sqlite_url")
    return url


@pytest.fixture
def sql_store(sql_url: str) -> Iterator[SqlStore]:
    """An empty store on each server."""
    migrate(sql_url)
    store = open_store(sql_url, clock=lambda: MOMENT)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """An empty store on SQLite alone."""
    migrate(sqlite_url)
    store = open_store(sqlite_url, clock=lambda: MOMENT)
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", "sqlite_rollback", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind. Its clock stands still at ``MOMENT``."""
    with_kind: dict[str, Callable[[], Store]] = {
        "memory": lambda: MemoryStore(clock=lambda: MOMENT),
        "sqlite": lambda: _migrated(request, "sqlite_url"),
        "sqlite_rollback": lambda: _migrated(request, "use_old_sqlite", "sqlite_url"),
        "postgres": lambda: _migrated(request, "postgres_url"),
    }
    opened = with_kind[str(request.param)]()
    yield opened
    opened.close()


def _migrated(request: pytest.FixtureRequest, *fixtures: str) -> Store:
    url = str([request.getfixturevalue(name) for name in fixtures][-1])
    migrate(url)
    return open_store(url, clock=lambda: MOMENT)
