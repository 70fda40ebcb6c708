"""``catalog backup`` and ``catalog restore`` as an operator meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from tests.contract.cli.conftest import Run, failure

RECORDS = 2852


@pytest.fixture
def backup(run: Run, tmp_path: Path) -> Path:
    """A backup of the seeded catalogue."""
    path = tmp_path / "b.zip"
    assert run("backup", str(path)).exit_code == 0
    return path


def test_backup_when_made_then_says_what_it_holds(run: Run, tmp_path: Path) -> None:
    result = run("backup", str(tmp_path / "b.zip"))

    assert result.exit_code == 0
    assert result.stdout.startswith(f"已备份到 {tmp_path / 'b.zip'}（")
    assert f"{RECORDS} 条记录，序号 {RECORDS}" in result.stdout


def test_backup_when_asked_for_json_then_prints_its_manifest(run: Run, tmp_path: Path) -> None:
    shown = json.loads(run("backup", str(tmp_path / "b.zip"), "--json").stdout)

    assert (shown["format"], shown["seq"]) == ("service-catalog-backup", RECORDS)
    assert {"table", "file", "rows", "sha256"} == set(shown["parts"][0])


def test_backup_when_the_file_exists_then_one_line_says_so(run: Run, backup: Path) -> None:
    assert "已存在" in failure(run("backup", str(backup)))


def test_restore_when_there_is_no_such_file_then_one_line_names_it(run: Run, tmp_path: Path) -> None:
    assert "nothing.zip" in failure(run("restore", str(tmp_path / "nothing.zip")))


def test_restore_when_only_checking_then_changes_nothing(run: Run, backup: Path, settings: Settings) -> None:
    before = epoch_of(settings)

    result = run("restore", str(backup), "--check")

    assert result.stdout.startswith(f"备份完好：{RECORDS} 条记录")
    assert epoch_of(settings) == before


def test_restore_when_there_is_data_and_nobody_to_ask_then_refuses_and_says_how(
    run_fresh: Run, backup: Path, fresh_settings: Settings
) -> None:
    before = epoch_of(fresh_settings)

    result = run_fresh("restore", str(backup))

    assert result.exit_code == 1
    assert f"已有 {RECORDS} 条记录" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("错误：已有数据，没有恢复；确认替换请加 --confirm")
    assert epoch_of(fresh_settings) == before


def test_restore_when_confirmed_then_index_and_store_agree_under_a_new_epoch(
    run_fresh: Run, backup: Path, fresh_settings: Settings
) -> None:
    before = epoch_of(fresh_settings)

    result = run_fresh("restore", str(backup), "--confirm")

    assert result.exit_code == 0, result.stderr
    assert f"已恢复：序号 {RECORDS}，新纪元 {epoch_of(fresh_settings)}" in result.stdout
    assert epoch_of(fresh_settings) != before
    assert run_fresh("verify").exit_code == 0


def test_restore_when_the_machine_is_new_then_needs_no_init_and_asks_nothing(
    run_on: Run, backup: Path, tmp_path: Path
) -> None:
    data = tmp_path / "new"

    assert run_on(data, "restore", str(backup)).exit_code == 0
    assert run_on(data, "verify").exit_code == 0
    assert "110112-TZ0009" in run_on(data, "search", "失业登记").stdout


def test_restore_when_the_file_is_no_backup_then_nothing_is_made(run_on: Run, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("这不是备份")

    assert "不是备份文件" in failure(run_on(tmp_path / "new", "restore", str(tmp_path / "b.zip")))
    assert not (tmp_path / "new").exists()


def epoch_of(settings: Settings) -> str:
    catalog = open_catalog(settings)
    try:
        return catalog.status().epoch
    finally:
        catalog.close()
