"""Dumps and loads: every row of every table, one moment, from any server to any other, whole or not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service_catalog.model.errors import StoreUnavailableError
from service_catalog.store.dumping import TABLES, Load, Moment, Row, dumping, held, loading, row_fault
from service_catalog.store.keyring import AccessKey, Receipt
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import SqlStore, open_store
from service_catalog.store.tables import metadata
from service_catalog.store.upkeep import IndexEvent, Rejection
from tests.contract.store.builders import HEBEI, acceptance, item, put, scenario, tombstone
from tests.servers.postgres import PostgresServer

Rows = dict[str, list[Row]]

KEY = AccessKey("k1", "河北区 目录岗", "aa", "bb", ("write",), (HEBEI,), "2026-01-01T00:00:00.000Z")


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Another store with its tables and something in it, on each server."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/other.db"
        fill_other(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as url:
        fill_other(url)
        yield url


def fill_other(url: str) -> None:
    migrate(url)
    store = open_store(url)
    put(store, item("OLD"), acceptance("110112-OLD"))
    store.keyring.add(AccessKey("k0", "旧", "aa", "bb", (), (), "2025-01-01T00:00:00.000Z"))
    store.close()


def fill(store: SqlStore) -> None:
    """Something in every table."""
    put(store, item("A", name="名称“引号”\n换行\u2028"), item("B"), scenario("S", items=("110112-A",)))
    put(store, tombstone(item("B"), 2), item("A", 2), acceptance("110112-A"))
    store.save_dictionary({"words": {"社保卡": 3}})
    store.keyring.add(KEY)
    store.upkeep.take("rebuild", "某机", seconds=10)
    store.upkeep.record(IndexEvent("2026-03-01T08:30:15.123Z", "某机", "e", "built", "g1"))
    store.upkeep.keep_rejections("e", "g1", [], [Rejection("e", "g1", "110112-A", 1, "太长")])
    with store.write(author="k1", reason="重试") as transaction:
        transaction.put(item("C"))
        transaction.keep_receipt(Receipt("k1", "t", "d", 201, (("ETag", '"v1"'),), "{}"))


def rows_of(url: str) -> Rows:
    with dumping(url) as dump:
        return {name: list(dump.rows(name)) for name in TABLES}


def load(url: str, rows: Rows, *, source: str) -> str:
    with dumping(source) as dump, loading(url) as target:
        for name in TABLES:
            target.add(name, rows[name])
        return target.begin_epoch(dump.moment, "演练")


def without_epochs(rows: Rows) -> Rows:
    return {name: rows[name] for name in TABLES if name not in ("counter", "epoch")}


def test_dump_when_taken_then_has_the_rows_of_every_table(sql_store: SqlStore, sql_url: str) -> None:
    fill(sql_store)

    with dumping(sql_url) as dump:
        rows = {name: list(dump.rows(name)) for name in TABLES}
        counts = {name: dump.count(name) for name in TABLES}

    assert set(TABLES) == set(metadata.tables)
    assert {name: len(found) for name, found in rows.items()} == counts
    assert all(counts.values())
    assert [row["seq"] for row in rows["change"]] == list(range(1, sql_store.head() + 1))
    assert (dump.moment.epoch, dump.moment.seq) == (sql_store.epoch(), sql_store.head())


def test_dump_when_loaded_into_any_other_server_then_every_row_is_equal(
    sql_store: SqlStore, sql_url: str, other_url: str
) -> None:
    fill(sql_store)
    rows = rows_of(sql_url)

    load(other_url, rows, source=sql_url)

    assert without_epochs(rows_of(other_url)) == without_epochs(rows)


def test_loaded_store_when_used_then_it_answers_and_goes_on_where_the_dump_ended(
    sql_store: SqlStore, sql_url: str, other_url: str
) -> None:
    fill(sql_store)
    load(other_url, rows_of(sql_url), source=sql_url)

    store = open_store(other_url)
    assert store.changes(0, 100) == sql_store.changes(0, 100)
    assert store.history("110112-A") == sql_store.history("110112-A")
    assert store.referrers(["110112-A"]) == sql_store.referrers(["110112-A"])
    assert store.keyring.all() == sql_store.keyring.all()
    assert put(store, item("D"))[0].seq == sql_store.head() + 1
    store.close()


def test_load_when_done_then_a_new_epoch_says_where_it_came_from(
    sql_store: SqlStore, sql_url: str, other_url: str
) -> None:
    fill(sql_store)
    before = open_store(other_url)
    old = before.epoch()

    name = load(other_url, rows_of(sql_url), source=sql_url)

    assert before.epoch() == name
    assert name not in (old, sql_store.epoch())
    newest = next(row for row in rows_of(other_url)["epoch"] if row["name"] == name)
    assert (newest["source_epoch"], newest["source_seq"]) == (sql_store.epoch(), sql_store.head())
    assert newest["reason"] == "演练"
    before.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_dump_when_something_is_written_meanwhile_then_shows_the_moment_it_began(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """Not on SQLite without WAL, where writers wait for the dump (docs/decisions/0003)."""
    url = request.getfixturevalue(f"{kind}_url")
    migrate(url)
    store = open_store(url)
    put(store, item("A"))

    with dumping(url) as dump:
        put(store, item("A", 2), item("B"))
        rows = {name: list(dump.rows(name)) for name in TABLES}

    assert [(row["id"], row["version"]) for row in rows["record"]] == [("110112-A", 1)]
    assert [len(rows[name]) for name in ("revision", "change")] == [1, 1]
    assert rows["counter"][0]["seq"] == 1
    store.close()


def test_load_when_it_fails_at_the_end_then_everything_is_as_before(
    sql_store: SqlStore, sql_url: str, other_url: str
) -> None:
    fill(sql_store)
    before = rows_of(other_url)

    with pytest.raises(RuntimeError, match="power"):
        load_and_fail(other_url, rows_of(sql_url))

    assert rows_of(other_url) == before


def load_and_fail(url: str, rows: Rows) -> None:
    with loading(url) as target:
        for name in TABLES:
            target.add(name, rows[name])
        raise RuntimeError("power")


def test_load_when_under_way_then_readers_see_what_was_there_before(other_url: str) -> None:
    store = open_store(other_url)

    with loading(other_url) as target:
        head, found = store.head(), store.get("110112-OLD")
        finish_empty(target)

    assert (head, found is not None) == (2, True)
    assert (store.head(), store.get("110112-OLD")) == (0, None)
    store.close()


def test_writer_when_it_waits_for_a_load_then_writes_after_it_and_the_log_has_no_gap(other_url: str) -> None:
    store = open_store(other_url)
    writer = threading.Thread(target=lambda: put(store, item("NEW")))

    with loading(other_url) as target:
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        finish_empty(target)
    writer.join()

    assert [(change.seq, change.id) for change in store.changes(0, 10)] == [(1, "110112-NEW")]
    store.close()


def finish_empty(target: Load) -> None:

    target.begin_epoch(Moment("0003", "e", 0), "清空")


def test_rows_when_an_older_schema_lacks_columns_then_they_are_empty(other_url: str) -> None:
    old = {"name": "e0", "began_at": "2026-01-01T00:00:00.000Z", "reason": "建立数据库"}

    with loading(other_url) as target:
        target.add("epoch", [old])
        finish_empty(target)

    row = next(row for row in rows_of(other_url)["epoch"] if row["name"] == "e0")
    assert row == old | {"source_epoch": None, "source_seq": None}


def test_held_when_asked_then_none_without_tables_and_else_what_there_is(
    sql_url: str, other_url: str
) -> None:
    assert held(sql_url) is None
    found = held(other_url)
    assert found is not None
    assert (found.records, found.seq) == (2, 2)


def test_dump_when_the_store_has_no_tables_then_says_what_to_run(postgres_url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="catalog init"), dumping(postgres_url):
        pass


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"later": 1}, "有未知的字段 later"),
        ({"version": None}, "缺少 version"),
        ({"version": "1"}, "version 的类型不对"),
        ({"version": True}, "version 的类型不对"),
        ({"deleted": 0}, "deleted 的类型不对"),
        ({"id": "a\x00"}, "id 含有空字符（U+0000）"),
    ],
)
def test_row_when_it_cannot_be_stored_then_the_fault_names_the_column(
    change: dict[str, Any], fault: str | None
) -> None:
    row = {"seq": 1, "id": "a", "kind": "item", "owner": "1", "version": 1, "hash": "h"}
    row |= {"deleted": False, "changed_at": "t", **change}

    assert row_fault("change", row) == fault


def test_row_when_it_is_no_object_then_that_is_the_fault() -> None:
    assert row_fault("change", [1]) == "不是 JSON 对象"
