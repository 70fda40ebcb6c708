"""Importing sheets that do not have every column: what they do not speak of stays as it is stored."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from service_catalog.catalog import Catalog
from service_catalog.catalog.judging import Judgement, Outcome
from service_catalog.exchange.exporting import Moment, export_records
from service_catalog.exchange.importing import FileImport
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.sheets.profile import Profile, load_profile
from service_catalog.model import Kind, Record
from tests.contract.catalog.builders import HEBEI, TONGZHOU, item, region, written
from tests.contract.exchange.samples import GUIDE
from tests.contract.exchange.tables import Rows, faults, read, workbook

REFERENCE = {"status": "reference", "note": "整理所得"}
WINDOWS = [
    {"hall": "一厅", "address": "某路 1 号", "phone": "12345", "hours": None},
    {"hall": "二厅", "address": "某路 2 号", "phone": None, "hours": None},
]
FEE = {"charged": True, "amount": "每科 50 元", "basis": "某文件"}
STORED: dict[str, Any] = {
    "provenance": REFERENCE,
    "extra": {"旧列": "旧值", "权力来源": "法定"},
    "guide": {**GUIDE, "fee": FEE, "windows": WINDOWS, "visits": 1},
}
ROW = {
    "编号": f"{TONGZHOU}-A",
    "事项名称": "事项A",
    "是否收费": "是",
    "办理地点": "新一厅",
    "权力来源": "授权",
}


def _stored(catalog: Catalog, **fields: Any) -> Record:
    record = item("A", **copy.deepcopy({**STORED, **fields}))
    written(catalog, region(TONGZHOU), region(HEBEI), record)
    return record


def _imported(catalog: Catalog, path: Path, profile: Profile) -> Judgement:
    told: list[Judgement] = []
    with FileImport(catalog, today="2026-06-01") as work:
        work.check([path], lambda each: read_file(each, profile))
        work.show(told.append)
    return told[0]


def _national(tmp_path: Path, row: dict[str, Any], **sheets: Rows) -> Path:
    return workbook(tmp_path / "a.xlsx", {"实施清单": [list(row), list(row.values())], **sheets})


def test_record_when_the_national_sheet_lacks_columns_then_they_stay(
    catalog: Catalog, tmp_path: Path
) -> None:
    stored = _stored(catalog)

    made = _imported(catalog, _national(tmp_path, ROW), load_profile("national")).record

    assert made is not None
    content = stored.content
    assert made.content == {
        **content,
        "extra": {"旧列": "旧值", "权力来源": "授权"},
        "guide": {**content["guide"], "windows": [{**WINDOWS[0], "hall": "新一厅"}, WINDOWS[1]]},
    }


def test_record_when_it_is_new_then_it_has_the_defaults_of_the_profile(
    catalog: Catalog, tmp_path: Path
) -> None:
    written(catalog, region(TONGZHOU))
    row = {**ROW, "事项类型": "公共服务", "实施主体": "某局"}

    made = _imported(catalog, _national(tmp_path, row), load_profile("national")).record

    assert made is not None
    assert made.content["provenance"] == {"status": "official"}


def test_extra_when_its_cell_is_blank_then_that_alone_is_cleared(catalog: Catalog, tmp_path: Path) -> None:
    _stored(catalog)

    made = _imported(catalog, _national(tmp_path, {**ROW, "权力来源": None}), load_profile("national")).record

    assert made is not None
    assert made.content["extra"] == {"旧列": "旧值"}


def test_parts_when_their_sheet_lacks_a_column_then_those_of_the_same_name_keep_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    _stored(catalog)
    rows: Rows = [
        ["编号", "材料名称", "材料必要性"],
        [f"{TONGZHOU}-A", "照片", "必要"],
        [f"{TONGZHOU}-A", "身份证", "必要"],
    ]

    made = _imported(catalog, _national(tmp_path, ROW, 材料目录=rows), load_profile("national")).record

    assert made is not None
    new, known = made.content["guide"]["materials"]
    assert (new["name"], "when" in new) == ("照片", False)
    assert known == {**GUIDE["materials"][0], "necessity": "required"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_export_when_fees_have_no_text_then_it_comes_back_unchanged(
    catalog: Catalog, tmp_path: Path, name: str
) -> None:
    items = [{"name": "考试费", "amount": "50 元", "basis": "某文件"}]
    record = _stored(catalog, guide={**GUIDE, "fee": {"charged": True, "items": items}})
    for profile in (load_profile(), load_profile("national")):
        path = tmp_path / f"{profile.name}-{name}"
        export_records(path, [record], profile=profile, moment=Moment(1, ""), kinds=[Kind.ITEM])

        assert _imported(catalog, path, profile).outcome is Outcome.UNCHANGED


def test_themes_when_one_of_two_columns_is_edited_then_the_other_stays(tmp_path: Path) -> None:
    national = load_profile("national")
    record = item("A", themes=["legal_person:035", "natural_person:085"])
    export_records(tmp_path / "a.xlsx", [record], profile=national, moment=Moment(1, ""), kinds=[Kind.ITEM])
    book = load_workbook(tmp_path / "a.xlsx")
    sheet = book["实施清单"]
    at = next(cell.column for cell in sheet[1] if cell.value == "面向自然人事项主题分类")
    sheet.cell(2, at).value = "natural_person:005"
    book.save(tmp_path / "b.xlsx")
    (draft,), findings = read(tmp_path / "b.xlsx", national)

    assert faults(findings) == []
    assert draft.data["themes"] == ["natural_person:005", "legal_person:035"]


def test_part_when_its_code_is_in_two_regions_then_it_is_a_fault(tmp_path: Path) -> None:
    items: Rows = [
        ["编号", "事项名称"],
        *([f"{owner}-A", "事项"] for owner in (TONGZHOU, HEBEI)),
    ]
    materials: Rows = [["事项编码", "材料名称", "必要性"], ["A", "照片", "必要"]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"事项": items, "材料": materials}), load_profile())

    (fault,) = faults(findings)
    assert (fault.place.sheet, fault.place.row, fault.place.column) == ("材料", 2, "事项编码")
    assert f"区划 {TONGZHOU} 和 {HEBEI} 都有“A”" in fault.message


@pytest.mark.parametrize(("heading", "said"), [("事项编码", "B"), ("区划", HEBEI)])
def test_part_when_its_id_and_another_name_disagree_then_it_is_a_fault(
    tmp_path: Path, heading: str, said: str
) -> None:
    items: Rows = [["编号", "事项名称"], [f"{TONGZHOU}-A", "事项"]]
    materials: Rows = [["编号", heading, "材料名称", "必要性"], [f"{TONGZHOU}-A", said, "照片", "必要"]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"事项": items, "材料": materials}), load_profile())

    (fault,) = faults(findings)
    assert (fault.place.column, fault.value) == (heading, said)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("number", [2 / 3, 1e-05, 0.1 + 0.2, 0.95, 1.0, 2**53 - 1, 1e15])
def test_number_when_exported_then_it_comes_back_equal(tmp_path: Path, name: str, number: float) -> None:
    data = {"id": f"{TONGZHOU}-CP-x~y", "owner": TONGZHOU, "kind": "counterpart", "version": 1}
    record = Record.from_json({**data, "confidence": number})
    profile = load_profile()
    export_records(tmp_path / name, [record], profile=profile, moment=Moment(1, ""), kinds=[Kind.COUNTERPART])
    (draft,), findings = read(tmp_path / name, profile)

    assert findings == []
    assert draft.data["confidence"] == number


def test_code_when_it_looks_like_a_number_with_exponent_then_it_comes_back_with_its_parts(
    tmp_path: Path,
) -> None:
    record = item("1E5", guide={"materials": [{"name": "照片", "necessity": "required"}]})
    profile = load_profile()
    export_records(tmp_path / "a.xlsx", [record], profile=profile, moment=Moment(1, ""), kinds=[Kind.ITEM])
    (draft,), findings = read(tmp_path / "a.xlsx", profile)

    assert findings == []
    assert draft.data == record.as_json()


def test_workbook_when_our_own_rules_fail_then_it_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("ours")

    path = workbook(tmp_path / "a.xlsx", {"事项": [["编号", "事项名称"], [f"{TONGZHOU}-A", "事项"]]})
    monkeypatch.setattr("service_catalog.exchange.reading.rows.assemble", fail)

    with pytest.raises(KeyError, match="ours"):
        read(path, load_profile())
