"""The item page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Kind, Record
from tests.contract.pages.conftest import Open
from tests.seed_rows import ITEMS

CARD = next(each for each in ITEMS if each["id"] == "120105-HB0001")
REPLACED_CARD = "/items/120105-HB0002"
NO_GUIDE = "/items/110112-TZ0001"


def edited(catalog: Catalog, item_id: str, **guide: Any) -> None:
    """Publish an item with some of its guide changed."""
    item = catalog.item(item_id).item.record
    content = {**item.content, "guide": {**(item.content["guide"] or {}), **guide}}
    catalog.publish(replace(item, content=content), author="test", reason="test")


def test_item_page_shows_every_text_of_the_guide(visit: Open) -> None:
    text, guide = visit("/items/120105-HB0001").text, CARD["guide"]
    wanted = [CARD["name"], *CARD["aliases"], CARD["department"], guide["summary"], *guide["conditions"]]
    wanted += [each[key] for each in guide["materials"] for key in ("name", "when") if each[key]]
    wanted += [each[key] for each in guide["steps"] for key in ("name", "detail")]
    wanted += [each[key] for each in guide["questions"] for key in ("question", "answer")]
    wanted += [each["title"] for each in guide["legal_basis"]]
    wanted += [guide["cross_region_note"], guide["result"]["name"], "不收费", CARD["code"]]
    assert [each for each in wanted if each not in text] == []


def test_materials_stand_under_their_necessity(visit: Open) -> None:
    text = visit("/items/120105-HB0001").text
    required, conditional = text.index("必要：都要准备"), text.index("视情况：符合的才要")
    assert required < text.index("社会保障卡申领登记表") < conditional < text.index("近期免冠照片")


def test_material_can_be_ticked_without_script(visit: Open) -> None:
    assert len(visit("/items/120105-HB0001").all("input", type="checkbox")) == len(CARD["guide"]["materials"])


def test_unknown_fields_say_so(visit: Open) -> None:
    values = {each.text for each in visit(REPLACED_CARD).all("dd", class_="unknown")}
    assert values == {"未提供"}
    text = visit(REPLACED_CARD).text
    assert "未提供的内容：办理窗口、网上办理地址" in text


def test_item_without_guide_leads_with_what_is_known(visit: Open) -> None:
    page = visit(NO_GUIDE, at_region="120105")
    assert "您在天津市河北区全程网办" in "".join(page.text.split())
    assert "手机端刷脸认证，网上办结" in page.text
    assert "由北京市通州区人力资源和社会保障局办理" in page.text
    assert "010-12345" in page.text
    assert "还没有办事指南" in page.text
    assert not page.all("section", aria_labelledby="materials-heading")


def test_way_from_here_comes_first(visit: Open) -> None:
    here = [each.text.strip() for each in visit(NO_GUIDE, at_region="120105").all("h3")]
    there = [each.text.strip() for each in visit(NO_GUIDE, at_region="110112").all("h3")]
    assert here[:2] == ["您在天津市河北区", "人在北京市通州区"]
    assert there[:2] == ["您在北京市通州区", "人在天津市河北区"]


def test_region_is_chosen_by_link(visit: Open) -> None:
    page = visit(NO_GUIDE)
    chosen = visit(page.link("天津市河北区"))
    assert [each.text for each in chosen.all("a", aria_current="true")] == ["天津市河北区"]


@pytest.mark.parametrize(
    ("region", "numbers"),
    [("110112", ["12345", "022-12345"]), ("120105", ["12345"]), (None, ["12345", "022-12345"])],
)
def test_telephone_numbers_fit_where_one_stands(visit: Open, region: str | None, numbers: list[str]) -> None:
    page = visit("/items/120105-HB0001", **({"at_region": region} if region else {}))
    assert [each.text for each in page.all("a", class_="number")] == numbers


def test_item_that_is_not_accepted_here_says_so(visit_fresh: Open, fresh: Catalog) -> None:
    fresh.withdraw("120105:110112-TZ0001", Kind.ACCEPTANCE, author="test", reason="test")
    assert "未收录异地办理方式" in visit_fresh(NO_GUIDE, at_region="120105").text


def test_other_districts_row_and_scenarios_are_linked(visit: Open) -> None:
    links = visit("/items/120105-HB0001", at_region="110112").links
    assert "/items/110112-TZ0086?at_region=110112" in links
    assert "/compare/120105-HB0001?with=110112-TZ0086&at_region=110112" in links
    assert "/scenarios/120105-HB-YJS-18?at_region=110112" in links


def test_provenance_and_version_are_shown(visit: Open) -> None:
    origin = visit("/items/120105-HB0001").one("section", class_="origin").text
    assert CARD["provenance"]["note"] in origin
    assert "编码 HB0001，第 1 版，更新于" in origin


def test_reference_data_is_said_to_be_no_official_list(visit: Open) -> None:
    assert "参考数据，非官方清单" in visit("/items/120105-HB0001").text


def test_official_records_carry_no_such_line(visit_fresh: Open, fresh: Catalog) -> None:
    view = fresh.item("120105-HB0001")
    for each in (view.item, *view.acceptances):
        content = {**each.record.content, "provenance": {"status": "official", "note": None}}
        fresh.publish(replace(each.record, content=content), author="test", reason="test")
    page = visit_fresh("/items/120105-HB0001")
    assert "非官方清单" not in page.text
    assert page.all("span", class_="mark") == []


def test_windows_and_online_address_are_shown_where_they_are_known(visit_fresh: Open, fresh: Catalog) -> None:
    window = {"hall": "某某大厅", "address": "某某路1号", "phone": "022-00000000", "hours": "9:00–17:00"}
    edited(fresh, "120105-HB0001", windows=[window], online_url="https://example.gov.cn/card?a=1&b=2")
    page = visit_fresh("/items/120105-HB0001")
    assert all(text in page.text for text in window.values())
    assert page.link("网上办理") == "https://example.gov.cn/card?a=1&b=2"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("fee", None, "收费未提供"),
        ("fee", {"charged": True, "amount": "20元", "basis": "某某文件"}, "收费收费：20元（依据：某某文件）"),
        ("fee", {"charged": True}, "收费收费：标准未提供"),
        ("visits", 0, "最少到场次数不用到场"),
        ("visits", None, "最少到场次数未提供"),
        ("legal_limit", {"value": 20, "unit": "working_day"}, "法定时限20个工作日"),
        ("promised_limit", {"value": 0, "unit": "working_day"}, "承诺时限当场办结"),
        ("result", {"name": None, "kind": "none"}, "办理结果没有书面结果"),
    ],
)
def test_values_are_told_in_words(
    visit_fresh: Open, fresh: Catalog, field: str, value: Any, shown: str
) -> None:
    edited(fresh, "120105-HB0001", **{field: value})
    assert shown in "".join(visit_fresh("/items/120105-HB0001").text.split())


def test_suspended_item_says_so(visit_fresh: Open, fresh: Catalog) -> None:
    item = fresh.item("120105-HB0001").item.record
    fresh.publish(
        replace(item, content={**item.content, "status": "suspended"}), author="test", reason="test"
    )
    assert "目前暂停办理" in visit_fresh("/items/120105-HB0001").text


def test_item_with_the_least_a_record_may_hold_has_a_page(visit_fresh: Open, fresh: Catalog) -> None:
    content = {
        "code": "HB9001",
        "name": "只有名称的事项",
        "item_type": "20",
        "department": None,
        "provenance": {"status": "sample"},
    }
    fresh.publish(Record(Kind.ITEM, "120105-HB9001", "120105", 1, content), author="test", reason="test")
    page = visit_fresh("/items/120105-HB9001")
    assert page.response.status_code == 200
    assert "样例" in {each.text for each in page.all("span", class_="mark")}


def test_change_is_on_the_next_page(visit_fresh: Open, fresh: Catalog) -> None:
    visit_fresh("/items/120105-HB0001")
    edited(fresh, "120105-HB0001", summary="换过的说明")
    page = visit_fresh("/items/120105-HB0001")
    assert "换过的说明" in page.text
    assert "第 2 版" in page.text
