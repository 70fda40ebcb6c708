"""The scenario page."""

from __future__ import annotations

import pytest

from service_catalog.catalog import Catalog
from tests.contract.pages.conftest import Open
from tests.seed_rows import SCENARIOS

BIRTH = "/scenarios/120105-HB-YJS-18"
LICENCE = "/scenarios/120105-HB-KS-01"
OPENING = "/scenarios/120105-HB-YJS-01"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[each["id"] for each in SCENARIOS])
def test_scenario_page_names_every_step(visit: Open, scenario: dict) -> None:
    page = visit(f"/scenarios/{scenario['id']}")
    assert page.response.status_code == 200
    assert scenario["lead_department"] in page.text
    assert [each["name"] for each in scenario["steps"] if each["name"] not in page.text] == []


def test_steps_lead_to_their_items(visit: Open) -> None:
    scenario = next(each for each in SCENARIOS if each["id"] == "120105-HB-YJS-18")
    links = [link for link in visit(BIRTH).links if link.startswith("/items/")]
    assert links == [f"/items/{each['item']}" for each in scenario["steps"]]


def test_borrowed_steps_are_marked_and_take_nothing_local(visit: Open) -> None:
    steps = visit(BIRTH).all("li", class_="step-stands_for")
    assert len(steps) == 2
    for step in steps:
        assert "参考" in step.text
        assert "河北区同名事项未收录，参考北京市通州区的指南" in step.text
        assert "委员会" not in step.text  # the other district's department
        assert "人在" not in step.text


def test_foreign_steps_say_which_city_handles_them(visit: Open) -> None:
    steps = visit(LICENCE).all("li", class_="step-foreign")
    assert len(steps) == 2
    assert all("由北京市的部门办理：北京市通州区市场监督管理局" in step.text for step in steps)


def test_own_steps_tell_how_they_are_handled_from_here(visit: Open) -> None:
    own = visit(LICENCE, at_region="110112").all("li", class_="step-own")
    assert all("人在通州：自助终端" in step.text for step in own)
    assert not any(
        "人在" in step.text for step in visit(LICENCE, at_region="120105").all("li", class_="step-own")
    )


def test_step_outside_the_catalogue_has_no_link(visit: Open) -> None:
    step = visit(OPENING).one("li", class_="step-outside")
    assert "不在目录里" in step.text


def test_each_material_is_listed_once_with_its_steps(visit: Open, seeded: Catalog) -> None:
    merged = seeded.scenario("120105-HB-YJS-18").materials
    page = visit(BIRTH)
    names = [each.text.strip() for each in page.all("label")]
    assert sorted(names[1:]) == sorted(each.name for each in merged)  # the first is the search box's
    assert "父母居民身份证 用于第 1、3 步" in page.text


def test_material_of_borrowed_steps_alone_is_marked(visit: Open, seeded: Catalog) -> None:
    materials = seeded.scenario("120105-HB-YJS-18").materials
    assert {each.is_reference for each in materials} == {True, False}
    for entry in visit(BIRTH).all("li"):
        for each in materials:
            if entry.text.strip().startswith(f"{each.name} 用于"):
                assert ("参考" in entry.text) is each.is_reference


def test_visits_and_limits_are_added_up_with_what_is_unknown(visit: Open) -> None:
    page = visit(BIRTH)
    text = "".join(page.text.split())
    assert "分别办理合计最少到场次数4次（按已知的5步计，另有1步未提供）" in text
    assert "最长法定时限10个工作日（第4步）" in text
    assert "最长承诺时限未提供" in text
    assert "第1、2、3、5步：没有法定时限" in text


def test_provenance_and_version_are_shown(visit: Open) -> None:
    origin = visit(BIRTH).one("section", class_="origin").text
    assert "参考数据" in origin
    assert "编码 HB-YJS-18，第 1 版" in origin


def test_step_whose_item_is_gone_says_so(visit_fresh: Open, fresh: Catalog) -> None:
    item = fresh.item("120105-HB0001").item.record
    fresh.withdraw(item.id, item.kind, author="test", reason="test")
    page = visit_fresh(BIRTH)
    assert "对应的事项没有收录，或已撤回" in page.text
    assert "/items/120105-HB0001" not in page.links
