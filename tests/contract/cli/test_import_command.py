"""``catalog import`` as an editor meets it: a workbook exported, broken, mended, imported, taken back."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service_catalog.app import open_catalog, prepare
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure
from tests.contract.cli.edited_workbooks import cell, column_of, set_cells, with_guides, write

ROWS = 12


@pytest.fixture
def workbook(fresh: Catalog, tmp_path: Path) -> Path:
    """A few items with their guides, exported."""
    return write(tmp_path / "清单.xlsx", with_guides(fresh, ROWS))


BROKEN = (
    ("事项", 2, "基本编码", "00011700800"),
    ("事项", 3, "实施编码", "11110000000021136M2002017008000"),
    ("事项", 4, "事项类型", "行政确任"),
    ("事项", 5, "服务对象", "自然人、法入"),
    ("事项", 6, "到现场次数", "来一次"),
    ("事项", 7, "失效日期", "2026-13-01"),
    ("事项", 8, "网上办理地址", "banshi.example.org/ban"),
    ("事项", 9, "事项名称", None),
    ("材料", 5, "必要性", "必须"),
    ("材料", 9, "份数", -1),
)


def test_import_when_ten_cells_are_broken_in_ten_ways_then_each_is_told_at_its_cell_with_a_hint(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    workbook = write(tmp_path / "清单.xlsx", with_guides(fresh, 50))
    set_cells(workbook, *BROKEN)

    result = run_fresh("import", str(workbook), "--json")

    assert result.exit_code == 1
    found = json.loads(result.stdout)
    faults = [each for each in found["findings"] if each["severity"] == "fault"]
    assert [(each["sheet"], each["row"], each["column"]) for each in faults] == [
        (sheet, row, heading) for sheet, row, heading, _ in BROKEN
    ]
    assert [each["column"] for each in faults if not each["hint"]] == []
    assert {each["file"] for each in faults} == {"清单.xlsx"}
    assert (found["written"], found["totals"]["fault"]) == (False, len(BROKEN))


def test_import_when_there_are_faults_then_the_terminal_names_file_sheet_row_column_and_value(
    run_fresh: Run, workbook: Path
) -> None:
    set_cells(workbook, BROKEN[2])

    result = run_fresh("import", str(workbook))

    assert result.exit_code == 1
    assert "错误 1 处" in result.stderr
    assert "清单.xlsx “事项”表 第 4 行“事项类型”列" in result.stderr
    assert "行政确任" in result.stderr
    assert "行政确认" in result.stderr
    assert "一条也没有写入" in result.stderr
    assert "--report" in result.stderr


def test_import_when_mended_then_search_finds_the_change_and_restore_takes_it_back(
    run_fresh: Run, workbook: Path
) -> None:
    record_id, name = cell(workbook, "事项", 9, "编号"), cell(workbook, "事项", 9, "事项名称")
    set_cells(workbook, ("事项", 9, "事项名称", "独角兽饲养登记"))

    result = run_fresh("import", str(workbook))

    assert result.exit_code == 0, result.output
    assert "修改 1" in result.stdout
    assert f"不变 {ROWS - 1}" in result.stdout
    assert record_id in run_fresh("search", "独角兽饲养登记").stdout
    assert run_fresh("restore-revision", record_id, "1", "--confirm").exit_code == 0
    assert name in run_fresh("search", name).stdout
    assert "独角兽" not in run_fresh("search", name).stdout


def test_import_when_the_same_file_comes_twice_then_the_second_changes_nothing(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    set_cells(workbook, ("事项", 9, "别名", "独角兽"))
    assert run_fresh("import", str(workbook)).exit_code == 0
    head = fresh.status().head

    again = run_fresh("import", str(workbook))

    assert again.exit_code == 0
    assert "没有要改的" in again.stdout
    assert fresh.status().head == head


def test_import_when_dry_then_shows_the_diff_and_writes_nothing(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    record_id, head = cell(workbook, "事项", 9, "编号"), fresh.status().head
    set_cells(workbook, ("事项", 9, "到现场次数", 7))

    result = run_fresh("import", str(workbook), "--dry-run")

    assert result.exit_code == 0
    assert f"~ 修改 {record_id} 第 2 版" in result.stdout
    assert "  到现场次数\n" in result.stdout
    assert "    + 7\n" in result.stdout
    assert fresh.status().head == head


def test_import_when_a_sheet_lacks_a_column_then_its_field_stays_as_it_is(
    run_fresh: Run, fresh: Catalog, workbook: Path
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    before = fresh.find(record_id).record.content
    book = load_workbook(workbook)
    for heading in ("受理条件", "其他字段", "分组"):
        book["事项"].delete_cols(column_of(book, "事项", heading))
    for sheet in ("材料", "步骤"):
        del book[sheet]
    book.save(workbook)
    set_cells(workbook, ("事项", 9, "到现场次数", 7))

    assert run_fresh("import", str(workbook)).exit_code == 0

    guide = fresh.find(record_id).record.content["guide"]
    assert guide["visits"] == 7
    assert guide["conditions"] == before["guide"]["conditions"]
    assert guide["materials"] == before["guide"]["materials"]


def test_import_when_all_items_go_into_an_empty_catalogue_then_every_content_hash_is_equal(
    seeded: Catalog, run_on: Run, tmp_path: Path
) -> None:
    rows = seeded.listing(Kind.ITEM, limit=5000)[0]
    path = write(tmp_path / "all.xlsx", [row.record for row in rows])
    data = tmp_path / "empty"
    prepare(Settings(data=data))

    result = run_on(data, "import", str(path))

    assert result.exit_code == 0, result.output
    made = open_catalog(Settings(data=data))
    try:
        hashes = {row.record.id: row.hash for row in made.listing(Kind.ITEM, limit=5000)[0]}
    finally:
        made.close()
    assert hashes == {row.record.id: row.hash for row in rows}


def test_import_when_dry_and_for_machines_then_every_record_that_would_change_is_listed(
    run_fresh: Run, workbook: Path
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    set_cells(workbook, ("事项", 9, "到现场次数", 7))

    shown = json.loads(run_fresh("import", str(workbook), "--dry-run", "--json").stdout)

    assert (shown["written"], shown["seq"], shown["counts"]["unchanged"]) == (False, None, ROWS - 1)
    (change,) = shown["changes"]
    assert (change["id"], change["outcome"], change["version"]) == (record_id, "changed", 2)
    assert [(each["field"], each["after"]) for each in change["changes"]] == [("guide.visits", 7)]


def test_import_when_written_and_for_machines_then_says_where_the_log_stands(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    head = fresh.status().head
    set_cells(workbook, ("事项", 9, "到现场次数", 7))

    shown = json.loads(run_fresh("import", str(workbook), "--json").stdout)

    assert (shown["written"], shown["exit_code"], shown["seq"]) == (True, 0, head + 1)
    assert "changes" not in shown


def test_import_when_the_tables_are_shaped_like_the_national_ones_then_what_they_lack_stays(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    path, head = tmp_path / "a.xlsx", fresh.status().head
    options = ("--profile", "national", "--kind", "item", "--region", "120105", "-o", str(path))
    assert run_fresh("export", *options).exit_code == 0

    result = run_fresh("import", "--profile", "national", str(path))

    assert result.exit_code == 0, result.output
    assert "31 条记录：不变 31" in result.stdout
    assert fresh.status().head == head


def test_report_when_asked_for_then_the_faulty_rows_stand_in_it_with_the_cells_marked(
    run_fresh: Run, workbook: Path, tmp_path: Path
) -> None:
    set_cells(workbook, *BROKEN, ("事项", 3, "办成后得到", '=HYPERLINK("http://example.org","点")'))
    report = tmp_path / "问题.xlsx"

    assert run_fresh("import", str(workbook), "--report", str(report)).exit_code == 1

    book = load_workbook(report)
    assert book.sheetnames == ["问题清单", "事项", "材料"]
    assert [cell.value for cell in book["问题清单"][1]][:5] == ["程度", "文件", "工作表", "行", "列"]
    copy = book["事项"]
    assert [row[1].value for row in copy.iter_rows(min_row=2)][:8] == list(range(2, 10))
    heading = column_of(book, "事项", "事项类型")
    marked = next(row for row in copy.iter_rows(min_row=2) if row[1].value == 4)[heading - 1]
    assert marked.value == "行政确任"
    assert marked.fill.fgColor.rgb == "00FFC7CE"
    assert marked.comment is not None
    assert "行政确认" in marked.comment.text
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_report_when_the_file_exists_then_nothing_is_done(
    run_fresh: Run, workbook: Path, fresh: Catalog, tmp_path: Path
) -> None:
    report = tmp_path / "问题.xlsx"
    report.write_text("mine")
    set_cells(workbook, ("事项", 9, "到现场次数", 7))
    head = fresh.status().head

    assert "已存在" in failure(run_fresh("import", str(workbook), "--report", str(report)))
    assert (report.read_text(), fresh.status().head) == ("mine", head)


def test_import_when_written_then_the_history_has_author_and_reason(
    run_fresh: Run, workbook: Path, fresh: Catalog
) -> None:
    record_id = cell(workbook, "事项", 9, "编号")
    set_cells(workbook, ("事项", 9, "到现场次数", 7))

    run_fresh("import", str(workbook), "--author", "某科")

    newest = fresh.history(record_id, Kind.ITEM)[0]
    assert (newest.author, newest.reason) == ("某科", "导入 清单.xlsx")


def test_import_when_lines_of_json_are_at_fault_then_line_and_field_are_named(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    item = with_guides(fresh, 1)[0].as_json()
    path = tmp_path / "a.ndjson"
    bad = {**item, "guide": {**item["guide"], "visits": 99}}
    path.write_text(f"{json.dumps(item)}\n{json.dumps({**bad, 'id': '110112-X', 'code': 'X'})}\n")

    result = run_fresh("import", str(path))

    assert result.exit_code == 1
    assert "a.ndjson 第 2 行“guide.visits”（110112-X）" in result.stderr
    assert "最接近的是 20" in result.stderr


def test_import_when_a_csv_file_was_edited_then_its_change_is_written(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    record = with_guides(fresh, 3)[2]
    path = write(tmp_path / "a.csv", [record])
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(record.content["name"], "独角兽饲养登记", 1), encoding="gb18030")

    result = run_fresh("import", str(path))

    assert result.exit_code == 0, result.output
    assert "GB18030" in result.stderr
    changed = fresh.find(record.id).record
    assert changed.content == {**record.content, "name": "独角兽饲养登记"}


def test_import_when_the_file_is_not_there_then_one_line_says_so(run_fresh: Run, tmp_path: Path) -> None:
    assert "不存在" in failure(run_fresh("import", str(tmp_path / "a.xlsx")))


def test_import_when_there_is_nothing_to_report_then_no_report_is_written(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.xlsx", with_guides(fresh, 1))
    report = tmp_path / "问题.xlsx"

    result = run_fresh("import", str(path), "--report", str(report))

    assert result.exit_code == 0
    assert "没有发现问题" in result.stderr
    assert not report.exists()


def test_import_when_two_files_have_one_name_then_nothing_is_done(
    run_fresh: Run, workbook: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / workbook.name
    other.parent.mkdir()
    other.write_bytes(workbook.read_bytes())

    assert f"有两个文件都叫 {workbook.name}" in failure(run_fresh("import", str(workbook), str(other)))


def test_import_when_written_but_the_index_cannot_follow_then_says_both(
    run_fresh: Run, fresh_settings: Settings, workbook: Path
) -> None:
    set_cells(workbook, ("事项", 2, "别名", "新别名"))
    shutil.rmtree(fresh_settings.index)
    fresh_settings.index.touch()  # a file where the folder should be

    result = run_fresh("import", str(workbook), "--json")

    assert result.exit_code == 5
    assert json.loads(result.stdout)["written"] is True
    assert json.loads(result.stdout)["exit_code"] == 5
    assert "搜索索引没有跟上" in result.stderr


def test_report_when_only_we_can_read_the_workbook_then_it_has_the_list(
    run_fresh: Run, workbook: Path, tmp_path: Path
) -> None:
    set_cells(workbook, ("事项", 2, "事项类型", "没有的类型"))
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(workbook) as whole, zipfile.ZipFile(broken, "w") as made:
        for part in whole.namelist():
            made.writestr(part, b"<broken" if part == "xl/styles.xml" else whole.read(part))

    result = run_fresh("import", str(broken), "--report", str(tmp_path / "report.xlsx"))

    assert result.exit_code == 1
    assert "没有“没有的类型”这个值" in result.stderr
    assert load_workbook(tmp_path / "report.xlsx").sheetnames == ["问题清单"]
