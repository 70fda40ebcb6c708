"""Workbooks as people make them: titles above the headings, parts in other sheets, files that are none."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from service_catalog.exchange.drafts import Place, Severity
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.reading.sheet_xml import BLANK_ROWS
from service_catalog.exchange.sheets.profile import Profile, load_profile
from service_catalog.model.errors import InvalidRequestError
from tests.contract.exchange.tables import ITEM, Rows, faults, one_item, read, workbook

MATERIALS: Rows = [
    ["编号", "序号", "材料名称", "必要性"],
    ["110112-TZ1", 2, "照片", "视情形"],
    ["110112-TZ1", 1, "身份证", "必要"],
]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def test_parts_when_in_another_sheet_then_they_join_their_record_in_order(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(), "材料": MATERIALS})
    (draft,), findings = read(path, profile)

    assert findings == []
    assert [each["name"] for each in draft.data["guide"]["materials"]] == ["身份证", "照片"]
    assert draft.place_of("guide.materials.0.necessity") == Place("a.xlsx", "材料", 3, "必要性")


def test_parts_when_keyed_by_region_and_code_then_they_join(tmp_path: Path, profile: Profile) -> None:
    steps = [["区划", "事项编码", "步骤名称"], ["110112", "TZ1", "申请"], ["110112", "TZ1", "领证"]]
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(), "步骤": steps}), profile)

    assert findings == []
    assert [each["name"] for each in draft.data["guide"]["steps"]] == ["申请", "领证"]


def test_parts_when_the_sheet_has_none_then_the_draft_says_that_there_are_none(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(受理条件="年满十六周岁"), "材料": MATERIALS[:1]})
    (draft,), _ = read(path, profile)

    assert draft.data["guide"]["materials"] == []
    assert "guide.materials" in draft.cells


@pytest.mark.parametrize("key", ["110112-TZ9", None])
def test_part_when_it_belongs_to_nothing_then_a_fault_at_its_cell(
    tmp_path: Path, profile: Profile, key: str | None
) -> None:
    rows = [*MATERIALS, [key, 1, "户口簿", "必要"]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(), "材料": rows}), profile)

    (fault,) = findings
    assert fault.severity is Severity.FAULT
    assert fault.place == Place("a.xlsx", "材料", 4, "编号")


def test_parts_when_neighbours_belong_to_the_same_nothing_then_one_fault_counts_them(
    tmp_path: Path, profile: Profile
) -> None:
    rows = [*MATERIALS, ["110112-TZ9", 1, "户口簿", "必要"], ["110112-TZ9", 2, "照片", "必要"]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(), "材料": rows}), profile)

    (fault,) = findings
    assert (fault.place.row, "从这一行起的 2 行" in fault.message) == (4, True)


def test_parts_when_the_id_of_their_record_is_mistyped_then_they_still_join_it(
    tmp_path: Path, profile: Profile
) -> None:
    items = one_item(编号="110112-TZ2")
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", {"事项": items, "材料": MATERIALS}), profile)

    assert findings == []
    assert [each["name"] for each in draft.data["guide"]["materials"]] == ["身份证", "照片"]


def test_sheet_when_blank_then_it_says_nothing_of_its_fields(tmp_path: Path, profile: Profile) -> None:
    sheets: dict[str, Rows] = {"事项": one_item(受理条件="年满十六周岁"), "材料": [], "一件事": []}
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", sheets), profile)

    assert findings == []
    assert "materials" not in draft.data["guide"]


def test_parts_when_their_records_cannot_be_read_then_only_that_is_told(
    tmp_path: Path, profile: Profile
) -> None:
    headings, row = one_item()
    rows = [[*headings, "事项名称"], [*row, "另一个名称"]]
    _, (fault,) = read(workbook(tmp_path / "a.xlsx", {"事项": rows, "材料": MATERIALS}), profile)

    assert "重复" in fault.message


def test_headings_when_below_a_title_then_they_are_found_and_said(tmp_path: Path, profile: Profile) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "事项"
    sheet.append(["某区政务服务事项清单"])
    sheet.merge_cells("A1:F1")
    sheet.append(["填报单位：某局"])
    for row in one_item():
        sheet.append(list(row))
    book.save(tmp_path / "a.xlsx")
    (draft,), (finding,) = read(tmp_path / "a.xlsx", profile)

    assert draft.place.row == 4
    assert finding.severity is Severity.NOTE
    assert "第 3 行" in finding.message


def test_headings_when_merged_over_two_rows_then_both_are_read(tmp_path: Path, profile: Profile) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "事项"
    sheet.append([*ITEM, "时限", None])
    sheet.append([*[None] * len(ITEM), "法定办结时限", "法定办结时限单位"])
    for column in "ABCDEF":
        sheet.merge_cells(f"{column}1:{column}2")
    sheet.merge_cells("G1:H1")
    sheet.append([*ITEM.values(), 5, "工作日"])
    book.save(tmp_path / "a.xlsx")
    (draft,), findings = read(tmp_path / "a.xlsx", profile)

    assert draft.data["guide"]["legal_limit"] == {"value": 5, "unit": "working_day"}
    assert faults(findings) == []


def test_heading_when_marked_as_required_then_it_is_known(tmp_path: Path, profile: Profile) -> None:
    rows = [[f"*{heading}（必填）" for heading in ITEM], list(ITEM.values())]
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", {"事项": rows}), profile)

    assert draft.data["name"] == ITEM["事项名称"]
    assert findings == []


def test_heading_when_unknown_then_it_is_told_once_and_its_column_kept(
    tmp_path: Path, profile: Profile
) -> None:
    rows = [*one_item(承办科室="一科"), list((ITEM | {"事项编码": "TZ2", "承办科室": "二科"}).values())]
    drafts, (finding,) = read(workbook(tmp_path / "a.xlsx", {"事项": rows}), profile)

    assert (finding.severity, finding.place.column) == (Severity.DOUBT, "承办科室")
    assert [draft.data["extra"] for draft in drafts] == [{"承办科室": "一科"}, {"承办科室": "二科"}]


def test_heading_when_it_stands_there_twice_then_a_fault_and_no_drafts(
    tmp_path: Path, profile: Profile
) -> None:
    headings, row = one_item()
    rows = [[*headings, "事项名称"], [*row, "另一个名称"]]
    drafts, (fault,) = read(workbook(tmp_path / "a.xlsx", {"事项": rows}), profile)

    assert drafts == []
    assert "重复" in fault.message


def test_headings_when_none_is_known_then_says_which_are_expected_and_near(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": [["事项名", "种类"], ["失业登记", "服务"]]})
    drafts, findings = read(path, profile)

    assert drafts == []
    fault = findings[0]
    assert "事项名称" in fault.message
    assert "“事项名”是否指“事项名称”" in str(fault.hint)


def test_sheet_when_named_otherwise_then_it_is_known_by_its_headings(
    tmp_path: Path, profile: Profile
) -> None:
    (draft,), (note,) = read(workbook(tmp_path / "a.xlsx", {"Sheet1": one_item()}), profile)

    assert draft.data["id"] == "110112-TZ1"
    assert note.severity is Severity.NOTE


def test_sheet_when_none_fits_then_says_what_is_there_and_what_is_expected(
    tmp_path: Path, profile: Profile
) -> None:
    drafts, findings = read(workbook(tmp_path / "a.xlsx", {"数据": [["甲", "乙"], [1, 2]]}), profile)

    assert drafts == []
    assert "事项" in findings[0].message
    assert "数据" in findings[0].message


def test_control_characters_when_in_a_cell_then_a_fault_names_them(tmp_path: Path, profile: Profile) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(分组="甲_x0000_乙_x0007_")})
    (draft,), (fault,) = read(path, profile)

    assert "U+0000、U+0007" in fault.message
    assert draft.data["group"] == "甲乙"


def test_escaped_text_when_excel_wrote_it_then_it_is_read_as_it_looks(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(分组="甲_x005F_x000D_乙")})
    (draft,), findings = read(path, profile)

    assert findings == []
    assert draft.data["group"] == "甲_x000D_乙"


def test_blank_rows_when_there_are_a_million_then_reading_ends_soon(tmp_path: Path, profile: Profile) -> None:
    path = _with_blank_rows(tmp_path, 1_000_000)
    drafts, findings = read(path, profile)

    assert len(drafts) == 1
    assert findings == []


def test_blank_rows_when_something_follows_them_then_a_fault_says_so(
    tmp_path: Path, profile: Profile
) -> None:
    path = _with_blank_rows(tmp_path, BLANK_ROWS + 5, last="漏掉的一行")
    drafts, (fault,) = read(path, profile)

    assert len(drafts) == 1
    assert "空白" in fault.message


def test_rows_when_numbers_leave_a_gap_then_all_are_read_under_their_numbers(
    tmp_path: Path, profile: Profile
) -> None:
    book = load_workbook(workbook(tmp_path / "a.xlsx", {"事项": one_item()}))
    for at, value in enumerate((ITEM | {"事项编码": "TZ2"}).values(), start=1):
        book["事项"].cell(900_000, at).value = value
    book.save(tmp_path / "b.xlsx")
    drafts, _ = read(tmp_path / "b.xlsx", profile)

    assert [draft.place.row for draft in drafts] == [2, 900_000]


def test_formatted_cells_when_blank_then_they_are_no_record(tmp_path: Path, profile: Profile) -> None:
    book = load_workbook(workbook(tmp_path / "a.xlsx", {"事项": one_item()}))
    for row in range(3, 60):
        book["事项"].cell(row, 3).fill = PatternFill("solid", fgColor="FFFF00")
    book.save(tmp_path / "b.xlsx")
    drafts, findings = read(tmp_path / "b.xlsx", profile)

    assert len(drafts) == 1
    assert findings == []


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04 half", b"\xd0\xcf\x11\xe0 locked"])
def test_workbook_when_it_is_none_then_a_fault_says_what_to_do(
    tmp_path: Path, profile: Profile, content: bytes
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    drafts, findings = read(path, profile)

    assert drafts == []
    assert "另存为" in str(findings[0].hint)


def test_workbook_when_a_part_is_missing_then_a_fault(tmp_path: Path, profile: Profile) -> None:
    whole = workbook(tmp_path / "a.xlsx", {"事项": one_item()})
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as other:
        for name in one.namelist():
            if name != "xl/workbook.xml":
                other.writestr(name, one.read(name))
    drafts, findings = read(tmp_path / "b.xlsx", profile)

    assert drafts == []
    assert "已损坏" in findings[0].message


def test_workbook_when_cut_off_within_a_sheet_then_a_fault(tmp_path: Path, profile: Profile) -> None:
    path = _with_sheet_xml(tmp_path, lambda xml: xml[: len(xml) // 2])
    _, findings = read(path, profile)

    assert "已损坏" in faults(findings)[0].message


def test_workbook_when_it_defines_entities_then_it_is_not_read(tmp_path: Path, profile: Profile) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = _with_sheet_xml(tmp_path, lambda xml: bomb + xml[xml.index(b"<worksheet") :])
    drafts, findings = read(path, profile)

    assert drafts == []
    assert faults(findings) != []


def test_workbook_when_it_is_a_zip_bomb_then_it_is_not_opened(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(64):
            part.write(bytes(2**20))
    drafts, (fault,) = read(path, profile)

    assert drafts == []
    assert "压缩炸弹" in fault.message


def test_file_when_larger_than_the_limit_then_it_is_refused(tmp_path: Path, profile: Profile) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item()})

    with pytest.raises(InvalidRequestError, match="超过上限"):
        read_file(path, profile, limit_bytes=100)


@pytest.mark.parametrize("name", ["a.xls", "a.txt", "a", "a.zip"])
def test_file_when_its_suffix_is_unknown_then_it_is_refused(
    tmp_path: Path, profile: Profile, name: str
) -> None:
    (tmp_path / name).write_text("x")

    with pytest.raises(InvalidRequestError, match="后缀"):
        read_file(tmp_path / name, profile)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.ndjson"])
def test_file_when_empty_then_a_fault_says_so(tmp_path: Path, profile: Profile, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    drafts, (fault,) = read(tmp_path / name, profile)

    assert drafts == []
    assert "空" in fault.message


def _with_blank_rows(tmp_path: Path, count: int, last: str = "") -> Path:
    """Rows that a workbook stores though nothing is in them."""

    def change(xml: bytes) -> bytes:
        rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (at, at) for at in range(3, count + 3))
        end = b'<row r="%d"><c r="C%d" t="inlineStr"><is><t>%s</t></is></c></row>'
        text = last.encode()
        return xml.replace(
            b"</sheetData>", rows + (end % (count + 3, count + 3, text) if text else b"") + b"</sheetData>"
        )

    return _with_sheet_xml(tmp_path, change)


def _with_sheet_xml(tmp_path: Path, change) -> Path:
    whole = workbook(tmp_path / "whole.xlsx", {"事项": one_item()})
    path = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as other:
        for name in one.namelist():
            content = one.read(name)
            other.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return path
