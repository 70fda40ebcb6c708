"""The backup file: what is in it, and that nothing damaged is ever restored."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service_catalog.catalog.backup import make_backup, open_backup
from service_catalog.model.errors import BrokenBackupError, InvalidRequestError, StoreUnavailableError
from service_catalog.store.canonical import text_hash
from service_catalog.store.dumping import TABLES
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import open_store
from tests.contract.store.builders import acceptance, item, put, tombstone

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with a few records."""
    made = f"sqlite:///{tmp_path}/catalog.db"
    migrate(made)
    store = open_store(made)
    put(store, item("A"), item("B"), acceptance("110112-A"))
    put(store, tombstone(item("B"), 2), item("A", 2))
    store.save_dictionary({"words": {}})
    store.close()
    return made


@pytest.fixture
def backup(url: str, tmp_path: Path) -> Path:
    """A sound backup of it."""
    path = tmp_path / "b.zip"
    make_backup(url, path)
    return path


def rewritten(path: Path, change: Change) -> Path:
    """A copy of a backup with other files in it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return copy


def manifest(**values: Any) -> Change:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | values).encode()

    return change


def lines(table: str, edit: Callable[[list[dict[str, Any]]], object], *, honest: bool) -> Change:
    """Edit a table's rows; ``honest``: with a manifest that fits, as a broken program would write it."""

    def change(files: dict[str, bytes]) -> None:
        name = f"tables/{table}.ndjson"
        rows = [json.loads(line) for line in files[name].splitlines()]
        edit(rows)
        files[name] = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        if honest:
            data = json.loads(files["manifest.json"])
            part = next(each for each in data["parts"] if each["table"] == table)
            part |= {"rows": len(rows), "sha256": text_hash(files[name].decode())}
            files["manifest.json"] = json.dumps(data).encode()

    return change


def verify(path: Path) -> None:
    with open_backup(path) as opened:
        opened.verify()


def test_backup_when_made_then_its_manifest_says_what_moment_it_is_of(url: str, backup: Path) -> None:
    store = open_store(url)
    with open_backup(backup) as opened:
        opened.verify()
        found = opened.manifest

    assert (found.moment.epoch, found.moment.seq) == (store.epoch(), 5)
    assert [part.table for part in found.parts] == list(TABLES)
    assert (found.rows_of("record"), found.rows_of("revision"), found.rows_of("change")) == (3, 5, 5)
    store.close()


def test_backup_when_made_then_only_its_owner_may_read_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_backup_when_the_file_exists_then_it_is_left_alone(url: str, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")

    with pytest.raises(InvalidRequestError, match="已存在"):
        make_backup(url, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"


def test_backup_when_it_fails_in_the_middle_then_nothing_remains(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        make_backup(url, tmp_path / "b.zip")

    assert caught.value.filename == str(tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir() if "zip" in path.name] == []


def test_backup_when_the_folder_is_missing_then_names_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        make_backup(url, tmp_path / "nowhere" / "b.zip")


def test_progress_when_told_then_ends_with_all_rows(url: str, backup: Path) -> None:
    told: list[tuple[int, int]] = []
    with open_backup(backup) as opened:
        opened.verify(lambda done, total: told.append((done, total)))
        rows = opened.manifest.rows

    assert told[-1] == (rows, rows)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.98])
def test_backup_when_cut_short_then_is_seen_at_once(backup: Path, kept: float) -> None:
    size = int(kept * backup.stat().st_size) if kept < 1 else int(kept)
    os.truncate(backup, size)

    with pytest.raises(BrokenBackupError, match=r"不完整|损坏|不是备份"):
        verify(backup)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.8])
def test_backup_when_a_byte_is_flipped_then_is_refused(backup: Path, share: float) -> None:
    content = bytearray(backup.read_bytes())
    content[int(len(content) * share)] ^= 0x10
    backup.write_bytes(content)

    with pytest.raises(BrokenBackupError):
        verify(backup)


def rename(rows: list[dict[str, Any]]) -> None:
    rows[0]["author"] = "somebody else"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.pop("tables/record.ndjson"), "不完整"),
        (lambda files: files.pop("manifest.json"), "不是备份文件"),
        (lambda files: files.update({"tables/more.ndjson": b""}), "不完整"),
        (manifest(format="other"), "不是备份文件"),
        (manifest(parts=[]), "不完整"),
        (manifest(seq="many"), "不是备份文件"),
        (lines("record", rename, honest=False), "与清单不符"),
        (lines("change", lambda rows: rows.pop(), honest=False), "与清单不符"),
        (lines("change", lambda rows: rows.pop(), honest=True), "与日志序号不符"),
        (lines("change", lambda rows: rows.pop(1), honest=True), "第 2 行与其他部分不符"),
        (lines("record", lambda rows: rows[0].update(body="{}"), honest=True), "第 1 行与其他部分不符"),
        (lines("counter", lambda rows: rows[0].update(seq=4), honest=True), "第 1 行与其他部分不符"),
        (lines("counter", lambda rows: rows.clear(), honest=True), "行数与日志序号不符"),
        (lines("record", lambda rows: rows[0].pop("id"), honest=True), "第 1 行缺少 id"),
    ],
)
def test_backup_when_something_is_missing_or_changed_then_is_refused_and_says_what(
    backup: Path, change: Change, told: str
) -> None:
    with pytest.raises(BrokenBackupError, match=told):
        verify(rewritten(backup, change))


@pytest.mark.parametrize("change", [manifest(schema="9999"), manifest(format_version=2)])
def test_backup_when_a_newer_program_made_it_then_says_to_upgrade(backup: Path, change: Change) -> None:
    with pytest.raises(BrokenBackupError, match="请先升级本程序"):
        verify(rewritten(backup, change))


def test_backup_when_an_older_schema_had_fewer_tables_then_the_others_stay_empty(
    url: str, backup: Path
) -> None:
    def change(files: dict[str, bytes]) -> None:
        del files["tables/epoch.ndjson"], files["tables/receipt.ndjson"]
        data = json.loads(files["manifest.json"])
        data["parts"] = [part for part in data["parts"] if part["table"] not in ("epoch", "receipt")]
        files["manifest.json"] = json.dumps(data | {"schema": "0002"}).encode()

    with open_backup(rewritten(backup, change)) as opened:
        opened.verify()
        epoch = opened.restore(url)

    store = open_store(url)
    assert (store.epoch(), store.head()) == (epoch, 5)
    store.close()


def test_restore_when_the_backup_turns_out_broken_then_the_store_is_as_before(url: str, backup: Path) -> None:
    store = open_store(url)
    put(store, item("C"))
    before = (store.epoch(), store.changes(0, 100))

    with (
        open_backup(rewritten(backup, lines("revision", rename, honest=False))) as opened,
        pytest.raises(BrokenBackupError),
    ):
        opened.restore(url)

    assert (store.epoch(), store.changes(0, 100)) == before
    store.close()


def test_restore_when_done_then_later_writes_are_gone_and_the_log_goes_on(url: str, backup: Path) -> None:
    store = open_store(url)
    before = (store.epoch(), store.changes(0, 100), store.history("110112-A"))
    put(store, item("A", 3), item("C"))

    with open_backup(backup) as opened:
        epoch = opened.restore(url)

    assert store.epoch() == epoch != before[0]
    assert (store.changes(0, 100), store.history("110112-A")) == before[1:]
    assert store.get("110112-C") is None
    assert put(store, item("C"))[0].seq == 6
    store.close()


def test_backup_when_the_store_is_not_set_up_then_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="catalog init"):
        make_backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "b.zip")

    assert list(tmp_path.iterdir()) == []
