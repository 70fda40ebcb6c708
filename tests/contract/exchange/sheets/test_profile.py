"""Profiles: those that are shipped, and a district's own with its faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service_catalog.catalog.completing import completed
from service_catalog.catalog.labels import Labels
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, ORDER, OTHERS, TABLES
from service_catalog.exchange.sheets.profile import SHIPPED, load_profile, plain_heading
from service_catalog.model import Kind
from service_catalog.model.errors import ConfigurationError
from tests.contract.exchange.tables import ITEM, Rows, faults, read, workbook

OWN: dict[str, Any] = {
    "name": "某区",
    "defaults": {"owner": "120105", "provenance": {"status": "official"}},
    "code_from": ["handling_code", "basic_code"],
    "values": {"item_type": {"许可类": "01"}},
    "sheets": {
        "清单": {
            "table": "item",
            "columns": {
                "名称": "name",
                "事项名称": "name",
                "类别": "item_type",
                "部门": "department",
                "编码": "basic_code",
                "科室": "extra",
                "序号": "",
            },
        }
    },
}


def _write(tmp_path: Path, data: Any) -> str:
    path = tmp_path / "own.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profile_when_loaded_then_it_says_everything_that_a_record_may_hold(name: str) -> None:
    for sheet in load_profile(name).sheets.values():
        assert OTHERS in sheet.columns.values()


def test_catalogue_profile_when_loaded_then_it_has_a_sheet_for_every_kind() -> None:
    assert {sheet.table.kind for sheet in load_profile().main_sheets()} == set(Kind)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profile_when_loaded_then_no_two_headings_of_a_sheet_are_alike(name: str) -> None:
    for sheet in load_profile(name).sheets.values():
        assert len({plain_heading(heading) for heading in sheet.columns}) == len(sheet.columns)


def test_tables_when_defined_then_every_form_has_a_converter() -> None:
    profile = load_profile()

    assert {of.form for table in TABLES.values() for of in table.fields.values()} <= set(profile.converters)
    assert not {EXTRA, ONLY_SHOWN, ORDER, OTHERS} & {
        path for table in TABLES.values() for path in table.fields
    }


def test_own_profile_when_used_then_its_headings_words_and_defaults_hold(tmp_path: Path) -> None:
    profile = load_profile(_write(tmp_path, OWN))
    rows: Rows = [
        ["序号", "名称", "类别", "部门", "编码", "科室"],
        [1, "失业登记", "许可类", "某局", "120117008000", "一科"],
    ]
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", {"清单": rows}), profile)

    assert findings == []
    assert draft.data == {
        "kind": "item",
        "id": "120105-120117008000",
        "owner": "120105",
        "code": "120117008000",
        "name": "失业登记",
        "item_type": "01",
        "department": "某局",
        "basic_code": "120117008000",
        "extra": {"科室": "一科"},
    }
    assert completed(draft.data, None, None, draft.defaults)["provenance"] == {"status": "official"}


def test_profile_when_the_file_has_more_than_its_columns_then_known_words_still_hold(tmp_path: Path) -> None:
    profile = load_profile(_write(tmp_path, OWN), labels=Labels({"item_type": {"20": "公共服务"}}))
    rows = [["事项名称", "类别", "编码"], ["甲", "公共服务", "120117008000"], ["乙", "许可", "120117008001"]]
    drafts, findings = read(workbook(tmp_path / "a.xlsx", {"清单": rows}), profile)

    assert drafts[0].data["item_type"] == "20"
    assert "许可类" in str(faults(findings)[0].hint)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "JSON 对象"),
        ({"sheet": {}}, "没有“sheet”这一项"),
        ({"sheets": {}}, "没有一个存放记录的工作表"),
        ({"sheets": {"清单": {"table": "items", "columns": {}}}}, "sheets.清单.table"),
        ({"sheets": {"清单": {"table": "item", "columns": {"名称": "title"}}}}, "sheets.清单.columns.名称"),
        (OWN | {"values": {"item_type": "01"}}, "values.item_type"),
        ({"sheets": {"清单": {"table": "item", "columns": {"名称": ["name"]}}}}, "sheets.清单.columns.名称"),
        (OWN | {"values": {"item_type": {"许可类": ["01"]}}}, "values.item_type.许可类"),
        (OWN | {"code_from": "code"}, "code_from"),
        (OWN | {"defaults": {"ownr": "120105"}}, "defaults 里没有“ownr”这个字段；最接近的是 owner"),
        (OWN | {"defaults": {"version": 1}}, "“version”"),
        (OWN | {"defaults": {"provenance": {"state": "official"}}}, "“state”这个字段；最接近的是 status"),
        (OWN | {"defaults": {"guide": {"fee": {"charge": False}}}}, "defaults.guide.fee 里没有“charge”"),
        (OWN | {"values": {"necesity": {"1": "required"}}}, "“necesity”这个词表；最接近的是 necessity"),
        (OWN | {"values": {"necessity": {"1": "requird"}}}, "没有这个值；最接近的是 required"),
        (OWN | {"values": {"yes_no": {"有": "是"}}}, "values.yes_no.有 是 是，没有这个值"),
    ],
)
def test_profile_when_something_is_wrong_in_it_then_says_what_and_in_which_file(
    tmp_path: Path, data: Any, told: str
) -> None:
    path = _write(tmp_path, data)

    with pytest.raises(ConfigurationError) as caught:
        load_profile(path)
    assert path in caught.value.detail
    assert told in caught.value.detail


def test_profile_when_its_defaults_and_values_are_known_then_it_is_taken(tmp_path: Path) -> None:
    data = OWN | {
        "defaults": {
            "owner": "120105",
            "guide": {"fee": {"charged": False}, "online_url": None},
            "extra": {"来源": "台账"},
            "mode": "agent",
        },
        "values": {
            "yes_no": {"收": True},
            "basis": {"自定": "own_words"},
            "theme": {"甲": "natural_person:001"},
        },
    }

    assert load_profile(_write(tmp_path, data)).defaults == data["defaults"]


def test_profile_when_it_is_no_json_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text("{")

    with pytest.raises(ConfigurationError, match="不是有效的 JSON"):
        load_profile(str(path))


def test_profile_when_there_is_none_then_names_those_that_are_shipped(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="national"):
        load_profile(str(tmp_path / "none.json"))


def test_national_tables_when_read_then_codes_mean_what_the_tables_say(tmp_path: Path) -> None:
    code = "11110000000021135M2000117056000"
    item = {
        "区划": "110112",
        "事项名称": "造价工程师执业资格认定",
        "实施编码": code,
        "业务办理项编码": f"{code}01",
        "事项类型": "01",
        "实施主体": "某委",
        "服务对象": "1,2",
        "事项状态": "1",
        "设定依据": "条例甲\n条例乙",
        "法定办结时限": 20,
        "法定办结时限单位": 1,
        "是否收费": 1,
        "到办事现场次数": 0,
        "面向自然人事项主题分类": "050、090",
        "权力来源": 1,
        "办理地点": "某大厅",
        "咨询方式": "12345",
    }
    items: Rows = [list(item), list(item.values())]
    materials: Rows = [["实施编码", "材料名称", "材料必要性", "材料形式", "排序"], [code, "申请表", 1, 1, 1]]
    fees = [
        ["业务办理项编码", "收费项目名称", "收费标准", "收费依据"],
        [f"{code}01", "考试费", "每科 50 元", "某文件"],
    ]
    sheets = {"实施清单": items, "材料目录": materials, "收费项目": fees}
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", sheets), load_profile("national"))
    data, guide = draft.data, draft.data["guide"]

    assert findings == []
    assert data["id"] == f"110112-{code}01"
    assert data["objects"] == ["natural_person", "legal_person"]
    assert data["themes"] == ["natural_person:050", "natural_person:090"]
    assert data["status"] == "active"
    assert data["extra"] == {"权力来源": "1"}
    assert guide["legal_limit"] == {"value": 20, "unit": "working_day"}
    assert guide["legal_basis"] == [
        {"title": "条例甲", "article": None},
        {"title": "条例乙", "article": None},
    ]
    assert guide["materials"][0]["necessity"] == "required"
    assert guide["fee"]["charged"] is True
    assert guide["fee"]["amount"] == "考试费：每科 50 元"
    assert guide["windows"] == [{"hall": "某大厅", "phone": "12345"}]


def test_national_tables_when_a_code_is_unknown_then_the_hint_says_what_codes_mean(tmp_path: Path) -> None:
    rows = [["区划", "事项名称", "实施编码", "法定办结时限单位"], ["110112", "甲", "1" * 31, "天"]]
    _, findings = read(workbook(tmp_path / "a.xlsx", {"实施清单": rows}), load_profile("national"))

    assert "1 工作日、2 自然日" in str(faults(findings)[0].hint)


def test_catalogue_profile_when_it_reads_an_item_then_needs_no_more_than_the_required_columns(
    tmp_path: Path,
) -> None:
    rows = [list(ITEM), list(ITEM.values())]
    (draft,), findings = read(workbook(tmp_path / "a.xlsx", {"事项": rows}), load_profile())

    assert findings == []
    assert set(draft.data) == {
        "kind", "id", "owner", "code", "name", "item_type", "department", "provenance",
    }  # fmt: skip
