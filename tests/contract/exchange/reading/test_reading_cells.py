"""What single cells give: put right and said where that is certain, a fault at the cell where it is not."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from service_catalog.exchange.drafts import Place, Severity
from service_catalog.exchange.sheets.paths import get_path
from service_catalog.exchange.sheets.profile import Profile, load_profile
from tests.contract.exchange.tables import faults, one_item, read, workbook


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _read_one(tmp_path: Path, profile: Profile, **cells: Any):
    drafts, findings = read(workbook(tmp_path / "a.xlsx", {"事项": one_item(**cells)}), profile)
    return drafts[0], findings


@pytest.mark.parametrize(
    ("heading", "cell", "path", "value"),
    [
        ("事项类型", "行政许可", "item_type", "01"),
        ("事项类型", "01", "item_type", "01"),
        ("是否收费", "是", "guide.fee.charged", True),
        ("服务对象", "自然人、法人", "objects", ["natural_person", "legal_person"]),
        ("服务对象", "自然人\n法人", "objects", ["natural_person", "legal_person"]),
        (
            "主题",
            "自然人：社会保障（社会保险、社会救助）",
            "themes",
            ["natural_person:085"],
        ),
        ("主题", "legal_person:035", "themes", ["legal_person:035"]),
        ("别名", "办卡、 补卡 ", "aliases", ["办卡", "补卡"]),
        ("别名", "甲、乙都行\n丙", "aliases", ["甲、乙都行", "丙"]),
        ("受理条件", "年满十六周岁\n、没有工作\n", "guide.conditions", ["年满十六周岁", "、没有工作"]),
        ("到现场次数", "1", "guide.visits", 1),
        ("到现场次数", 1.0, "guide.visits", 1),
        ("到现场次数", "２", "guide.visits", 2),
        ("生效日期", date(2026, 3, 1), "valid_from", "2026-03-01"),
        ("生效日期", datetime(2026, 3, 1, 8, 30), "valid_from", "2026-03-01"),
        ("生效日期", "2026年3月1日", "valid_from", "2026-03-01"),
        ("生效日期", "2026/3/1", "valid_from", "2026-03-01"),
        ("生效日期", "20260301", "valid_from", "2026-03-01"),
        ("分组", 12345, "group", "12345"),
        ("分组", 12.5, "group", "12.5"),
        ("分组", " 两边有空白\u3000", "group", "两边有空白"),
        ("分组", "   ", "group", None),
        ("分组", "第一行\r\n第二行", "group", "第一行\n第二行"),
        ("基本编码", 123456789012, "basic_code", "123456789012"),
        ("区划", 110112, "owner", "110112"),
    ],
)
def test_cell_when_it_can_be_read_then_it_gives_the_value(
    tmp_path: Path, profile: Profile, heading: str, cell: Any, path: str, value: Any
) -> None:
    draft, findings = _read_one(tmp_path, profile, **{heading: cell})

    assert get_path(draft.data, path) == value
    assert faults(findings) == []


@pytest.mark.parametrize(
    ("heading", "cell", "message", "hint"),
    [
        ("事项类型", "许可证", "没有“许可证”", "行政许可"),
        ("状态", "停用", "没有“停用”", "暂停"),
        ("服务对象", "自然人、老人", "没有“老人”", "自然人"),
        ("到现场次数", "两次", "应为整数", "阿拉伯数字"),
        ("到现场次数", "1次", "应为整数", "是否指 1"),
        ("到现场次数", 1.5, "应为整数", "例如"),
        ("生效日期", "明天", "应为日期", "2026-03-01"),
        ("生效日期", "2026-02-30", "没有这一天", "2026-03-01"),
        ("事项编码", 1.1e17, "Excel 把编码变成了数字", "文本"),
        ("实施编码", 1234567890123456, "Excel 把编码变成了数字", "文本"),
        ("实施编码", "1.11E+30", "Excel 把编码变成了数字", "文本"),
        ("基本编码", 117008000, "前面的 0 已丢失", "000117008000"),
        ("事项编码", date(2026, 1, 2), "变成了日期", "文本"),
        ("分组", "=A1&B1", "公式", "选择性粘贴"),
        ("生效日期", "=TODAY()", "公式", "选择性粘贴"),
        ("其他字段", '{"半截": ', "不是完整的 JSON", "恢复"),
    ],
)
def test_cell_when_it_cannot_be_read_then_one_fault_names_it_with_a_hint(
    tmp_path: Path, profile: Profile, heading: str, cell: Any, message: str, hint: str
) -> None:
    _, findings = _read_one(tmp_path, profile, **{heading: cell})

    (fault,) = faults(findings)
    assert fault.place == Place("a.xlsx", "事项", 2, heading)
    assert message in fault.message
    assert hint in str(fault.hint)


def test_cell_when_at_fault_then_the_draft_names_the_same_place(tmp_path: Path, profile: Profile) -> None:
    draft, findings = _read_one(tmp_path, profile, 事项类型="许可证")

    (fault,) = findings
    assert fault.field == "item_type"
    assert draft.place_of("item_type") == fault.place
    assert fault.record_id == "110112-TZ1"


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!"])
def test_cell_when_it_is_an_error_of_excel_then_a_fault_names_it(
    tmp_path: Path, profile: Profile, error: str
) -> None:
    _, findings = _read_one(tmp_path, profile, 分组=error)

    (fault,) = faults(findings)
    assert error in fault.message


def test_day_when_it_is_a_serial_number_then_it_is_converted_and_said(
    tmp_path: Path, profile: Profile
) -> None:
    draft, (finding,) = _read_one(tmp_path, profile, 生效日期=46082)

    assert draft.data["valid_from"] == "2026-03-01"
    assert finding.severity is Severity.DOUBT
    assert "46082" in finding.message


def test_code_when_written_in_full_width_then_it_is_folded_and_said(tmp_path: Path, profile: Profile) -> None:
    draft, (finding,) = _read_one(tmp_path, profile, 事项编码="ＴＺ０９１５")

    assert draft.data["id"] == "110112-TZ0915"
    assert (finding.severity, finding.place.column) == (Severity.NOTE, "事项编码")


def test_name_when_written_in_full_width_then_it_stays(tmp_path: Path, profile: Profile) -> None:
    draft, findings = _read_one(tmp_path, profile, 事项名称="证照（ＡＢ）")

    assert draft.data["name"] == "证照（ＡＢ）"
    assert findings == []


def test_blank_cells_when_a_record_has_them_then_they_mean_unknown(tmp_path: Path, profile: Profile) -> None:
    blank = dict.fromkeys(("别名", "分组", "基本编码", "法定办结时限", "受理条件", "是否收费"))
    draft, findings = _read_one(tmp_path, profile, **blank)

    assert findings == []
    assert draft.data["aliases"] == []
    assert draft.data["group"] is None
    assert draft.data["guide"] is None
    assert "basic_code" not in draft.data


def test_guide_when_one_of_its_cells_is_filled_then_the_others_are_unknown(
    tmp_path: Path, profile: Profile
) -> None:
    cells = {"法定办结时限": 5, "法定办结时限单位": "工作日", "是否收费": None, "受理条件": None}
    draft, _ = _read_one(tmp_path, profile, **cells)

    assert draft.data["guide"] == {
        "legal_limit": {"value": 5, "unit": "working_day"},
        "fee": None,
        "conditions": [],
    }


def test_version_when_the_file_has_it_then_the_draft_says_what_was_seen(
    tmp_path: Path, profile: Profile
) -> None:
    assert _read_one(tmp_path, profile, 版本=7)[0].seen_version == 7
    assert _read_one(tmp_path, profile)[0].seen_version is None


def test_word_when_mistyped_then_the_nearest_is_of_the_same_group(tmp_path: Path, profile: Profile) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(主题="自然人：社会保璋")})
    _, findings = read(path, profile)

    assert "最接近的是“085 自然人：社会保障" in str(faults(findings)[0].hint)


@pytest.mark.parametrize("word", ["20 公共服务", "20公共服务", "公共服务", "20"])
def test_word_when_written_as_a_hint_names_it_then_it_is_known(
    tmp_path: Path, profile: Profile, word: str
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(事项类型=word)})
    (draft,), findings = read(path, profile)

    assert (draft.data["item_type"], faults(findings)) == ("20", [])
