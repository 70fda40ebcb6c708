"""Stores for tests that run on both servers. Import the fixtures into a conftest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.store.migrate import migrate
from tests.servers.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store with its tables, on each server."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/catalog.db"
        migrate(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as url:
        migrate(url)
        yield url
