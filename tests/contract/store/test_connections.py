"""Connections: lost ones, threads and forks."""

from __future__ import annotations

import multiprocessing
import threading

import pytest

from service_catalog.model.errors import StoreUnavailableError
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import SqlStore, open_store
from tests.contract.store.builders import item, put
from tests.servers.postgres import PostgresServer

# Python 3.12 warns of forks beside threads, which libraries of other tests may have started; the child here
# does no more than these few calls.
FORKING = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def test_store_when_postgresql_dropped_all_sessions_then_the_next_questions_are_answered(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    migrate(postgres_url)
    store = open_store(postgres_url)
    put(store, item("TZ0001"))
    assert store.head() == 1
    postgres_server.disconnect_all()

    assert store.head() == 1
    assert store.get("110112-TZ0001") is not None
    put(store, item("TZ0002"))
    assert store.head() == 2
    store.close()


def test_write_when_the_session_is_lost_in_the_middle_then_unavailable_and_nothing_is_written(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    migrate(postgres_url)
    store = open_store(postgres_url)
    with pytest.raises(StoreUnavailableError), store.write(author="a", reason="r") as transaction:  # noqa: PT012 - the block is what fails
        transaction.put(item("TZ0001"))
        postgres_server.disconnect_all()

    assert store.head() == 0
    put(store, item("TZ0002"))
    assert [change.id for change in store.changes(0, 9)] == ["110112-TZ0002"]
    store.close()


def test_head_seen_by_every_thread_follows_the_writes_of_others(sql_store: SqlStore) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(sql_store.head())

    for number in range(3):
        put(sql_store, item(f"TZ{number:04}"))
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert seen == [1, 2, 3]


def test_connection_held_by_a_thread_is_closed_when_the_thread_ends(sql_store: SqlStore) -> None:
    thread = threading.Thread(target=sql_store.head)
    thread.start()
    thread.join()

    assert len(sql_store._held._open) == 0


def test_head_asked_in_a_thread_leaves_no_read_lock_behind(sql_store: SqlStore) -> None:
    sql_store.head()
    put(sql_store, item("TZ0001"))
    with sql_store._server.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # (busy, pages in the log, pages moved): a reader that stands in the way makes it busy.
            busy = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            assert busy == 0
        else:
            held = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            assert held.scalar() == 0


def test_close_twice_is_harmless(sql_store: SqlStore) -> None:
    sql_store.head()
    sql_store.close()
    sql_store.close()


def _use_inherited(store: SqlStore, answers: multiprocessing.SimpleQueue[str]) -> None:
    for use in (store.head, store.epoch):
        try:
            use()
        except RuntimeError:
            answers.put("refused")


def _open_own(url: str, answers: multiprocessing.SimpleQueue[str]) -> None:
    store = open_store(url)
    put(store, item("TZ0002"))
    answers.put(str(store.head()))


def _in_a_fork(target: object, argument: object) -> multiprocessing.SimpleQueue[str]:
    assert callable(target)
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.SimpleQueue[str] = context.SimpleQueue()
    process = context.Process(target=target, args=(argument, answers))
    process.start()
    process.join()
    assert process.exitcode == 0
    return answers


@FORKING
def test_store_carried_over_a_fork_is_refused(sql_store: SqlStore) -> None:
    sql_store.head()
    answers = _in_a_fork(_use_inherited, sql_store)

    assert [answers.get(), answers.get()] == ["refused", "refused"]


@FORKING
def test_store_opened_after_a_fork_works_beside_the_parents(sql_store: SqlStore, sql_url: str) -> None:
    put(sql_store, item("TZ0001"))
    answers = _in_a_fork(_open_own, sql_url)

    assert answers.get() == "2"
    assert sql_store.head() == 2
    put(sql_store, item("TZ0003"))
    assert sql_store.head() == 3
