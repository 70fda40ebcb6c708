"""``catalog export``: what it writes, what it leaves alone, and that import takes it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure


def _lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_export_when_no_file_is_named_then_records_are_printed_one_a_line(run: Run) -> None:
    result = run("export", "--kind", "region", "--kind", "counterpart")

    assert result.exit_code == 0, result.output
    assert [line["kind"] for line in _lines(result.stdout)] == ["region"] * 2 + ["counterpart"] * 31


def test_export_when_everything_is_asked_for_then_every_record_is_there(
    run: Run, seeded: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "a.ndjson"
    result = run("export", "-o", str(path))
    with seeded.snapshot() as snapshot:
        expected = [revision.record.as_json() for kind in Kind for revision in snapshot.records(kind)]

    assert result.exit_code == 0, result.output
    assert "2852 条" in result.stdout
    assert _lines(path.read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (("--region", "120105", "--limit", "2"), ["120105-HB0001", "120105-HB0002"]),
        (("--id", "110112-TZ0005", "--id", "110112-TZ0002"), ["110112-TZ0002", "110112-TZ0005"]),
        (("--department", "天津市河北区人力资源和社会保障局", "--limit", "1"), ["120105-HB0001"]),
    ],
)
def test_export_when_some_are_asked_for_then_only_these_are_written(
    run: Run, options: tuple[str, ...], ids: list[str]
) -> None:
    result = run("export", "--kind", "item", *options)

    assert [line["id"] for line in _lines(result.stdout)] == ids


def test_export_when_ids_come_from_a_file_then_these_are_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("110112-TZ0003\n\n 120105-HB-YJS-18 \n")
    result = run("export", "--ids-from", str(tmp_path / "ids.txt"))

    assert [line["id"] for line in _lines(result.stdout)] == ["110112-TZ0003", "120105-HB-YJS-18"]


def test_export_when_fifty_items_go_to_a_workbook_then_items_and_their_parts_are_in_it(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    result = run("export", "--kind", "item", "--limit", "50", "-o", str(path))
    book = load_workbook(path)

    assert result.exit_code == 0, result.output
    assert book.sheetnames == ["说明", "事项", "材料", "步骤", "依据", "问答", "窗口"]
    assert book["事项"].max_row == 51


def test_export_when_csv_is_asked_for_then_it_holds_items(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    result = run("export", "--region", "120105", "-o", str(path))

    assert "31 条" in result.stdout
    assert path.read_text(encoding="utf-8-sig").startswith("编号,版本,区划,事项编码,事项名称")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--region", "999999"), "没有区划 999999"),
        (("--id", "110112-NONE"), "110112-NONE"),
        (("--department", "没有这个局"), "没有符合条件"),
        (("--profile", "none.json"), "none.json"),
    ],
)
def test_export_when_nothing_fits_then_says_so_and_writes_nothing(
    run: Run, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    assert told in failure(run("export", "-o", str(tmp_path / "a.xlsx"), *options))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.xls", "a.txt"])
def test_export_when_the_suffix_is_unknown_then_says_which_are_known(
    run: Run, tmp_path: Path, name: str
) -> None:
    assert ".xlsx" in failure(run("export", "-o", str(tmp_path / name)))


def test_export_when_the_file_exists_then_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mine")

    assert "已存在" in failure(run("export", "-o", str(path)))
    assert path.read_text() == "mine"


def test_export_when_it_is_imported_again_then_nothing_changes(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    run_fresh("export", "-o", str(path))
    before = fresh.status().head
    result = run_fresh("import", str(path))

    assert result.exit_code == 0, result.output
    assert "不变 2852" in result.output
    assert fresh.status().head == before
