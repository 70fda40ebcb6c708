"""PostgreSQL through psycopg 3: how sessions are set up, how writers and readers begin."""

from __future__ import annotations

import importlib.util
from typing import Any

from sqlalchemy import URL, create_engine, event

from service_catalog.model.errors import ConfigurationError
from service_catalog.store.server import Ask, Server
from service_catalog.store.turns import PATIENCE_S

_CONNECT_DEFAULTS = {
    "connect_timeout": 5,  # s; a server that does not answer must not hold a citizen's page
    "tcp_user_timeout": 15_000,  # ms; nor one that vanished while a connection was open
    "application_name": "service-catalog",
}

_SESSION = f"""
SET lock_timeout = '{PATIENCE_S}s';
SET tcp_keepalives_idle = 30;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3
"""
# The server's default keepalive is two hours: a writer whose machine lost power would hold the log that long.

_MIGRATION_LOCK = 0x1206_0915
"""Any number that all nodes agree on and nothing else in the database uses."""


def server(url: URL, *, create: bool) -> Server:
    """The database of ``url``. ``create`` changes nothing: an administrator makes databases."""
    del create
    if importlib.util.find_spec("psycopg") is None:
        raise ConfigurationError("使用 PostgreSQL 需要 psycopg：请安装本系统的 postgres 附加组件")
    defaults = {key: value for key, value in _CONNECT_DEFAULTS.items() if key not in url.query}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # after a restart of the server the first question must not fail
        connect_args=defaults,
        use_native_hstore=False,  # would cost a query per process
    )
    event.listen(engine, "connect", _prepare, insert=True)  # before anything is asked
    return Server(
        place=f"{url.host or url.query.get('host', 'localhost')}/{url.database or ''}",
        engine=engine,
        reader=engine.execution_options(isolation_level="AUTOCOMMIT"),
        writer=engine,
        view=engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        hold=_hold,
        schema_lock=f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})",
        settle=lambda: None,
    )


def _prepare(connection: Any, _pool_entry: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise ConfigurationError(f"PostgreSQL 数据库的编码是 {encoding}：请用 ENCODING 'UTF8' 建库")
    connection.execute(_SESSION)
    connection.commit()


def _hold(connection: Any) -> Ask:
    connection.autocommit = True
    cursor = connection.cursor()
    return lambda sql: cursor.execute(sql, prepare=True).fetchall()
