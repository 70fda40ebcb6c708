"""Backup and restore rehearsed: under writes, under kills, under running workers, on both servers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from service_catalog.catalog.backup import make_backup, open_backup
from service_catalog.catalog.writing import Writing
from service_catalog.config import Settings
from service_catalog.exchange.ndjson import read_records
from service_catalog.exchange.seeding import seed_files
from service_catalog.model import Kind, Record
from service_catalog.store.base import Store
from service_catalog.store.dumping import Row, dumping
from service_catalog.store.sql import SqlStore, open_store
from tests.servers.service import Service, environment, run, serving, start

WRITER = """
import itertools, random, sys
from dataclasses import replace
from service_catalog.model import Kind
from service_catalog.store.sql import open_store
store, dice = open_store(sys.argv[1]), random.Random(20261125)
items = [row.record for row in store.listing(Kind.ITEM, owner="110112", limit=300)]
for number in itertools.count():
    with store.write(author="writer", reason=str(number)) as transaction:
        for item in dice.sample(items, dice.randint(1, 4)):
            now = transaction.get(item.id).record
            gone = not now.deleted and dice.random() < 0.2
            content = {} if gone else {**item.content, "aliases": [f"演练{number}"]}
            change = transaction.put(replace(now, version=now.version + 1, content=content, deleted=gone))
    print(change.seq, flush=True)
"""

RESTORER = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from service_catalog.catalog.backup import open_backup
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
url, path, moment = sys.argv[1:]
if moment == "before commit":
    event.listen(Engine, "commit", die)
def progress(done, total):
    if moment.isdigit() and done >= total * int(moment) // 100:
        die()
with open_backup(Path(path)) as backup:
    backup.restore(url, progress)
if moment == "after commit":
    die()
"""

MOMENTS = ["50", "before commit", "after commit"]
"""Of a restore: per cent of the rows, and both sides of the commit."""

SEED_HEAD = 2852
PATIENCE_S = 30

Rows = Sequence[Row]


@dataclass(frozen=True)
class State:
    """Everything that tells one life of a store from another."""

    epoch: str
    changes: Rows
    revisions: Rows
    records: Rows


@pytest.fixture
def store(migrated_url: str) -> Iterator[SqlStore]:
    """A store with the seed, on each server. Its data folder, without an index yet, is ``tmp_path``."""
    opened = open_store(migrated_url)
    records = (record for path in seed_files(Settings().seed) for record in read_records(path))
    Writing(opened, ()).deliver(records, author="test", reason="test")
    yield opened
    opened.close()


