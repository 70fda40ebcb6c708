"""``catalog counterparts``: from suggestions to records, through a workbook that a person fills in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.exchange.matching_sheet import COLUMNS, SHEET
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure

A, B = "120105", "110112"
HEADINGS = [column.heading for column in COLUMNS.values()]
LINK = "120105-CP-120105-HB0001~110112-TZ0086"

Fill = Callable[..., Path]


@pytest.fixture
def unlinked(fresh: Catalog) -> Catalog:
    """The seeded catalogue after its links were withdrawn, and so forgotten: they come as new ones."""
    for revision in fresh.listing(Kind.COUNTERPART, limit=100)[0]:
        fresh.withdraw(revision.record.id, Kind.COUNTERPART, author="test", reason="重新核对")
    return fresh


@pytest.fixture
def fill(unlinked: Catalog, run_fresh: Run, tmp_path: Path) -> Fill:
    """Makes a workbook of suggestions and fills cells: ``fill({(2, "决定"): "接受"})``."""

    def make(cells: Mapping[tuple[int, str], Any], name: str = "建议.xlsx") -> Path:
        path = tmp_path / name
        result = run_fresh("counterparts", "suggest", A, B, "--all", "--limit", "1", "-o", str(path))
        assert result.exit_code == 0, result.output
        book = load_workbook(path)
        for (row, column), value in cells.items():
            book[SHEET].cell(row, HEADINGS.index(column) + 1).value = value
        book.save(path)
        return path

    return make


def test_suggest_when_all_items_are_linked_then_says_so_and_how_to_see_them(run: Run) -> None:
    lines = run("counterparts", "suggest", A, B).stdout.splitlines()

    assert "建议 0 对" in lines[0]
    assert "--all" in lines[1]


def test_suggest_when_all_are_wanted_then_pairs_are_listed_the_surest_first(run: Run) -> None:
    lines = run("counterparts", "suggest", A, B, "--all").stdout.splitlines()

    assert lines[1].startswith("  0.95  120105-HB")
    assert lines[-1].startswith("说明、备选")


def test_suggest_when_asked_for_json_then_each_pair_has_basis_confidence_and_links(run: Run) -> None:
    found = json.loads(run("counterparts", "suggest", A, B, "--all", "--json", "--limit", "1").stdout)

    first = found["suggestions"][0]
    assert (first["basis"], first["confidence"], first["rank"]) == ("same_name", 0.95, 1)
    assert first["a_counterparts"] == [first["b"]["id"]]


def test_suggest_when_the_least_confidence_is_high_then_only_sure_pairs_are_left(run: Run) -> None:
    found = json.loads(
        run("counterparts", "suggest", A, B, "--all", "--json", "--min-confidence", "0.94").stdout
    )

    assert {pair["basis"] for pair in found["suggestions"]} == {"same_name"}


def test_suggest_when_a_region_is_unknown_then_names_those_that_are_known(run: Run) -> None:
    assert "110112、120105" in failure(run("counterparts", "suggest", A, "999999"))


def test_suggest_when_the_file_exists_then_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "建议.xlsx"
    path.write_text("mine")

    assert "已存在" in failure(run("counterparts", "suggest", A, B, "-o", str(path)))
    assert path.read_text() == "mine"


def test_accept_when_rows_are_decided_then_links_are_there_and_refusals_stay_away(
    fill: Fill, run_fresh: Run, unlinked: Catalog
) -> None:
    path = fill({(2, "决定"): "接受", (2, "复核岗位"): "复核岗", (3, "决定"): "拒绝"})
    result = run_fresh("counterparts", "accept", str(path), "--author", "甲", "--json")

    told = json.loads(result.stdout)
    assert (told["written"], len(told["accepted"]), len(told["unchanged"])) == (True, 1, 1)
    record = unlinked.record(told["accepted"][0], Kind.COUNTERPART)
    assert (record.record.content["reviewer"], record.author) == ("复核岗", "甲")
    assert path.name in record.reason
    assert unlinked.item(record.record.content["a"]).counterparts


def test_accept_when_repeated_then_changes_nothing(fill: Fill, run_fresh: Run, unlinked: Catalog) -> None:
    path = fill({(row, "决定"): "接受" for row in range(2, 32)})
    assert "已接受 30 对" in run_fresh("counterparts", "accept", str(path)).stdout
    head = unlinked.status().head

    assert "已接受 0 对，拒绝 0 对；原已如此 30 对" in run_fresh("counterparts", "accept", str(path)).stdout
    assert unlinked.status().head == head


def test_accept_when_only_a_dry_run_then_nothing_is_written(
    fill: Fill, run_fresh: Run, unlinked: Catalog
) -> None:
    path = fill({(2, "决定"): "接受"})
    head = unlinked.status().head

    assert "将接受 1 对" in run_fresh("counterparts", "accept", str(path), "--dry-run").stdout
    assert unlinked.status().head == head


def test_accept_when_cells_are_wrong_then_each_is_named_and_nothing_is_written(
    fill: Fill, run_fresh: Run, unlinked: Catalog
) -> None:
    gone = unlinked.record("120105-HB0021", Kind.ITEM).record
    path = fill(
        {
            (2, "决定"): "接受",
            (3, "决定"): "同意",
            (4, "决定"): "接受",
            (4, "甲名称"): "别的",
            (5, "决定"): "拒绝",
            (5, "乙编号"): "110112-NONE",
            **{(row, "决定"): "接受" for row in range(6, 33)},
        }
    )
    unlinked.withdraw(gone.id, Kind.ITEM, author="test", reason="取消")
    head = unlinked.status().head
    result = run_fresh("counterparts", "accept", str(path))

    assert (result.exit_code, result.stdout) == (1, "")
    places = [
        " ".join(line.split("（")[0].split("：")[0].split()[1:]) for line in result.stderr.splitlines()[1:]
    ]
    assert {"第 3 行 决定", "第 4 行 甲名称", "第 5 行 乙编号"} <= set(places)
    assert gone.id in result.stderr
    assert unlinked.status().head == head


def test_accept_when_cells_are_wrong_and_json_is_asked_for_then_faults_have_places(
    fill: Fill, run_fresh: Run
) -> None:
    result = run_fresh("counterparts", "accept", str(fill({(2, "决定"): "好"})), "--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["written"]) == (1, False)
    fault = told["faults"][0]
    assert (fault["sheet"], fault["row"], fault["column"], fault["value"]) == (SHEET, 2, "决定", "好")


def test_accept_when_there_is_no_file_then_says_so(run: Run, tmp_path: Path) -> None:
    assert "不存在" in failure(run("counterparts", "accept", str(tmp_path / "none.xlsx")))


def test_accept_when_a_name_was_changed_meanwhile_then_the_row_is_at_fault(
    fill: Fill, run_fresh: Run, unlinked: Catalog
) -> None:
    path = fill({(2, "决定"): "接受"})
    changed = str(load_workbook(path)[SHEET].cell(2, HEADINGS.index("甲编号") + 1).value)
    record = unlinked.record(changed, Kind.ITEM).record
    unlinked.publish(
        replace(record, content={**record.content, "name": "改名"}), author="test", reason="test"
    )

    result = run_fresh("counterparts", "accept", str(path))
    assert "第 2 行 甲名称" in result.stderr
    assert "改名" in result.stderr


def test_withdraw_when_a_link_is_named_then_it_is_gone_and_not_proposed_again(
    run_fresh: Run, fresh: Catalog
) -> None:
    result = run_fresh("counterparts", "withdraw", LINK, "--reason", "并非同一事项")

    assert result.exit_code == 0, result.output
    found = json.loads(run_fresh("counterparts", "suggest", A, B, "--json").stdout)
    pairs = {(pair["a"]["id"], pair["b"]["id"]) for pair in found["suggestions"]}
    assert ("120105-HB0001", "110112-TZ0086") not in pairs
    assert fresh.item("120105-HB0001").counterparts == []
