"""What ``store.sql`` must know of a database server, and how an address becomes one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from service_catalog.model.errors import ConfigurationError

Ask = Callable[[str], Sequence[Any]]
"""Runs one SQL statement on a held connection and returns all rows."""

_SERVERS = {
    "sqlite": "service_catalog.store.sqlite",
    "postgresql": "service_catalog.store.postgres",
    "postgres": "service_catalog.store.postgres",
}


@dataclass(frozen=True, slots=True)
class Server:
    """One database, with a way in for each use. All engines share one pool; ``close`` empties it."""

    place: str
    """What messages call it; never holds a password."""
    engine: Engine
    reader: Engine
    """For single statements."""
    writer: Engine
    """Holds the log for writing from the first statement on."""
    view: Engine
    """Sees one moment, whatever is written meanwhile."""
    hold: Callable[[Any], Ask]
    """Makes a raw connection ready to answer single questions without a transaction around them."""
    schema_lock: str | None
    """Statement that lets one migration in at a time, if ``writer`` alone does not."""
    settle: Callable[[], None]
    """Brings the database file's own settings in order, outside a transaction."""

    def close(self) -> None:
        self.engine.dispose()


def connect(url: str, *, create: bool) -> Server:
    """The server behind ``url``; ``create`` lets it make a missing database file. Opens no connection yet.

    Raises ConfigurationError if the address is of no use, StoreUnavailableError if the place cannot be used.
    """
    parsed = _parse(url)
    module = _SERVERS.get(parsed.get_backend_name())
    if module is None:
        raise ConfigurationError(
            f"CATALOG_STORE_URL 不支持 {parsed.get_backend_name()}：请用 sqlite:////绝对路径 或 postgresql://用户@主机/库名"
        )
    server: Server = importlib.import_module(module).server(parsed, create=create)
    return server


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "CATALOG_STORE_URL 无法识别：请用 sqlite:////绝对路径 或 postgresql://用户@主机/库名"
        ) from error
