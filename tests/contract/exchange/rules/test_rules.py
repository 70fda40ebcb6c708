"""Business rules: each finds what it is for, says where and what to do, and leaves the seed in peace."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from service_catalog.catalog.codes import uscc_check_character, uscc_fault
from service_catalog.catalog.labels import Labels
from service_catalog.config import Settings
from service_catalog.exchange.drafts import Severity
from service_catalog.exchange.rules.base import Breach, Known
from service_catalog.exchange.rules.ruleset import RULES, breaches
from service_catalog.exchange.rules.shape import Shape, without_faults
from service_catalog.exchange.seeding import load_labels, seed_files
from service_catalog.exchange.sheets.paths import value_at
from service_catalog.model import Kind
from service_catalog.model.errors import Fault
from tests.contract.exchange.samples import GUIDE, sample, with_guide
from tests.seed_rows import rows

SEED = Settings().seed
KNOWN = Known(load_labels(SEED), "2026-06-01")

BASIC = "000117008000"
IMPLEMENTATION = f"11110000000021135M2{BASIC}"
FEE = {"charged": True, "amount": "10 元", "basis": "某文件"}


def item(**fields: Any) -> dict[str, Any]:
    """An item that breaks no rule."""
    codes = {"basic_code": None, "implementation_code": None, "handling_code": None}
    guide = {**GUIDE, "fee": FEE, "promised_limit": {"value": 5, "unit": "working_day"}}
    return sample(Kind.ITEM, **{"item_type": "01", "guide": guide, **codes, **fields})


def guided(**fields: Any) -> dict[str, Any]:
    """The same, with other values in some fields of its guide."""
    return item(guide={**item()["guide"], **fields})


def found(data: dict[str, Any]) -> list[tuple[str, Breach]]:
    return [(rule.name, breach) for rule, breach in breaches(data, KNOWN)]


def days(value: int, unit: str = "working_day") -> dict[str, Any]:
    return {"value": value, "unit": unit}


def material(**fields: Any) -> dict[str, Any]:
    return {"name": "申请表", "necessity": "required", **fields}


CASES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("basic-code", "basic_code", item(basic_code="00O117008000"), "是否指 000117008000"),
    (
        "basic-code",
        "basic_code",
        item(basic_code="000517008000"),
        "应为 01 行政许可，或把事项类型改为 05 行政给付",
    ),
    (
        "implementation-code",
        "implementation_code",
        item(implementation_code=f"11110000000021136M2{BASIC}"),
        "第 18 位应为 Q",
    ),
    (
        "implementation-code",
        "implementation_code",
        item(implementation_code=f"1111000000002113SM2{BASIC}"),
        "是否指 11110000000021135M",
    ),
    (
        "implementation-code",
        "implementation_code",
        item(implementation_code=f"11110000000021135M9{BASIC}"),
        "4 县区级",
    ),
    (
        "implementation-code",
        "implementation_code",
        item(basic_code="000117009000", implementation_code=IMPLEMENTATION),
        "后 12 位应为 000117009000",
    ),
    ("handling-code", "handling_code", item(handling_code=f"{IMPLEMENTATION}A1"), "01"),
    (
        "handling-code",
        "handling_code",
        item(implementation_code=IMPLEMENTATION, handling_code=f"11110000000021135M4{BASIC}01"),
        f"前 31 位应为 {IMPLEMENTATION}",
    ),
    ("code-region", "basic_code", item(basic_code="440117008000"), "以 00 国家事项，或 11 本区"),
    ("unknown-type", "item_type", item(item_type="77"), "01 行政许可"),
    ("unknown-theme", "themes.0", item(themes=["natural_person:555"]), "155 死亡殡葬"),
    ("validity", "valid_to", item(valid_from="2027-01-01", valid_to="2026-12-31"), "不早于 2027-01-01"),
    ("expired", "valid_to", item(valid_to="2026-05-31"), "清空"),
    ("fee", "guide.fee.amount", guided(fee={**FEE, "amount": " "}), "写明金额"),
    ("fee", "guide.fee.basis", guided(fee={**FEE, "basis": None}), "文号"),
    ("fee-vague", "guide.fee.amount", guided(fee={**FEE, "amount": "面议"}), "10 元/本"),
    ("fee-vague", "guide.fee.basis", guided(fee={**FEE, "basis": "领导同意"}), "文号"),
    ("fee-not-charged", "guide.fee.amount", guided(fee={**FEE, "charged": False}), "清空"),
    (
        "promised-limit",
        "guide.promised_limit.value",
        guided(legal_limit=days(5), promised_limit=days(20)),
        "不超过 5 个工作日",
    ),
    ("odd-limit", "guide.legal_limit.value", guided(legal_limit=days(366)), "多写了一位"),
    (
        "odd-limit",
        "guide.promised_limit.value",
        guided(legal_limit=days(20, "calendar_day"), promised_limit=days(20)),
        "不超过 20 个自然日",
    ),
    ("no-visit", "guide.visits", guided(visits=0, online_url=None, cross_region_note=None), "网上办理地址"),
    (
        "condition-missing",
        "guide.materials.0.when",
        guided(materials=[material(necessity="conditional")]),
        "写明情形",
    ),
    ("same-material", "guide.materials.1.name", guided(materials=[material(), material()]), "删去一份"),
    ("phone", "guide.windows.0.phone", guided(windows=[{"hall": "大厅", "phone": "见公告"}]), "010-12345678"),
    ("own-item", "item", sample(Kind.ACCEPTANCE, item="120105-X", id="120105:120105-X"), "其他区划"),
    ("one-district", "b", sample(Kind.COUNTERPART, b="120105-B"), "两个区划"),
)


@pytest.mark.parametrize(("rule", "field", "data", "hint"), CASES)
def test_rule_when_broken_then_it_names_the_field_and_what_to_do(
    rule: str, field: str, data: dict[str, Any], hint: str
) -> None:
    told = [breach for name, breach in found(data) if name == rule]

    assert [breach.field for breach in told] == [field]
    assert hint in told[0].hint


def test_rules_when_counted_then_each_has_a_case_here_and_a_source() -> None:
    assert {rule.name for rule in RULES} == {case[0] for case in CASES}
    assert Counter(rule.name for rule in RULES).most_common(1)[0][1] == 1
    assert [rule.name for rule in RULES if not rule.source] == []


FILLERS = (
    " ",
    "无",
    "暂无",
    "-",
    "——",
    "/",
    "略",
    "见附件",
    "按规定收取",
    "按有关标准执行",
    "N/A",
    "0",
    "？？",
)


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("name", ["amount", "basis"])
def test_fee_when_a_cell_is_only_filled_then_it_counts_as_missing(name: str, filler: str) -> None:
    assert [rule for rule, _ in found(guided(fee={**FEE, name: filler}))] == ["fee"]


@pytest.mark.parametrize(
    ("amount", "basis"),
    [
        ("１０元／本", "发改价格〔2017〕1186号"),
        ("免收工本费，补领收二十元", "城市道路管理条例第三十七条"),
        ("评估价的 1%", "《收费目录》"),
    ],
)
def test_fee_when_it_has_a_figure_and_a_document_then_it_is_in_order(amount: str, basis: str) -> None:
    assert found(guided(fee={"charged": True, "amount": amount, "basis": basis})) == []


def without_visit(**fields: Any) -> dict[str, Any]:
    """An item that nobody has to come for."""
    return guided(**{"visits": 0, "online_url": None, "cross_region_note": None, "steps": [], **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"summary": "办好后可以网上查询", "conditions": ["网上注册满一年"]},
        {"steps": [{"name": "咨询", "detail": "可打电话 12345"}]},
        {"steps": [{"name": "申请", "detail": "不支持快递，须到窗口"}]},
        {"cross_region_note": "材料无法邮寄"},
        {"cross_region_note": "随便写几个字"},
    ],
)
def test_no_visit_when_words_do_not_say_how_then_it_is_doubted(fields: dict[str, Any]) -> None:
    assert [rule for rule, _ in found(without_visit(**fields))] == ["no-visit"]


@pytest.mark.parametrize(
    "data",
    [
        without_visit(online_url="https://example.org/办"),
        without_visit(steps=[{"name": "申请", "detail": "不用到现场，在市政务服务网站提交。"}]),
        without_visit(cross_region_note="材料寄到区政务服务中心"),
        {**without_visit(), "extra": {"是否支持物流快递": "是"}},
    ],
)
def test_no_visit_when_a_way_is_named_then_it_is_in_order(data: dict[str, Any]) -> None:
    assert found(data) == []


def test_no_visit_when_the_table_says_that_there_is_no_way_then_it_is_doubted() -> None:
    data = {**without_visit(), "extra": {"是否支持物流快递": "否", "是否网办": "0"}}

    assert [rule for rule, _ in found(data)] == ["no-visit"]


GOOD = (
    item(),
    item(basic_code=BASIC, implementation_code=IMPLEMENTATION, handling_code=f"{IMPLEMENTATION}01"),
    guided(visits=0, online_url=None, cross_region_note="可以邮寄材料"),
    guided(legal_limit=days(30, "calendar_day"), promised_limit=days(20)),
    guided(materials=[material(when="代办时"), material(when="本人办理时")]),
    guided(fee={"charged": False}),
    item(guide=None),
    sample(Kind.ACCEPTANCE),
    sample(Kind.COUNTERPART),
)


@pytest.mark.parametrize("data", GOOD)
def test_rules_when_the_record_is_in_order_then_say_nothing(data: dict[str, Any]) -> None:
    assert found(data) == []


PHONES = (
    *("010-12345678", "（010）12345678", "(022)26280000", "12345", "022-12345", "95588", "400-810-8080"),
    *("13800138000", "010-12345678转801", "12345678、87654321", "+86 10-12345678", "12345（工作日）"),
)


@pytest.mark.parametrize("phone", PHONES)
def test_phone_when_written_in_a_usual_way_then_it_is_not_doubted(phone: str) -> None:
    assert found(guided(windows=[{"hall": "大厅", "phone": phone}])) == []


@pytest.mark.parametrize(
    "code",
    [
        "11110000000021135M",
        "11110000000021485U",
        "11120000MB1908811Q",
        "11440100007482575H",
        "11440000MB2D0164XH",
        "12441500196720244T",
    ],
)
def test_credit_code_when_real_then_its_check_character_is_right(code: str) -> None:
    assert uscc_check_character(code[:17]) == code[17]
    assert uscc_fault(code) is None


def test_credit_code_when_one_character_is_wrong_then_the_check_character_tells() -> None:
    code = "11110000000021135M"
    wrong = [code[:at] + ("2" if each != "2" else "3") + code[at + 1 :] for at, each in enumerate(code)]

    assert [each for each in wrong if uscc_fault(each) is None] == []


def test_seed_when_checked_then_it_breaks_no_rule_that_stops_an_import() -> None:
    records = [row for path in seed_files(SEED) for row in rows(path.stem)]

    assert len(records) > 2800
    stopping = [
        (row["id"], breach.message)
        for row in records
        for rule, breach in breaches(row, KNOWN)
        if rule.severity is Severity.FAULT
    ]
    assert stopping == []


def test_rules_when_every_value_is_none_then_none_of_them_fails() -> None:
    for kind in Kind:
        assert list(breaches({**dict.fromkeys(sample(kind)), "kind": str(kind)}, KNOWN)) == []


SHAPES: tuple[tuple[dict[str, Any], str, str], ...] = (
    (item(basic_code="0001"), "basic_code", "现在是 4 位"),
    (item(objects=["natural"]), "objects.0", "最接近的是 natural_person 自然人"),
    (item(objects=["个人"]), "objects.0", "最接近的是 natural_person"),
    (item(item_type="行政许可"), "item_type", "行政许可 写作 01"),
    (item(valid_to="2026年3月1日"), "valid_to", "是否指 2026-03-01"),
    (guided(visits=21), "guide.visits", "最接近的是 20"),
    (guided(visits="2次"), "guide.visits", "是否指 2"),
    (guided(online_url="www.example.org"), "guide.online_url", "是否指 https://www.example.org"),
    (item(code="Y"), "id", "110112-Y"),
    (item(name="\x00"), "name", "空字符"),
    (guided(materials=[material(necessity="必要")]), "guide.materials.0.necessity", "required"),
)


@pytest.mark.parametrize(("data", "field", "hint"), SHAPES)
def test_shape_when_wrong_then_the_hint_names_the_nearest_that_would_do(
    data: dict[str, Any], field: str, hint: str
) -> None:
    (fault,) = Shape(KNOWN.labels).faults(data)

    assert fault.field == field
    assert hint in f"{fault.message}{fault.hint}"


def test_shape_when_several_fields_are_wrong_then_all_are_told_and_the_rest_is_still_checked() -> None:
    data = guided(visits="x", fee={**FEE, "amount": None}, windows="大厅")

    faults = Shape(KNOWN.labels).faults(data)

    assert {fault.field for fault in faults} == {"guide.visits", "guide.windows"}
    rest = without_faults(data, faults)
    assert [breach.field for _, breach in breaches(rest, KNOWN)] == ["guide.fee.amount"]
    assert data["guide"]["visits"] == "x"


def test_shape_when_a_part_of_a_list_is_wrong_then_the_others_keep_their_places() -> None:
    data = guided(materials=["x", material(necessity="conditional")])

    rest = without_faults(data, [Fault("guide.materials.0", "应为对象")])

    assert value_at(rest, "guide.materials.0") is None
    assert [breach.field for _, breach in breaches(rest, KNOWN)] == ["guide.materials.1.when"]


def test_unknown_codes_when_there_is_no_code_table_then_nothing_is_doubted() -> None:
    known = Known(Labels({}), "2026-06-01")

    assert list(breaches(item(item_type="77", themes=["natural_person:999"]), known)) == []


def test_sample_when_it_has_a_fee_without_basis_then_that_is_a_fault() -> None:
    assert [name for name, _ in found({**with_guide(), "basic_code": None, "implementation_code": None})] == [
        "fee"
    ]
