"""The result page: rows, how each is handled from here, narrowing, paging, and help when nothing fits."""

from __future__ import annotations

import re
from dataclasses import replace

from service_catalog.catalog import Catalog
from service_catalog.model import Confidence, Kind, SearchRequest
from service_catalog.model.searching import MAX_CANDIDATES
from service_catalog.web.pages.results import told_count
from tests.contract.pages.conftest import Open
from tests.contract.pages.html import Page

FAR_OFF = ("宠物医院", "给外公外婆办事", "养猫办证", "我家的猫跑到树上下不来了", "去香港旅游", "买菜")
"""Matters outside the catalogue: some are answered with doubt, some not at all."""


def rows_of(page: Page) -> list[str]:
    """Paths of the records of one page, in order."""
    headings = iter(page.elements)
    found = []
    for each in headings:
        if each.tag == "h2" and (link := next(headings)).tag == "a":
            found.append(link.get("href").partition("?")[0])
    return found


def test_rows_are_those_of_the_search_in_its_order(visit: Open, seeded: Catalog) -> None:
    hits = seeded.search(SearchRequest(text="社会保障卡", at_region="120105")).hits
    found = [path.rpartition("/")[2] for path in rows_of(visit("/", q="社会保障卡", at_region="120105"))]
    assert found == [hit.candidate.id for hit in hits]


def test_items_and_scenarios_stand_in_one_list(visit: Open) -> None:
    kinds = {path.split("/")[1] for path in rows_of(visit("/", q="社会保障卡"))}
    assert kinds == {"items", "scenarios"}


def test_own_item_is_told_as_such(visit: Open) -> None:
    page = visit("/", q="120105-HB0001", at_region="120105")
    assert "本区事项由河北区办理" in page.text


def test_foreign_item_tells_how_it_is_handled_here(visit: Open) -> None:
    page = visit("/", q="110112-TZ0001", at_region="120105")
    assert "全程网办在网上办，一般不用到窗口" in page.text


def test_without_a_region_a_row_tells_where_it_is_accepted(visit: Open) -> None:
    assert "人在通州：异地代收代办在通州的窗口交材料" in visit("/", q="120105-HB0001").text


def test_row_that_is_not_accepted_here_says_so(visit_fresh: Open, fresh: Catalog) -> None:
    fresh.withdraw("120105:110112-TZ0001", Kind.ACCEPTANCE, author="test", reason="test")
    assert "未收录异地办理方式" in visit_fresh("/", q="110112-TZ0001", at_region="120105").text


def test_row_tells_why_it_is_there_and_whose_it_is(visit: Open) -> None:
    page = visit("/", q="社保卡丢了")
    assert "列出的原因：也叫“社保卡丢了”" in page.text
    assert "天津市河北区人力资源和社会保障局" in page.text
    assert "参考" in {each.text for each in page.all("span", class_="mark")}


def test_facet_narrows_and_its_mark_takes_it_away(visit: Open) -> None:
    wide = visit("/", q="社会保障卡")
    narrow = visit(next(link for link in wide.links if "kind=scenario" in link))
    assert all(path.startswith("/scenarios/") for path in rows_of(narrow))
    assert rows_of(visit(narrow.link("（去掉）"))) == rows_of(wide)


def test_facet_keeps_words_and_region(visit: Open) -> None:
    link = visit("/", q="社会保障卡", at_region="120105").link("全程网办")
    assert "at_region=120105" in link
    assert "mode=online" in link
    assert visit(link).one("input", id="q").get("value") == "社会保障卡"


def test_pages_follow_each_other_without_repeats(visit: Open) -> None:
    page = visit("/", owner_region="120105")
    found = rows_of(page)
    while page.all("a", rel="next"):
        page = visit(page.one("a", rel="next").get("href"))
        found += rows_of(page)
    assert len(found) == len(set(found)) == 31 + 41
    assert rows_of(visit(page.link("回到第一页"))) == found[:20]


def test_count_of_a_whole_district_is_exact(visit: Open) -> None:
    assert "1143 条" in visit("/", owner_region="110112").one("h1").text


def test_count_beyond_the_candidates_is_told_as_a_lower_bound(seeded: Catalog) -> None:
    found = seeded.search(SearchRequest(text="登记"))
    assert told_count(found) == f"{found.total} 条"
    assert told_count(replace(found, total=MAX_CANDIDATES)) == "1000 条以上"


def test_words_that_find_nothing_lead_on(visit: Open) -> None:
    page = visit("/", q="龘龘龘龘", owner_region="120105", at_region="120105")
    assert "没有找到" in page.one("h1").text
    assert rows_of(page) == []
    help_text = page.one("section", id="help").text
    assert "换个说法" in help_text
    assert "天津市政务服务便民热线：12345" in help_text
    assert "010-12345" in help_text
    assert "owner_region=110112" in page.link("在北京市通州区的目录里找")
    assert "owner_region" not in page.link("去掉所有筛选再找")


def test_near_misses_are_offered_as_searches(visit: Open, seeded: Catalog) -> None:
    text, near = next(
        (text, found.suggestions)
        for text in FAR_OFF
        if (found := seeded.search(SearchRequest(text=text))).suggestions
    )
    page = visit("/", q=text)
    assert [name for name in near if rows_of(visit(page.link(name)))] == list(near)


def test_unsure_answer_says_so_and_helps(visit: Open, seeded: Catalog) -> None:
    unsure = (
        text for text in FAR_OFF if seeded.search(SearchRequest(text=text)).confidence is Confidence.LOW
    )
    page = visit("/", q=next(unsure))
    assert "没有完全对得上的，下面是最接近的" in page.text
    assert rows_of(page)
    assert page.all("section", id="help")


def test_word_that_may_mean_a_district_is_explained(visit: Open) -> None:
    page = visit("/", q="河北 身份证")
    assert "“河北”在这里按天津市河北区理解" in page.text


def test_unreadable_characters_are_told_apart_from_wrong_values(visit: Open) -> None:
    assert visit("/?q=%ff").response.status_code == 400


def test_result_page_is_not_kept_by_shared_caches(visit: Open) -> None:
    cache = visit("/", q="身份证").response.headers["Cache-Control"]
    assert re.search(r"\bprivate\b", cache)
