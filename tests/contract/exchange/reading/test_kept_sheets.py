"""What has no place is not lost: unknown sheets go with their records, or somebody must decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from service_catalog.catalog import Catalog
from service_catalog.exchange.drafts import Draft, Finding, Severity
from service_catalog.exchange.importing import FileImport
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.reading.tables import column_letter
from service_catalog.exchange.sheets.profile import Profile, load_profile
from tests.contract.catalog.builders import HEBEI, TONGZHOU, item, region, written
from tests.contract.exchange.tables import Rows, faults, one_item, read, workbook

ID = "110112-TZ1"
PHOTOS: Rows = [["编号", "照片底色", "备注"], [ID, "白", "一寸"], [ID, "蓝", None]]
KEPT = [{"照片底色": "白", "备注": "一寸"}, {"照片底色": "蓝"}]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def test_unknown_sheet_when_it_names_records_then_its_rows_are_kept_with_them_and_it_is_told_once(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(), "照片.要求": PHOTOS, "说明": [["怎么填"]]})
    (draft,), (finding,) = read(path, profile)

    assert draft.data["extra"] == {"照片.要求": KEPT}
    assert (finding.severity, finding.place.sheet) == (Severity.DOUBT, "照片.要求")
    assert "extra" in finding.message


@pytest.mark.parametrize(
    "rows",
    [
        [["区划", "事项编码", "照片底色"], ["110112", "TZ1", "白"]],
        [["照片要求"], ["编号", "照片底色"], [ID, "白"]],
    ],
    ids=["region and code", "below a title"],
)
def test_unknown_sheet_when_records_are_named_otherwise_then_its_rows_are_kept_too(
    tmp_path: Path, profile: Profile, rows: Rows
) -> None:
    (draft,), _ = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(), "照片": rows}), profile)

    assert draft.data["extra"] == {"照片": [{"照片底色": "白"}]}


def test_unknown_sheet_when_a_column_is_unknown_too_then_both_are_kept(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(经办人="甲"), "照片": PHOTOS})

    assert read(path, profile)[0][0].data["extra"] == {"经办人": "甲", "照片": KEPT}


def test_unknown_sheet_when_a_row_names_no_record_of_the_file_then_a_fault_at_it(
    tmp_path: Path, profile: Profile
) -> None:
    rows = [*PHOTOS, ["110112-NONE", "白", None], [None, "白", None]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(), "照片": rows}), profile)

    assert sorted(str(fault.place.row) for fault in faults(findings)) == ["4", "5"]


@pytest.mark.parametrize(
    "rows", [[["甲"]], [["底色", "备注"], ["白", "一寸"]], [["区划", "底色"], ["110112", "白"]]]
)
def test_unknown_sheet_when_its_records_cannot_be_told_then_a_fault_says_how_to_go_on(
    tmp_path: Path, profile: Profile, rows: Rows
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(), "备用": rows})
    (fault,) = faults(read(path, profile)[1])

    assert fault.place.sheet == "备用"
    assert "--skip-sheet 备用" in str(fault.hint)
    assert "编号" in str(fault.hint)


def test_sheet_when_it_is_to_be_skipped_then_it_is_left_alone_and_said(
    tmp_path: Path, profile: Profile
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(), "备用": [["甲"]], "照片": PHOTOS})
    found = list(read_file(path, profile, skipped=["备用", "照片"]))

    assert [each.data.get("extra") for each in found if isinstance(each, Draft)] == [None]
    notes = [each for each in found if isinstance(each, Finding)]
    assert [(each.severity, each.place.sheet) for each in notes] == [
        (Severity.NOTE, "备用"),
        (Severity.NOTE, "照片"),
    ]


def test_rows_of_an_unknown_sheet_when_imported_again_then_they_are_as_the_newest_file_has_them(
    catalog: Catalog, tmp_path: Path, profile: Profile
) -> None:
    written(catalog, region(TONGZHOU), region(HEBEI), item("A"))

    def imported(name: str, **sheets: Rows) -> object:
        path = workbook(tmp_path / name, {"事项": one_item(实施主体="110112部门"), **sheets})
        with FileImport(catalog, today="2026-06-01") as work:
            plan = work.check([path], lambda each: read_file(each, profile))
            assert work.findings.faults == 0, work.findings.kept
            work.write(plan, author="编辑", reason="导入")
        return catalog.find(ID).record.content.get("extra")

    assert imported("a.xlsx", 照片=PHOTOS) == {"照片": KEPT}
    assert imported("b.xlsx") == {"照片": KEPT}
    changed: Rows = [["编号", "照片底色", "备注"], [ID, "白", None], [ID, "红", None]]
    assert imported("c.xlsx", 照片=changed) == {"照片": [{"照片底色": "白"}, {"照片底色": "红"}]}
    other: Rows = [["编号", "颜色"], [ID, "白"]]
    assert imported("d.xlsx", 封面=other) == {
        "照片": [{"照片底色": "白"}, {"照片底色": "红"}],
        "封面": [{"颜色": "白"}],
    }


def test_column_when_it_has_no_heading_but_content_then_a_fault_names_it(
    tmp_path: Path, profile: Profile
) -> None:
    headings, row = one_item()
    rows = [[*headings, None, None], row, [*row, None, "漏写标题"], [*row, None, "再一行"]]
    (fault,) = (each for each in faults(read(workbook(tmp_path / "a.xlsx", {"事项": rows}), profile)[1]))

    assert (fault.place.sheet, fault.place.row) == ("事项", 3)
    assert f"第 {len(headings) + 2} 列（{column_letter(len(headings) + 1)} 列）" in fault.message


@pytest.mark.parametrize(
    ("at", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")]
)
def test_column_when_named_by_letters_then_as_spreadsheets_do(at: int, letter: str) -> None:
    assert column_letter(at) == letter
