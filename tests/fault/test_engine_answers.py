"""A search server that answers wrongly, late, in part or not at all: searches go on from the spare index, say
so, and come back to the server by themselves."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from service_catalog.app import open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.engines import elastic
from service_catalog.model import SearchPage, SearchRequest
from tests.seed_rows import ITEMS
from tests.servers import fake_faults as faults
from tests.servers.fake_elasticsearch import Asked, FakeElasticsearch, Fault, fake_elasticsearch

TIMEOUT_S = 0.5
"""Short, for each fault that takes longer costs it several times."""

PATIENCE_S = 30.0
"""Where nothing is wrong: the machine may be busy."""

HEALED_S = 60.0
"""The test gives up then; healing takes half a second on a machine that is not busy."""

REQUESTS = [
    SearchRequest(""),
    SearchRequest("社保卡", "120105"),
    SearchRequest("没有这样的事"),
    SearchRequest("天津办营业执照", "110112", item_type="01"),
    *(SearchRequest(row["name"], owner_region=row["owner"]) for row in ITEMS[::74]),
]

FAULTS = (
    faults.drip,
    faults.drip_headers,
    faults.cut_body,
    faults.cut_headers,
    faults.busy,
    faults.starting,
    faults.shard_failed,
    faults.shard_missing,
    faults.timed_out,
    faults.no_shards,
    faults.no_product,
    faults.web_page,
    faults.named_web_page,
    faults.not_json,
    faults.other_json,
    faults.no_hits_told,
    faults.reset,
    faults.redirect,
)

WHERE = {"searches": (Asked.SEARCH,), "everything": tuple(Asked)}
"""A server may keep telling how it is while its searches fail."""


@pytest.fixture(scope="module")
def built(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, FakeElasticsearch]]:
    """The seeded catalogue, its index built on a fake server and beside it in files."""
    data = tmp_path_factory.mktemp("behind") / "data"
    shutil.copytree(settings.data, data)
    with fake_elasticsearch() as fake:
        behind = Settings(data=data, engine_url=(fake.url,), engine_timeout=TIMEOUT_S)
        catalog = open_catalog(replace(behind, engine_timeout=PATIENCE_S))
        catalog.rebuild()
        catalog.close()
        yield behind, fake


@pytest.fixture
def fake(built: tuple[Settings, FakeElasticsearch]) -> Iterator[FakeElasticsearch]:
    """The server, which behaves."""
    _, server = built
    yield server
    server.behave()


@pytest.fixture
def catalog(built: tuple[Settings, FakeElasticsearch], fake: FakeElasticsearch) -> Iterator[Catalog]:
    """A catalogue as a worker opens it, which has answered from the server."""
    opened = open_catalog(built[0])
    _wait_until_healed(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def expected(seeded: Catalog) -> list[Any]:
    """What the embedded engine answers."""
    return [_told(seeded.search(request)) for request in REQUESTS]


def _told(page: SearchPage) -> Any:
    """All that an answer says but by whom, and where the next page begins, which names the index."""
    fresh = replace(page.freshness, engine="", degraded=False)
    return replace(page, freshness=fresh, next_cursor=page.next_cursor and "there is one")


def _wait_until_healed(catalog: Catalog) -> None:
    deadline = time.monotonic() + HEALED_S
    while catalog.search(REQUESTS[1]).freshness.degraded:
        assert time.monotonic() < deadline, catalog.status().trouble
        time.sleep(0.05)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_searches_when_the_server_misbehaves_then_whole_from_the_spare_index_until_it_behaves(
    catalog: Catalog, fake: FakeElasticsearch, expected: list[Any], fault: Fault, where: str
) -> None:
    fake.misbehave(fault, *WHERE[where])

    pages = [catalog.search(request) for request in REQUESTS]

    assert [_told(page) for page in pages] == expected
    assert {(page.freshness.engine, page.freshness.degraded) for page in pages} == {("embedded", True)}
    assert catalog.status().trouble

    fake.behave()
    _wait_until_healed(catalog)

    assert catalog.status().trouble is None


def test_searches_when_the_server_behaves_then_from_the_server_and_like_the_embedded_ones(
    built: tuple[Settings, FakeElasticsearch], fake: FakeElasticsearch, expected: list[Any]
) -> None:
    patient = open_catalog(replace(built[0], engine_timeout=PATIENCE_S))
    pages = [patient.search(request) for request in REQUESTS]
    patient.close()

    assert [_told(page) for page in pages] == expected
    assert {(page.freshness.engine, page.freshness.degraded) for page in pages} == {("elasticsearch", False)}


def test_searches_when_the_server_drips_then_only_those_under_way_have_asked_it(
    catalog: Catalog, fake: FakeElasticsearch, expected: list[Any]
) -> None:
    fake.misbehave(faults.drip, Asked.SEARCH)
    with ThreadPoolExecutor(4) as pool:
        under_way = list(pool.map(catalog.search, REQUESTS))
    assert [_told(page) for page in under_way] == expected
    fake.misbehave(faults.drip, Asked.LOOK)  # what finds out whether it answers gets no further
    fake.asked.clear()

    for request in REQUESTS:
        assert catalog.search(request).freshness.degraded

    assert Asked.SEARCH not in fake.asked


def test_circuit_when_what_looks_after_it_meets_the_unforeseen_then_it_looks_on(
    catalog: Catalog, fake: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = threading.Event()

    def unforeseen(*_: Any) -> Any:
        met.set()
        raise KeyError

    fake.misbehave(faults.busy, Asked.SEARCH)
    assert catalog.search(REQUESTS[0]).freshness.degraded
    with monkeypatch.context() as patched:
        patched.setattr(elastic, "candidates_in", unforeseen)
        fake.behave()
        assert met.wait(HEALED_S)
        assert catalog.search(REQUESTS[0]).freshness.degraded

    _wait_until_healed(catalog)


def test_searches_when_redirected_then_the_other_host_is_not_asked(
    catalog: Catalog, fake: FakeElasticsearch
) -> None:
    with fake_elasticsearch() as other:
        fake.elsewhere = other.url
        fake.misbehave(faults.redirect, *Asked)

        for request in REQUESTS:
            assert catalog.search(request).freshness.degraded

        assert (Asked.SEARCH in fake.asked, other.asked) == (True, [])