@contextmanager
def writing(url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that writes as fast as it can until it is killed. It has begun when the block does."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], env=environment(folder), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        yield process
    finally:
        process.kill()
        process.communicate()


def state(url: str) -> State:
    with dumping(url) as dump:
        rows = [list(dump.rows(name)) for name in ("change", "revision", "record")]
    return State(dump.moment.epoch, *rows)


def until(found: State, seq: int) -> State:
    """The state as it was when the log stood at ``seq``; the records as their newest revisions say."""
    changes, revisions = (
        [row for row in rows if row["seq"] <= seq] for rows in (found.changes, found.revisions)
    )
    newest = {row["id"]: row for row in sorted(revisions, key=lambda row: int(row["seq"]))}
    return State(found.epoch, changes, revisions, [newest[name] for name in sorted(newest)])


def plain(found: State) -> State:
    """Without what only the current rows hold: copies of fields, for listings."""
    copies = ("name", "department")
    records = [{name: row[name] for name in row if name not in copies} for row in found.records]
    return replace(found, records=records)


def restored(url: str, folder: Path, path: Path) -> None:
    done = run(folder, "restore", str(path), "--confirm", CATALOG_STORE_URL=url)
    assert done.returncode == 0, done.stderr


def wait(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_backup_under_writes_when_restored_then_equals_a_prefix_of_the_log(
    store: SqlStore, migrated_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "b.zip"
    with writing(migrated_url, tmp_path):
        wait(lambda: store.head() > SEED_HEAD + 50, "the writer does not write")
        moment = make_backup(migrated_url, path).moment
        wait(lambda: store.head() > moment.seq + 10, "the writer did not go on")
    before = until(state(migrated_url), moment.seq)

    restored(migrated_url, tmp_path, path)

    after = state(migrated_url)
    assert moment.seq > SEED_HEAD + 50
    assert moment.epoch == before.epoch != after.epoch
    assert plain(after) == replace(before, epoch=after.epoch)
    verified = run(tmp_path, "verify", CATALOG_STORE_URL=migrated_url)
    assert verified.returncode == 0, verified.stderr


def test_backup_when_taken_then_writes_go_on_while_it_runs(
    store: SqlStore, migrated_url: str, tmp_path: Path
) -> None:
    heads: list[int] = []

    with writing(migrated_url, tmp_path):

        def pause(done: int, _total: int) -> None:
            if done in (1, 2000, 4000):
                wait(lambda: store.head() > max(heads, default=0), "the writer waits for the backup")
                heads.append(store.head())

        moment = make_backup(migrated_url, tmp_path / "b.zip", pause).moment

    assert len(set(heads)) == 3
    assert moment.seq < heads[1]
    with open_backup(tmp_path / "b.zip") as backup:
        backup.verify()


@pytest.mark.parametrize("moment", MOMENTS)
def test_restore_when_killed_then_the_store_is_the_old_one_or_the_new_one(
    store: SqlStore, migrated_url: str, tmp_path: Path, moment: str
) -> None:
    path = tmp_path / "b.zip"
    make_backup(migrated_url, path)
    backed_up = state(migrated_url)
    with store.write(author="test", reason="after the backup") as transaction:
        transaction.put(Record(Kind.ITEM, "110112-TZ9999", "110112", 1, {"name": "备份之后"}))
    before = state(migrated_url)

    command = [sys.executable, "-c", RESTORER, migrated_url, str(path), moment]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)

    assert done.returncode == -signal.SIGKILL, done.stderr
    after = state(migrated_url)
    if moment == "after commit":
        assert after.epoch != before.epoch
        assert after == replace(backed_up, epoch=after.epoch)
    else:
        assert after == before
    with open_backup(path) as backup:
        epoch = backup.restore(migrated_url)
    assert state(migrated_url) == replace(backed_up, epoch=epoch)


def test_workers_when_a_backup_is_restored_then_go_on_with_it_and_item_pages_never_fail(
    store: SqlStore, migrated_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "b.zip"
    make_backup(migrated_url, path)
    assert run(tmp_path, "rebuild", CATALOG_STORE_URL=migrated_url).returncode == 0
    with serving(tmp_path, CATALOG_STORE_URL=migrated_url) as service:
        with writing(migrated_url, tmp_path):
            wait(lambda: store.head() > SEED_HEAD + 10, "the writer does not write")
        word = lost_alias(store)
        assert is_found(service, word)

        restoring = start(tmp_path, "restore", str(path), "--confirm", CATALOG_STORE_URL=migrated_url)
        while restoring.poll() is None:
            assert service.get("/v1/items/120105-HB0001").status_code == 200
            time.sleep(0.05)
        _, told = restoring.communicate()

        assert restoring.returncode == 0, told
        for _ in range(10):
            assert service.get("/v1/status").json()["epoch"] == store.epoch()
            assert not is_found(service, word)
            assert service.get("/v1/search", q="失业登记").json()["engine"]["seq"] == SEED_HEAD
        assert len(service.worker_pids()) == 2


def lost_alias(store: Store) -> str:
    """An alias that an item got after the seed and still has."""
    written = store.get_many([change.id for change in store.changes(SEED_HEAD, 1000)])
    return next(str(row.record.content["aliases"][0]) for row in written.values() if not row.record.deleted)


def is_found(service: Service, word: str) -> bool:
    answer = service.get("/v1/search", q=word, owner_region="110112").json()
    return "exact_alias" in str(answer["hits"])
