"""Search answers: order, reasons, facets, paging, cursors, confidence."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_catalog.catalog import Catalog
from service_catalog.model import Confidence, Kind, Record, SearchPage, SearchRequest
from service_catalog.model.errors import CursorError, InvalidRequestError
from service_catalog.model.searching import FACETS, MAX_QUERY_CHARACTERS

QUERIES = ["证", "社会保障卡", "登记", "身份证", "道路运输", "开办", "医疗机构", "补贴", "shebao", "税", ""]
MODES = ["online", "agent", "joint", "remote_window", "kiosk"]


def ids(page: SearchPage) -> list[str]:
    return [hit.candidate.id for hit in page.hits]


def all_pages(catalog: Catalog, request: SearchRequest) -> list[SearchPage]:
    pages = [catalog.search(request)]
    while pages[-1].next_cursor:
        pages.append(catalog.search(replace(request, cursor=pages[-1].next_cursor)))
    return pages


def test_search_when_a_matter_is_in_both_districts_then_both_rows_lead_with_reasons(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="社会保障卡补换", at_region="120105"))

    assert set(ids(page)[:2]) == {"120105-HB0002", "110112-TZ0045"}
    own, foreign = page.hits[0], page.hits[1]
    assert (own.candidate.id, own.accepted_here, own.mode_here) == ("120105-HB0002", True, None)
    assert (foreign.accepted_here, foreign.mode_here) == (True, "agent")
    assert [reason.code for reason in foreign.reasons] == ["name_contains", "accepted_here"]
    assert "社会保障卡" in foreign.reasons[0].text
    assert "河北区" in foreign.reasons[1].text


def test_search_when_standing_in_the_other_district_then_its_own_row_leads(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="失业登记", at_region="110112"))

    assert {hit.candidate.facts["name"] for hit in page.hits[:2]} == {"失业登记"}
    assert [hit.candidate.values["owner"][0] for hit in page.hits[:2]] == ["110112", "120105"]
    assert all(hit.accepted_here for hit in page.hits[:2])


def test_search_when_at_region_is_set_then_no_row_is_removed(seeded: Catalog) -> None:
    for query in QUERIES:
        anywhere = seeded.search(SearchRequest(text=query))
        there = seeded.search(SearchRequest(text=query, at_region="110112"))
        assert anywhere.total == there.total


def test_scenario_when_seen_from_another_district_then_it_says_not_accepted_here(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="企业开办“一件事”", at_region="110112", kind="scenario"))

    assert page.hits[0].candidate.id == "120105-HB-YJS-01"
    assert page.hits[0].accepted_here is False
    assert "not_accepted_here" in [reason.code for reason in page.hits[0].reasons]


def test_everyday_term_when_searched_then_its_target_leads_and_says_why(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="补办身份证", owner_region="110112"))

    assert page.hits[0].candidate.facts["name"] == "居民身份证补领"
    assert "“补办身份证”指居民身份证补领" in [reason.text for reason in page.hits[0].reasons]


def test_place_in_the_query_when_searched_then_it_says_where_and_not_what(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="通州失业登记"))

    assert page.understanding.regions == ("110112",)
    assert page.hits[0].candidate.facts["name"] == "失业登记"
    assert page.hits[0].candidate.values["owner"][0] == "110112"


def test_hebei_alone_when_searched_then_it_stays_open_and_the_province_is_not_the_district(
    seeded: Catalog,
) -> None:
    alone = seeded.search(SearchRequest(text="河北失业登记")).understanding
    province = seeded.search(SearchRequest(text="河北省失业登记")).understanding

    assert (alone.open_place, alone.regions) == ("河北", ())
    assert (province.open_place, province.regions) == (None, ())


@pytest.mark.parametrize("query", ["shiyedengji", "shi ye deng ji", "SHIYEDENGJI"])
def test_full_pinyin_when_searched_then_the_name_leads(seeded: Catalog, query: str) -> None:
    page = seeded.search(SearchRequest(text=query, owner_region="110112"))

    assert page.hits[0].candidate.facts["name"] == "失业登记"


def test_initials_when_searched_then_the_name_is_found(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="sydj", owner_region="110112"))

    assert "失业登记" in [hit.candidate.facts["name"] for hit in page.hits[:5]]


def test_one_character_when_searched_then_names_with_it_are_found(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="税"))

    assert page.hits
    assert all("税" in hit.candidate.facts["name"] or "税" in str(hit.candidate.facts) for hit in page.hits)


def test_nothing_fits_when_searched_then_it_says_none_and_offers_no_hits(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="quantum computing 量子纠缠"))

    assert (page.total, page.confidence, page.hits) == (0, Confidence.NONE, ())


def test_near_miss_when_nothing_passes_the_cut_then_names_are_suggested(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="魔法飞毯驾驶资格年检与扫帚停放许可证照审核"))

    assert page.total == 0
    assert page.suggestions


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("limit", [7, 50])
def test_pages_when_put_together_then_they_are_the_whole_without_repeats(
    seeded: Catalog, query: str, limit: int
) -> None:
    request = SearchRequest(text=query, at_region="120105", limit=limit)
    pages = all_pages(seeded, request)
    united = [record_id for page in pages for record_id in ids(page)]

    assert len(united) == len(set(united)) == pages[0].total
    assert pages[0].total == (1215 if not query else pages[0].total)
    assert {page.total for page in pages} == {pages[0].total}
    assert not any(page.changed for page in pages)
    assert united[:50] == ids(seeded.search(replace(request, limit=50)))


@pytest.mark.parametrize("query", ["登记", "社会保障", "许可"])
@pytest.mark.parametrize("facet", FACETS)
def test_facet_when_a_value_is_chosen_then_the_total_is_its_count(
    seeded: Catalog, query: str, facet: str
) -> None:
    request = SearchRequest(text=query, at_region="120105")
    values = seeded.search(request).facets[facet]

    assert values
    for value in values[:6]:
        choice: dict[str, Any] = {facet: value.value}
        chosen = seeded.search(replace(request, **choice))
        assert chosen.total == value.count, value
        assert chosen.facets[facet] == values


def test_facet_when_another_filter_is_set_then_counts_are_within_it(seeded: Catalog) -> None:
    request = SearchRequest(text="登记", object="legal_person")
    page = seeded.search(request)
    both = seeded.search(replace(request, item_type="20"))

    within = {value.value: value.count for value in page.facets["item_type"]}
    assert both.total == within["20"]
    assert {value.value: value.count for value in both.facets["object"]}["legal_person"] == both.total


def test_mode_when_standing_somewhere_then_it_is_the_mode_there(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="登记", at_region="120105", mode="agent", limit=50))

    assert page.hits
    assert {hit.mode_here for hit in page.hits} == {"agent"}


def test_cursor_when_used_with_another_query_then_it_is_refused(seeded: Catalog) -> None:
    cursor = seeded.search(SearchRequest(text="登记", limit=5)).next_cursor

    with pytest.raises(CursorError):
        seeded.search(SearchRequest(text="许可", limit=5, cursor=cursor))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c[:-5] + ("A" if c[-5] != "A" else "B") + c[-4:],
        lambda c: "x" + c,
        lambda _: "",
        lambda _: "é.",
    ],
)
def test_cursor_when_tampered_with_then_it_is_refused(seeded: Catalog, spoil: object) -> None:
    cursor = seeded.search(SearchRequest(text="登记", limit=5)).next_cursor
    assert cursor
    assert callable(spoil)

    with pytest.raises(CursorError):
        seeded.search(SearchRequest(text="登记", limit=5, cursor=spoil(cursor)))


def test_paging_when_the_log_moves_then_it_goes_on_and_says_so(fresh: Catalog) -> None:
    request = SearchRequest(text="登记", limit=5)
    first = fresh.search(request)
    item = fresh.item("110112-TZ0009").item.record
    fresh.publish(
        replace(item, content={**item.content, "aliases": ["丢了工作"]}), author="test", reason="test"
    )

    second = fresh.search(replace(request, cursor=first.next_cursor))

    assert second.changed is True
    assert second.hits


def test_query_when_longer_than_the_limit_then_it_is_refused(seeded: Catalog) -> None:
    seeded.search(SearchRequest(text="办" * MAX_QUERY_CHARACTERS))
    with pytest.raises(InvalidRequestError) as caught:
        seeded.search(SearchRequest(text="办" * (MAX_QUERY_CHARACTERS + 1)))

    assert caught.value.faults[0].field == "q"


def test_unknown_regions_when_asked_then_both_are_named_at_once(seeded: Catalog) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        seeded.search(SearchRequest(text="登记", at_region="999999", owner_region="888888"))

    assert [fault.field for fault in caught.value.faults] == ["at_region", "owner_region"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=256))
def test_any_text_when_searched_then_there_is_an_answer(seeded: Catalog, text: str) -> None:
    with suppress(InvalidRequestError):  # folding may lengthen, ㎢ becomes km2, until the text is too long
        page = seeded.search(SearchRequest(text=text, at_region="120105", limit=5))
        assert len(page.hits) == min(5, page.total)


def test_place_word_when_added_by_a_change_then_the_next_query_knows_it(
    fresh: Catalog,
) -> None:
    region = Record(Kind.REGION, "110112", "110112", 1, fresh.regions()[0].record.content)
    places = [*region.content["place_words"], "运河源头"]
    fresh.publish(
        replace(region, content={**region.content, "place_words": places}), author="test", reason="test"
    )

    understood = fresh.search(SearchRequest(text="运河源头失业登记")).understanding

    assert understood.regions == ("110112",)
    assert (
        json.loads(fresh.search(SearchRequest(text="失业登记")).hits[0].candidate.fragment)["name"]
        == "失业登记"
    )
