"""Opening a store: what it refuses, and that it says what to do."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pwd
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service_catalog.model.errors import ConfigurationError, StoreUnavailableError
from service_catalog.store.migrate import migrate
from service_catalog.store.server import connect
from service_catalog.store.sql import SqlStore, open_store
from tests.contract.store.builders import item, put
from tests.servers.postgres import PostgresServer

# Python 3.12 warns of forks beside threads, which libraries of other tests may have started; the child here
# does no more than these few calls.
FORKING = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def pragma(store: SqlStore, name: str) -> object:
    with store._server.engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_open_when_there_is_no_file_then_it_says_what_to_run_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="catalog init"):
        open_store(f"sqlite:///{tmp_path}/catalog.db")

    assert list(tmp_path.iterdir()) == []


def test_open_when_the_tables_are_missing_then_it_says_what_to_run(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").touch()
    for url in (postgres_url, f"sqlite:///{tmp_path}/catalog.db"):
        with pytest.raises(StoreUnavailableError, match="catalog init"):
            open_store(url)


@pytest.mark.parametrize(("version", "advice"), [("0000", "catalog init"), ("9999", "升级本程序")])
def test_open_when_the_schema_is_another_then_it_says_what_to_do(
    sql_url: str, version: str, advice: str
) -> None:
    migrate(sql_url)
    server = connect(sql_url, create=False)
    with server.writer.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
    server.close()

    with pytest.raises(StoreUnavailableError, match=advice):
        open_store(sql_url)


@pytest.mark.parametrize("use", [open_store, migrate])
def test_sqlite_when_the_folder_is_missing_then_one_line_says_so(use: object, tmp_path: Path) -> None:
    assert callable(use)
    with pytest.raises(StoreUnavailableError) as caught:
        use(f"sqlite:///{tmp_path}/missing/catalog.db")

    assert "不存在" in caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize("use", [open_store, migrate])
def test_sqlite_when_the_path_is_a_folder_then_one_line_says_so(use: object, tmp_path: Path) -> None:
    assert callable(use)
    with pytest.raises(StoreUnavailableError, match="无法打开或写入"):
        use(f"sqlite:///{tmp_path}")


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """A store that others may read but not write. Not under tmp_path, which is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="store-"))
    migrate(f"sqlite:///{folder}/catalog.db")
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _use_without_rights(url: str, answers: multiprocessing.SimpleQueue[str]) -> None:
    if os.geteuid() == 0:
        os.setuid(pwd.getpwnam("nobody").pw_uid)
    for use in (open_store, migrate):
        try:
            use(url)
        except StoreUnavailableError as error:
            answers.put(error.detail)
        else:
            answers.put("opened")


@FORKING
def test_sqlite_when_the_folder_is_read_only_then_one_line_says_so(readable_folder: Path) -> None:
    # Forked, not spawned: an account without rights may not be able to read the program's files.
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.SimpleQueue[str] = context.SimpleQueue()
    process = context.Process(
        target=_use_without_rights, args=(f"sqlite:///{readable_folder}/catalog.db", answers)
    )
    process.start()
    process.join()

    lines = [answers.get(), answers.get()]
    assert all(line.startswith("没有写入") and "\n" not in line for line in lines), lines


def test_sqlite_when_the_file_is_no_database_then_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database at all, but long enough for a header" * 50)

    with pytest.raises(StoreUnavailableError, match="不是本系统的数据库"):
        open_store(f"sqlite:///{tmp_path}/catalog.db")


def test_sqlite_when_the_file_vanishes_while_open_then_no_new_one_is_made(
    sqlite_store: SqlStore, sqlite_url: str
) -> None:
    put(sqlite_store, item("TZ0001"))
    sqlite_store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    for file in path.parent.iterdir():
        file.unlink()

    with pytest.raises(StoreUnavailableError):
        sqlite_store.get("110112-TZ0001")
    assert not path.exists()


def test_sqlite_path_with_reserved_characters_is_taken_literally(tmp_path: Path) -> None:
    folder = tmp_path / "数据 100% #1"
    folder.mkdir()
    migrate(f"sqlite:///{folder}/catalog.db")

    assert (folder / "catalog.db").exists()


def test_sqlite_of_today_uses_wal_and_full_synchronisation(sqlite_store: SqlStore) -> None:
    assert pragma(sqlite_store, "journal_mode") == "wal"
    assert pragma(sqlite_store, "synchronous") == 2
    assert pragma(sqlite_store, "foreign_keys") == 1
    assert pragma(sqlite_store, "busy_timeout") == 30_000


@pytest.mark.usefixtures("use_old_sqlite")
def test_sqlite_with_the_wal_fault_uses_a_rollback_journal_and_one_warning_says_why(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    migrate(sqlite_url)
    with caplog.at_level(logging.WARNING):
        store = open_store(sqlite_url)

    assert pragma(store, "journal_mode") == "delete"
    assert len(caplog.messages) == 1
    assert "3.51.3" in caplog.messages[0]
    store.close()


def test_sqlite_file_that_was_in_wal_mode_leaves_it_under_a_library_with_the_fault(
    sqlite_url: str, request: pytest.FixtureRequest
) -> None:
    migrate(sqlite_url)
    store = open_store(sqlite_url)
    put(store, item("TZ0001"))
    store.close()
    request.getfixturevalue("use_old_sqlite")

    store = open_store(sqlite_url)
    assert pragma(store, "journal_mode") == "delete"
    assert store.head() == 1
    store.close()


def test_sqlite_without_pysqlite3_uses_pythons_own(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pysqlite3.dbapi2", None)
    migrate(sqlite_url)
    store = open_store(sqlite_url)
    put(store, item("TZ0001"))

    assert store._server.engine.dialect.dbapi is sqlite3.dbapi2
    assert store.head() == 1
    store.close()


@pytest.mark.parametrize(
    "url", ["", "catalog.db", "mysql://user@localhost/catalog", "sqlite://", "sqlite:///:memory:"]
)
def test_open_when_the_address_is_of_no_use_then_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CATALOG_STORE_URL"):
        open_store(url)


def test_postgresql_when_nothing_listens_then_one_line_says_so_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(f"postgresql://catalog:secret@/catalog?host={tmp_path}")

    assert "无法连接" in caught.value.detail
    assert "secret" not in caught.value.detail
    assert caught.value.retry_after_s


def test_postgresql_when_the_database_is_missing_then_one_line_says_so(
    postgres_server: PostgresServer,
) -> None:
    with pytest.raises(StoreUnavailableError, match=r"没有数据库|无法连接"):
        open_store(postgres_server.url("missing"))


def test_postgresql_when_the_encoding_is_not_utf8_then_configuration_error(
    postgres_server: PostgresServer,
) -> None:
    with (
        postgres_server.database_encoded_as("SQL_ASCII") as url,
        pytest.raises(ConfigurationError, match="UTF8"),
    ):
        migrate(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_address_in_any_usual_form_is_understood(postgres_url: str, scheme: str) -> None:
    url = postgres_url.replace("postgresql", scheme, 1)
    migrate(url)
    store = open_store(url)

    assert store.head() == 0
    store.close()
