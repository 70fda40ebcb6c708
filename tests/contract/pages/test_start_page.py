"""The start page, and the search form without script."""

from __future__ import annotations

import pytest

from tests.contract.pages.conftest import Open
from tests.seed_rows import SCENARIOS


def test_start_page_tells_how_much_there_is(visit: Open) -> None:
    text = visit("/").text
    assert "1143 项 北京市通州区事项" in text
    assert "31 项 天津市河北区事项" in text
    assert "41 件 一件事" in text


def test_start_page_says_that_the_data_is_not_official(visit: Open) -> None:
    assert "参考数据，非官方清单" in visit("/").text


def test_start_page_links_every_scenario_once(visit: Open) -> None:
    linked = [link for link in visit("/").links if link.startswith("/scenarios/")]
    assert sorted(linked) == sorted(f"/scenarios/{each['id']}" for each in SCENARIOS)


def test_start_page_groups_scenarios_by_stage(visit: Open) -> None:
    stages = [each.text.strip() for each in visit("/").all("dt")]
    assert set(stages) == {each["life_stage"] for each in SCENARIOS}
    assert len(stages) == len(set(stages))


def test_links_carry_the_chosen_region_on(visit: Open) -> None:
    links = visit("/", at_region="120105").links
    assert all("at_region=120105" in link for link in links if link.startswith("/"))


def test_form_sent_without_script_leads_to_results(visit: Open) -> None:
    results = visit(visit("/").submitted(q="社会保障卡申领", at_region="120105"))
    assert results.response.status_code == 200
    assert results.one("h1").text.startswith("搜索“社会保障卡申领”")
    assert "/items/120105-HB0001?at_region=120105" in results.links


def test_form_of_the_results_remembers_words_and_region(visit: Open) -> None:
    results = visit("/", q="社会保障卡申领", at_region="120105")
    assert results.one("input", id="q").get("value") == "社会保障卡申领"
    again = visit(results.submitted(q="医保"))
    assert again.one("option", value="120105").attributes.keys() >= {"selected"}


def test_form_without_words_leads_back_to_the_start_page(visit: Open) -> None:
    assert visit(visit("/").submitted()).one("h1").text == visit("/").one("h1").text


def test_chosen_region_is_ticked(visit: Open) -> None:
    page = visit("/", at_region="110112")
    assert [
        each.get("value") for each in page.all("input", type="radio") if "checked" in each.attributes
    ] == ["110112"]


@pytest.mark.parametrize("added", ["from=singlemessage", "utm_source=a&isappinstalled=0"])
def test_parameters_that_messengers_add_do_no_harm(visit: Open, added: str) -> None:
    assert visit(f"/?q=社会保障卡&{added}").response.status_code == 200
