"""The workbook of proposed counterparts: what goes out, what comes back, and every fault at its cell."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.catalog.counterparts.decisions import DecisionFault, Verdict
from service_catalog.exchange import matching_sheet
from service_catalog.exchange.matching_sheet import (
    COLUMNS,
    SHEET,
    as_findings,
    read_decisions,
    write_suggestions,
)
from service_catalog.exchange.reading import open_book
from service_catalog.model.errors import InvalidRequestError
from tests.contract.catalog.builders import HEBEI, TONGZHOU, item, region, written

EVIL = '=HYPERLINK("http://example.org","失业登记")'

Edit = Callable[[Any], None]


@pytest.fixture
def path(catalog: Catalog, tmp_path: Path) -> Path:
    """A workbook with two proposed pairs, in rows 2 and 3."""
    written(
        catalog,
        region(HEBEI),
        region(TONGZHOU),
        item("A", owner=HEBEI, name=EVIL),
        item("B", name=EVIL),
        item("A2", owner=HEBEI, name="残疾人证申领"),
        item("B2", name="残疾人证新办", department=None),
    )
    found = catalog.suggest_counterparts(HEBEI, TONGZHOU, limit=1, min_confidence=0.1)
    made = tmp_path / "建议.xlsx"
    write_suggestions(made, found, catalog.labels)
    return made


def edited(path: Path, *edits: Edit) -> Path:
    """The workbook after a person has worked in it."""
    book = load_workbook(path)
    for edit in edits:
        edit(book[SHEET])
    book.save(path)
    return path


def put(row: int, column: str, value: Any) -> Edit:
    """Fill one cell, named by its heading."""
    at = [each.heading for each in COLUMNS.values()].index(column) + 1

    def edit(sheet: Any) -> None:
        sheet.cell(row, at).value = value

    return edit


def test_workbook_when_written_then_it_has_a_choice_of_decisions_and_says_how_to_use_it(path: Path) -> None:
    book = load_workbook(path)

    assert book.sheetnames == [SHEET, "说明"]
    assert [cell.value for cell in book[SHEET][1]] == [each.heading for each in COLUMNS.values()]
    rules = {str(rule.sqref): rule.formula1 for rule in book[SHEET].data_validations.dataValidation}
    assert rules["A2:A1048576"] == '"接受,拒绝"'
    told = {str(row[0]): str(row[1]) for row in book["说明"].iter_rows(values_only=True)}
    assert "不是官方清单" in told["数据"]
    assert HEBEI in told["两区"]


def test_workbook_when_a_name_looks_like_a_formula_then_it_stays_text(path: Path) -> None:
    cells = [row[3] for row in load_workbook(path)[SHEET].iter_rows(min_row=2)]

    assert {cell.data_type for cell in cells} == {"s"}


def test_decisions_when_filled_in_then_they_are_read_with_what_the_person_saw(path: Path) -> None:
    edited(
        path,
        put(2, "决定", " 接受 "),
        put(2, "复核岗位", "复核岗"),
        put(2, "依据", "范围有重叠，不完全相同"),
        put(3, "决定", "拒绝"),
        put(3, "现有对应", "曾被拒绝或撤回"),
    )
    first, second = read_decisions(path).decisions

    assert (first.row, first.verdict, first.reviewer) == (2, Verdict.ACCEPT, "复核岗")
    assert (first.basis, first.saw_refusal) == ("overlapping_scope", False)
    assert (second.verdict, second.saw_refusal) == (Verdict.REFUSE, True)
    assert (first.a_name, second.a_name) == ("残疾人证申领", EVIL)


def test_rows_when_nothing_is_decided_then_they_are_counted_and_left_alone(path: Path) -> None:
    edited(path, put(2, "甲编号", "改坏了"))

    decided = read_decisions(path)
    assert (decided.decisions, decided.findings, decided.undecided) == ((), (), 2)


def test_columns_when_moved_or_added_then_the_decisions_are_the_same(path: Path) -> None:
    edited(path, put(2, "决定", "接受"))
    before = read_decisions(path).decisions
    edited(path, lambda sheet: sheet.insert_cols(1, 2), lambda sheet: sheet.delete_cols(4))

    assert read_decisions(path).decisions == before


BAD_CELLS: dict[str, tuple[str, Any]] = {
    "an unknown word": ("决定", "同意"),
    "a formula": ("决定", "=1+1"),
    "no id": ("乙编号", None),
    "an unknown basis": ("依据", "感觉"),
    "no number": ("置信度", "高"),
    "a number that is no share": ("置信度", 81),
    "not a number at all": ("置信度", "nan"),
    "a long text": ("复核岗位", "岗" * 101),
}


@pytest.mark.parametrize(("column", "value"), BAD_CELLS.values(), ids=BAD_CELLS)
def test_cell_when_bad_then_the_finding_names_it(path: Path, column: str, value: Any) -> None:
    edited(path, put(3, "决定", "接受"), put(3, column, value))

    decided = read_decisions(path)
    (finding,) = decided.findings
    assert (finding.place.sheet, finding.place.row, finding.place.column) == (SHEET, 3, column)
    assert finding.hint
    assert decided.decisions == ()


def test_cells_when_several_are_bad_then_all_are_told(path: Path) -> None:
    edited(path, put(2, "决定", "是"), put(3, "决定", "拒绝"), put(3, "依据", None), put(3, "甲编号", " "))

    places = [(each.place.row, each.place.column) for each in read_decisions(path).findings]
    assert places == [(2, "决定"), (3, "甲编号"), (3, "依据")]


def test_columns_when_missing_or_doubled_then_each_is_named(path: Path) -> None:
    edited(path, put(1, "依据", "根据"), put(1, "说明", "决定"))

    findings = read_decisions(path).findings
    assert [(each.place.row, each.place.column) for each in findings] == [(1, "决定"), (1, "依据")]


def test_sheet_when_missing_then_says_which_ones_there_are(path: Path) -> None:
    book = load_workbook(path)
    book[SHEET].title = "工作表1"
    book.save(path)

    with pytest.raises(InvalidRequestError, match="工作表1"):
        read_decisions(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"a,b\n1,2\n"])
def test_file_when_it_is_no_workbook_then_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)

    with pytest.raises(InvalidRequestError, match="XLSX"):
        read_decisions(path)


def test_file_when_cut_off_within_a_sheet_then_says_so(path: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as made:
        for part in whole.namelist():
            content = whole.read(part)
            made.writestr(part, content[: len(content) // 2] if "worksheets" in part else content)

    with pytest.raises(InvalidRequestError, match="不是有效的 XLSX"):
        read_decisions(broken)


def test_file_when_it_is_another_zip_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "text")

    with pytest.raises(InvalidRequestError, match="XLSX"):
        read_decisions(path)


@pytest.mark.parametrize(("module", "name"), [(matching_sheet, "LIMIT"), (open_book, "UNPACKED_BYTES")])
def test_file_when_too_large_then_it_is_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    monkeypatch.setattr(module, name, 1_000)

    with pytest.raises(InvalidRequestError, match="MB"):
        read_decisions(path)


def test_sheet_when_a_million_rows_are_only_formatted_then_reading_ends(path: Path) -> None:
    def formatted(sheet: Any) -> None:
        sheet.cell(1_048_576, 1).number_format = "@"

    decided = read_decisions(edited(path, put(2, "决定", "接受"), formatted))

    assert (len(decided.decisions), decided.findings) == (1, ())


def test_cell_when_it_has_nul_then_the_rest_of_the_workbook_is_still_read(path: Path) -> None:
    edited(path, put(2, "决定", "接受"), put(3, "复核岗位", "甲\u0416"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace("\u0416".encode(), b"\0"))

    assert len(read_decisions(path).decisions) == 1


def test_faults_when_placed_then_they_name_sheet_row_column_and_value(path: Path) -> None:
    decided = read_decisions(edited(path, put(2, "决定", "接受")))
    fault = DecisionFault(2, "a_name", "不一致", "重新导出")

    (finding,) = as_findings(path, [fault], decided)
    place = finding.place
    assert (place.file, place.sheet, place.row, place.column) == ("建议.xlsx", SHEET, 2, "甲名称")
    assert (finding.value, finding.hint) == (decided.decisions[0].a_name, "重新导出")
