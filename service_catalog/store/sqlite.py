"""SQLite: which library, which journal, how writers and readers begin."""

from __future__ import annotations

import importlib
import logging
import os
import time
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event

from service_catalog.model.errors import ConfigurationError, StoreUnavailableError
from service_catalog.store.failures import translated
from service_catalog.store.server import Ask, Server
from service_catalog.store.turns import PATIENCE_S

WAL_SAFE_SINCE = (3, 51, 3)
"""Before this release two connections that write or checkpoint at one moment can corrupt a WAL database
(sqlite.org/wal.html, "WAL-reset bug"); workers and the command line are such connections."""

_RETRY_S = 0.05

_log = logging.getLogger(__name__)


def server(url: URL, *, create: bool) -> Server:
    """The database file of ``url``. Raises StoreUnavailableError if file or folder cannot be used."""
    path = _path(url)
    _require_usable(path, create=create)
    driver = _driver()
    engine = create_engine(
        _file_url(path, create=create), module=driver, connect_args={"timeout": PATIENCE_S}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return Server(
        place=str(path),
        engine=engine,
        reader=engine,
        writer=engine.execution_options(catalog_writer=True),
        view=engine,
        hold=_hold,
        schema_lock=None,
        settle=lambda: _settle_journal(engine, path, driver),
    )


def _driver() -> ModuleType:
    """pysqlite3 brings a current SQLite but has wheels for x86-64 only; elsewhere Python's own serves."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3.dbapi2")


def _path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("CATALOG_STORE_URL 缺少数据库文件路径：请用 sqlite:////绝对路径")
    return Path(url.database).absolute()


def _require_usable(path: Path, *, create: bool) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise StoreUnavailableError(
            f"数据文件夹 {folder} 不存在：请先建立，或在 CATALOG_STORE_URL 里改用已有的文件夹"
        )
    if not path.exists() and not create:
        raise StoreUnavailableError(f"数据库 {path} 尚未建立：请先运行 catalog init")
    # SQLite keeps its journal beside the file, so the folder must be writable too.
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise StoreUnavailableError(f"没有写入 {path} 的权限：请让运行服务的用户能写该文件及其所在文件夹")


def _file_url(path: Path, *, create: bool) -> URL:
    """As a URI, for its ``mode``: a file that vanishes while serving must be an error, not silently new."""
    mode = "rwc" if create else "rw"
    return URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": mode, "uri": "true"})


def _prepare(connection: Any, _pool_entry: Any) -> None:
    # The driver's own transaction handling would begin too late (and never for DDL): ``_begin`` does it.
    connection.isolation_level = None
    connection.execute(
        "PRAGMA synchronous = FULL"
    )  # NORMAL may lose the last acknowledged commit on power loss
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails if another wrote in between; IMMEDIATE waits.
    writer = connection.get_execution_options().get("catalog_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _hold(connection: Any) -> Ask:
    # fetchall, not fetchone: a statement left unfinished would hold its read lock until the next question.
    cursor = connection.cursor()
    return lambda sql: cursor.execute(sql).fetchall()


def _settle_journal(engine: Engine, path: Path, driver: ModuleType) -> None:
    """The journal mode is kept in the file, so it is set once here and not on every connection."""
    wanted = "wal" if driver.sqlite_version_info >= WAL_SAFE_SINCE else "delete"
    if wanted == "delete":
        _log.warning(
            "SQLite %s 早于 3.51.3，WAL 模式可能损坏数据，已改用回滚日志：写入会等待正在进行的读取",
            driver.sqlite_version,
        )
    with translated(str(path), driver.Error):
        connection = engine.raw_connection()
        try:
            _switch(connection, wanted, driver)
        finally:
            connection.close()


def _switch(connection: Any, wanted: str, driver: ModuleType) -> None:
    """SQLite does not wait for its time-out when the mode changes, so waiting is done here."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA journal_mode").fetchall()[0][0] != wanted:
                cursor.execute(f"PRAGMA journal_mode = {wanted}").fetchall()
            return
        except driver.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)
