"""``catalog score``: for one item, for all, and as a worklist for editors."""

from __future__ import annotations

import json
from pathlib import Path

from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.catalog.scoring import ELEMENTS
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure


def test_score_when_one_item_is_asked_for_then_every_element_is_listed(run: Run) -> None:
    found = json.loads(run("score", "110112-TZ0001", "--json").stdout)

    assert len(found["elements"]) == len(ELEMENTS)
    assert found["id"] == "110112-TZ0001"


def test_score_when_all_are_asked_for_then_regions_departments_and_worst_items(run: Run) -> None:
    lines = run("score").stdout.splitlines()

    assert lines[0].startswith("1174 个事项，平均 ")
    assert any(line.startswith("平均分最低的部门") for line in lines)


def test_score_when_the_department_is_unknown_then_says_how_to_find_one(run: Run) -> None:
    assert "部门须写全名" in failure(run("score", "--department", "没有这个局"))


def test_worklist_when_written_then_it_holds_tasks_averages_and_rules(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    result = run("score", "--region", "120105", "-o", str(path))

    assert result.exit_code == 0, result.output
    book = load_workbook(path)
    assert book.sheetnames == ["待完善", "部门", "评分规则"]
    regions = {row[1].value for row in book["待完善"].iter_rows(min_row=2)}
    assert regions == {"120105"}


def test_worklist_when_the_file_exists_then_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    path.write_text("mine")

    assert "已存在" in failure(run("score", "-o", str(path)))
    assert path.read_text() == "mine"


def test_worklist_when_a_name_looks_like_a_formula_then_it_stays_text(
    run_fresh: Run, fresh: Catalog, tmp_path: Path
) -> None:
    record = fresh.record("110112-TZ0001", Kind.ITEM).record
    evil = '=HYPERLINK("http://example.org","点这里")'
    named = type(record)(
        record.kind, record.id, record.owner, record.version, {**record.content, "name": evil}
    )
    fresh.publish(named, author="test", reason="test")
    path = tmp_path / "list.xlsx"
    run_fresh("score", "-o", str(path))

    cells = [row[4] for row in load_workbook(path)["待完善"].iter_rows(min_row=2) if row[4].value == evil]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]
