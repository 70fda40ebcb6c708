"""Making the tables: whole or not at all, whoever starts it and however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text

from service_catalog.model.errors import StoreUnavailableError
from service_catalog.store.migrate import migrate
from service_catalog.store.schema import SCHEMA
from service_catalog.store.server import connect
from service_catalog.store.sql import open_store
from service_catalog.store.tables import metadata
from tests.contract.store.builders import item, put

# Python 3.12 warns of forks beside threads, which libraries of other tests may have started; the child here
# does no more than these few calls.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    server = connect(url, create=False)
    try:
        with server.engine.begin() as connection:
            yield connection
    finally:
        server.close()


def migrate_and_die(url: str, before: str) -> None:
    """Kills its process before the first statement that begins so; before the commit if that is COMMIT."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(before):
            die()

    event.listen(Engine, "before_cursor_execute", see)
    if before == "COMMIT":
        event.listen(Engine, "commit", die)
    migrate(url)


def migrate_together(url: str, start: Barrier) -> None:
    start.wait()
    migrate(url)


def exit_codes(target: Callable[..., None], *arguments: object, times: int) -> list[int | None]:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=target, args=arguments) for _ in range(times)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def run_killed(url: str, before: str) -> None:
    assert exit_codes(migrate_and_die, url, before, times=1) == [-signal.SIGKILL]


def test_migrate_makes_the_tables_that_the_store_uses(sql_url: str) -> None:
    migrate(sql_url)

    with connected(sql_url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_newest_migration_is_the_schema_the_store_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "service_catalog.store:migrations")

    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_text_columns_on_postgresql_sort_by_code_point(postgres_url: str) -> None:
    migrate(postgres_url)

    query = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
        " AND table_name <> 'alembic_version'"
    )
    with connected(postgres_url) as connection:
        assert connection.execute(text(query)).all() == []


def test_migrate_again_changes_nothing(sql_url: str) -> None:
    migrate(sql_url)
    store = open_store(sql_url)
    put(store, item("TZ0001"))
    epoch = store.epoch()
    migrate(sql_url)

    assert (store.epoch(), store.head()) == (epoch, 1)
    store.close()


def test_each_migrated_store_has_its_own_epoch(sqlite_url: str, postgres_url: str) -> None:
    epochs = set()
    for url in (sqlite_url, postgres_url):
        migrate(url)
        store = open_store(url)
        epochs.add(store.epoch())
        store.close()

    assert len(epochs) == 2


def test_migrate_when_several_processes_start_at_once_then_all_succeed(sql_url: str) -> None:
    start = multiprocessing.get_context("fork").Barrier(4)

    assert exit_codes(migrate_together, sql_url, start, times=4) == [0, 0, 0, 0]
    store = open_store(sql_url)
    put(store, item("TZ0001"))
    assert store.head() == 1
    store.close()


@pytest.mark.parametrize("before", ["CREATE TABLE record", "INSERT INTO alembic_version", "COMMIT"])
def test_migrate_when_killed_in_the_middle_then_nothing_is_left(sql_url: str, before: str) -> None:
    run_killed(sql_url, before)

    with connected(sql_url) as connection:
        assert inspect(connection).get_table_names() == []
    with pytest.raises(StoreUnavailableError, match="catalog init"):
        open_store(sql_url)


def test_migrate_after_a_killed_one_succeeds(sql_url: str) -> None:
    run_killed(sql_url, "COMMIT")
    migrate(sql_url)

    store = open_store(sql_url)
    put(store, item("TZ0001"))
    assert store.head() == 1
    store.close()


def test_migrate_when_a_newer_program_changed_the_store_then_it_is_left_alone(sql_url: str) -> None:
    migrate(sql_url)
    with connected(sql_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreUnavailableError, match="升级本程序"):
        migrate(sql_url)
