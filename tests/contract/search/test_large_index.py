"""How a large index is asked, tried on a small one: the answers stay the same, only the way there differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from service_catalog.catalog import Catalog
from service_catalog.engines import elastic, elastic_search
from service_catalog.model import SearchPage, SearchRequest
from service_catalog.search.rank import RANKED
from tests.seed_rows import ITEMS, SCENARIOS

EVERY = 25
"""Of all names one in so many is asked."""

TEXTS = (
    "",
    "社保卡",
    "营业执照",
    "天津营业执照北京出",
    "办理",
    "证",
    "shfz",
    "yanglaobaoxian",
    "没有这样的事",
)

REQUESTS = [
    *(SearchRequest(text, region) for text in TEXTS for region in (None, "120105")),
    *(SearchRequest(text, mode="agent", object="natural_person") for text in TEXTS),
    *(SearchRequest(row["name"], "110112") for row in [*ITEMS, *SCENARIOS][::EVERY]),
]


def told(catalog: Catalog, requests: Sequence[SearchRequest]) -> list[SearchPage]:
    """What is answered; the mark of the next page has a moment in it."""
    pages = [catalog.search(request) for request in requests]
    return [replace(page, next_cursor=page.next_cursor and "there is one") for page in pages]


@pytest.fixture(scope="module")
def usual(seeded_on_server: Catalog) -> list[SearchPage]:
    """The answers of an index of this size."""
    return told(seeded_on_server, REQUESTS)


def test_search_when_the_index_counts_as_large_then_the_answers_are_the_same(
    seeded_on_server: Catalog, usual: list[SearchPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic, "LARGE", 0)

    assert told(seeded_on_server, REQUESTS) == usual
    assert max(page.total for page in usual) > RANKED  # some find more than come back


def test_search_when_the_server_skips_nothing_then_the_answers_are_the_same(
    seeded_on_server: Catalog, usual: list[SearchPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_search, "_needed", lambda terms, _floor: terms)

    assert told(seeded_on_server, REQUESTS) == usual


def test_later_pages_when_the_index_counts_as_large_then_they_are_the_same(
    seeded_on_server: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seeded_on_server.search(SearchRequest("办理", "110112"))
    usual = seeded_on_server.search(SearchRequest("办理", "110112", cursor=first.next_cursor))
    monkeypatch.setattr(elastic, "LARGE", 0)

    again = seeded_on_server.search(SearchRequest("办理", "110112", cursor=first.next_cursor))

    assert usual.hits
    assert again.hits == usual.hits
