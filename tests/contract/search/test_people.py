"""What people would complain about: own rows buried, hits without a reason, places and signs misread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Confidence, SearchRequest
from tests.seed_rows import TERMS


@pytest.mark.parametrize("query", ["登记", "证", ""])
def test_equal_rows_when_many_then_the_own_regions_come_first(seeded: Catalog, query: str) -> None:
    page = seeded.search(SearchRequest(text=query, at_region="120105", kind="item", limit=50))
    owners = [hit.candidate.values["owner"][0] for hit in page.hits]

    assert page.total > 50
    assert "120105" in owners
    if not query:
        assert owners == sorted(owners, reverse=True)  # 120105 before 110112


def test_browsing_when_paged_to_the_end_then_every_document_was_seen(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(at_region="120105", limit=50))
    kinds = {value.value: value.count for value in page.facets["kind"]}

    assert page.total == 1215
    assert kinds == {"item": 1174, "scenario": 41}


@pytest.mark.parametrize("word", sorted({row["word"] for row in TERMS})[::6])
def test_hit_when_shown_then_it_says_why(seeded: Catalog, word: str) -> None:
    page = seeded.search(SearchRequest(text=word, at_region="120105", limit=50))
    places = {"own_region", "accepted_here", "not_accepted_here", "steps_here"}

    for hit in page.hits:
        codes = [reason.code for reason in hit.reasons]
        assert set(codes) - places, hit.candidate.id
        assert set(codes) & places, hit.candidate.id


def test_term_when_only_the_object_fits_then_it_is_not_said_to_mean_the_row(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="社保卡丢了", limit=50))
    told = {
        hit.candidate.facts["name"]: reason.text
        for hit in page.hits
        for reason in hit.reasons
        if reason.code.startswith("meaning")
    }

    assert told["社会保障卡挂失"] == "“社保卡丢了”指社会保障卡挂失"
    assert told["社会保障卡注销"] == "“社保卡丢了”与社会保障卡有关"


def test_term_when_only_its_action_fits_then_the_row_is_no_answer(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="准生证"))

    assert 0 < page.total < 20
    assert page.hits[0].candidate.facts["name"].startswith("生育登记")


@pytest.mark.parametrize("place", ["通州", "副中心", "北京市通州区"])
def test_place_alone_when_searched_then_its_rows_are_browsed(seeded: Catalog, place: str) -> None:
    page = seeded.search(SearchRequest(text=place))

    assert page.total == 1143
    assert {hit.candidate.values["owner"][0] for hit in page.hits} == {"110112"}


def test_name_with_places_in_it_when_asked_in_a_sentence_then_it_is_found(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="天津营业执照可以在北京出吗", limit=3))

    assert "120105-HB-KS-01" in [hit.candidate.id for hit in page.hits]


def test_scenario_with_steps_in_the_other_city_when_seen_from_there_then_it_says_so(seeded: Catalog) -> None:
    page = seeded.search(SearchRequest(text="天津营业执照北京出", at_region="110112"))
    first = page.hits[0]

    assert (first.candidate.id, first.accepted_here) == ("120105-HB-KS-01", True)
    assert "其中的步骤在通州办理" in [reason.text for reason in first.reasons]


@pytest.mark.parametrize("signs", ["???", "！！！", "…", "​"])
def test_signs_alone_when_searched_then_nothing_is_claimed(seeded: Catalog, signs: str) -> None:
    page = seeded.search(SearchRequest(text=signs))

    assert (page.total, page.confidence) == (0, Confidence.NONE)


def test_paging_when_the_index_was_rebuilt_then_it_says_so(fresh: Catalog) -> None:
    request = SearchRequest(text="登记", limit=5)
    first = fresh.search(request)
    fresh.rebuild()

    assert fresh.search(replace(request, cursor=first.next_cursor)).changed is True
