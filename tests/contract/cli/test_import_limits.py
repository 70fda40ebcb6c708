"""What ``catalog import`` refuses or holds: a colleague's rows, too many changes, other regions' records."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.exchange.importing import FileImport
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure
from tests.contract.cli.edited_workbooks import cell, set_cells, with_guides, write


@pytest.fixture
def workbook(fresh: Catalog, tmp_path: Path) -> Path:
    """Ten items with their guides, exported."""
    return write(tmp_path / "清单.xlsx", with_guides(fresh, 10))


def a_colleague_changes(catalog: Catalog, record_id: str) -> None:
    theirs = catalog.record(record_id, Kind.ITEM).record
    catalog.publish(
        replace(theirs, content={**theirs.content, "department": "某新设局"}),
        author="同事",
        reason="机构改革",
    )


def test_import_when_a_colleague_changed_the_row_meanwhile_then_it_is_a_conflict_and_nothing_is_written(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    a_colleague_changes(fresh, record_id)
    set_cells(workbook, ("事项", 9, "到现场次数", 7), ("事项", 10, "到现场次数", 7))

    result = run_fresh("import", str(workbook))

    assert result.exit_code == 3
    assert "“事项”表 第 9 行" in result.stderr
    assert "同事 改到了第 2 版" in result.stderr
    assert "某新设局" in result.stderr
    other = cell(workbook, "事项", 10, "编号")
    assert [fresh.find(each).record.version for each in (record_id, other)] == [2, 1]


def test_import_when_a_colleague_changed_a_row_that_the_editor_did_not_then_that_change_stays(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    a_colleague_changes(fresh, record_id)
    set_cells(workbook, ("事项", 10, "到现场次数", 7))

    result = run_fresh("import", str(workbook))

    assert result.exit_code == 0, result.output
    assert "保留他人的修改 1" in result.stdout
    assert fresh.find(record_id).record.content["department"] == "某新设局"


def test_import_when_it_changes_more_than_a_fifth_of_a_region_then_it_is_held_until_confirmed(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    items = [row.record for row in fresh.listing(Kind.ITEM, owner="120105", limit=20)[0]]
    path = write(tmp_path / "a.xlsx", items)
    set_cells(path, *(("事项", row, "别名", f"别名{row}") for row in range(2, 22)))
    head = fresh.status().head

    held = run_fresh("import", str(path))

    assert held.exit_code == 4
    assert "区划 120105 已有 31 条，要修改 20 条、撤回 0 条（65%）" in held.stderr
    assert "--confirm" in held.stderr
    assert fresh.status().head == head
    assert run_fresh("import", str(path), "--max-share", "70", "--dry-run").exit_code == 0
    assert run_fresh("import", str(path), "--confirm").exit_code == 0
    assert fresh.status().head == head + 20


def test_import_when_the_list_is_complete_then_what_it_lacks_is_withdrawn(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    items = [row.record for row in fresh.listing(Kind.ITEM, owner="120105", limit=100)[0]]
    path = write(tmp_path / "a.xlsx", items[:-2])

    result = run_fresh("import", str(path), "--complete", "120105")

    assert result.exit_code == 0, result.output
    assert "撤回 2" in result.stdout
    assert [fresh.find(each.id).record.deleted for each in items[-3:]] == [False, True, True]
    assert items[-1].id in result.stdout


def test_import_when_a_reference_is_lost_by_a_complete_list_then_the_users_are_told(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    items = [row.record for row in fresh.listing(Kind.ITEM, owner="120105", limit=100)[0]]
    used = next(each for each in items if fresh.item(each.id).acceptances)
    path = write(tmp_path / "a.xlsx", [each for each in items if each != used])

    result = run_fresh("import", str(path), "--complete", "120105", "--dry-run")

    assert f"要撤回的 {used.id} 还被 " in result.stderr


def test_import_when_the_region_is_not_ours_then_it_needs_on_behalf(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    item = with_guides(fresh, 1)[0]
    content = {**item.content, "code": "X1"}
    path = write(tmp_path / "a.xlsx", [replace(item, id="130100-X1", owner="130100", content=content)])

    refused = run_fresh("import", str(path))

    assert refused.exit_code == 1
    assert "--on-behalf 130100" in refused.stderr
    assert run_fresh("import", str(path), "--on-behalf", "130100").exit_code == 0
    assert fresh.find("130100-X1").record.version == 1


def test_import_when_the_complete_region_is_not_ours_then_one_line_says_so(
    run_fresh: Run, workbook: Path
) -> None:
    assert "--on-behalf 130100" in failure(run_fresh("import", str(workbook), "--complete", "130100"))


def test_import_when_a_colleague_writes_between_check_and_write_then_nothing_is_written(
    run_fresh: Run, workbook: Path, fresh: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    theirs = fresh.record(record_id, Kind.ITEM).record
    set_cells(workbook, ("事项", 9, "到现场次数", 7), ("事项", 10, "到现场次数", 7))
    write_planned = FileImport.write

    def late(work: FileImport, *arguments: Any, **options: Any) -> int:
        content = {**theirs.content, "department": "某新设局"}
        fresh.publish(replace(theirs, content=content), author="同事", reason="机构改革")
        return write_planned(work, *arguments, **options)

    monkeypatch.setattr(FileImport, "write", late)
    result = run_fresh("import", str(workbook), "--json")

    assert result.exit_code == 3
    assert json.loads(result.stdout)["written"] is False
    assert record_id in result.stderr
    other = cell(workbook, "事项", 10, "编号")
    assert [fresh.find(each).record.version for each in (record_id, other)] == [2, 1]


def test_import_when_the_file_has_no_versions_then_stored_records_change_only_if_confirmed(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    set_cells(workbook, ("事项", 9, "版本", None), ("事项", 9, "到现场次数", 7))

    held = run_fresh("import", str(workbook))
    assert (held.exit_code, fresh.find(record_id).record.version) == (4, 1)
    assert "要改写 1 条已有的记录" in held.stderr

    assert run_fresh("import", str(workbook), "--confirm").exit_code == 0
    assert fresh.find(record_id).record.version == 2


def test_department_when_abbreviated_then_the_hint_names_the_one_that_is_meant(
    run_fresh: Run, workbook: Path
) -> None:
    set_cells(workbook, ("事项", 2, "实施主体", "北京市通州区人社局"))

    result = run_fresh("import", str(workbook), "--dry-run")

    assert "最接近的是 北京市通州区人力资源和社会保障局" in result.stderr


def test_unknown_sheet_when_it_names_no_records_then_it_must_be_skipped_by_name(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    workbook = write(tmp_path / "清单.xlsx", with_guides(fresh, 2))
    book = load_workbook(workbook)
    book.create_sheet("备忘").append(["记得问一下"])
    book.save(workbook)

    refused = run_fresh("import", str(workbook))
    assert refused.exit_code == 1
    assert "--skip-sheet 备忘" in refused.stderr

    assert run_fresh("import", str(workbook), "--skip-sheet", "备忘").exit_code == 0
