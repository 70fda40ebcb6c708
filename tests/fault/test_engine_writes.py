"""A search server that takes changes late, in part, or not at all: nothing is lost, and nothing that it will
never take stands in the way of the rest."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from service_catalog.app import open_catalog, prepare
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.engines import elastic_bulk
from service_catalog.engines.definition import load_definition
from service_catalog.engines.elastic import ElasticEngine, ElasticSettings
from service_catalog.engines.elastic_client import ServerSettings
from service_catalog.indexing.indexer import Indexer
from service_catalog.indexing.viewing import Words
from service_catalog.model import Clause, EngineQuery, Record
from service_catalog.model.errors import EngineError, EngineUnavailableError
from service_catalog.store.sql import open_store
from tests.seed_rows import ITEMS, rows
from tests.servers import fake_faults as faults
from tests.servers.elasticsearch import ElasticsearchServer
from tests.servers.fake_elasticsearch import Asked, FakeElasticsearch, Fault, fake_elasticsearch

PATIENCE_S = 30.0
"""The machine may be busy."""

SOME = [row for row in ITEMS if row["owner"] == "110112"][:12]
ITEM, OTHER = SOME[0]["id"], SOME[1]["id"]

TOO_LONG = "证" * 11_000
"""33,000 bytes. Of a whole value Lucene takes 32,766."""


@dataclass(frozen=True)
class Site:
    """A small catalogue whose index is on a server, and the indexer that keeps it level."""

    catalog: Catalog
    indexer: Indexer
    settings: Settings

    def step(self) -> None:
        self.indexer.step(Words(self.indexer.store))

    def publish(self, item_id: str, **changes: object) -> None:
        record = self.catalog.item(item_id).item.record
        content = {**record.content, **changes}
        self.catalog.publish(replace(record, content=content), author="test", reason="test")

    @property
    def is_level(self) -> bool:
        return self.indexer.engine.status().seq == self.indexer.store.head()

    @property
    def rejected(self) -> list[str]:
        """Ids of what people are told the engine refused."""
        return [each.id for each in self.catalog.status().work.rejections]

    def finds(self, text: str, item_id: str) -> bool:
        """Whether the server finds the item, and it alone, by this alias."""
        found = self.indexer.engine.search(EngineQuery((Clause("exact", (text,), 1.0),))).candidates
        return [each.id for each in found] == [item_id]


def _site(url: str, data: Path, closing: ExitStack) -> Site:
    alias = f"test-{secrets.token_hex(6)}"
    settings = Settings(data=data, engine_url=(url,), engine_alias=alias, engine_timeout=PATIENCE_S)
    prepare(settings)
    catalog, store = open_catalog(settings), open_store(settings.store)
    records = [Record.from_json(row) for row in (*rows("regions"), *SOME)]
    catalog.deliver(iter(records), author="test", reason="test")
    definition = load_definition(settings.mappings)
    engine = ElasticEngine(
        ElasticSettings(ServerSettings((url,), timeout_s=PATIENCE_S), alias), definition, status_age_s=0
    )
    for each in (catalog, store, engine):
        closing.callback(each.close)
    return Site(catalog, Indexer(store, engine, definition), settings)


@pytest.fixture
def fake() -> Iterator[FakeElasticsearch]:
    with fake_elasticsearch() as server:
        yield server


@pytest.fixture
def site(fake: FakeElasticsearch, tmp_path: Path) -> Iterator[Site]:
    """On the fake server, level."""
    with ExitStack() as closing:
        made = _site(fake.url, tmp_path / "data", closing)
        made.step()
        assert made.is_level
        fake.asked.clear()
        fake.written.clear()
        yield made


@pytest.fixture
def real_site(elasticsearch_server: ElasticsearchServer, tmp_path: Path) -> Iterator[Site]:
    """On the real server, without an index."""
    with ExitStack() as closing:
        made = _site(elasticsearch_server.url, tmp_path / "data", closing)
        yield made
        with elasticsearch_server.client() as client:
            for index in client.indices.get(index=f"{made.settings.engine_alias}-*"):
                client.indices.delete(index=index)


def test_change_when_the_server_is_too_busy_for_it_then_only_it_is_sent_again(
    site: Site, fake: FakeElasticsearch
) -> None:
    site.publish(ITEM, aliases=["甲证"])
    site.publish(OTHER, aliases=["乙证"])
    fake.refuse(ITEM, 429, 503)

    site.step()

    assert [fake.written.count(each) for each in (ITEM, OTHER)] == [3, 1]
    assert (site.is_level, site.rejected) == (True, [])
    assert site.finds("甲证", ITEM)
    assert site.finds("乙证", OTHER)


def test_change_when_the_server_stays_too_busy_then_the_seq_stays_and_the_next_step_writes_it(
    site: Site, fake: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE_S", 0.001)
    site.publish(ITEM, aliases=["甲证"])
    fake.refuse(ITEM, *[429] * elastic_bulk.TRIES)

    with pytest.raises(EngineUnavailableError):
        site.step()

    assert (site.is_level, site.rejected, Asked.MARK in fake.asked) == (False, [], False)
    site.step()
    assert (site.is_level, site.finds("甲证", ITEM)) == (True, True)


def test_change_when_the_server_refuses_it_then_it_is_told_and_the_rest_goes_on(
    site: Site, fake: FakeElasticsearch
) -> None:
    site.publish(ITEM, aliases=["甲证"])
    site.publish(OTHER, aliases=["乙证"])
    fake.refuse(ITEM, 400)

    site.step()

    assert (site.is_level, site.rejected) == (True, [ITEM])
    assert (site.finds("甲证", ITEM), site.finds("乙证", OTHER)) == (False, True)


def test_refused_change_when_mended_then_it_is_forgotten(site: Site, fake: FakeElasticsearch) -> None:
    site.publish(ITEM, aliases=["甲证"])
    fake.refuse(ITEM, 400)
    site.step()
    site.publish(OTHER, aliases=["乙证"])
    site.step()
    assert site.rejected == [ITEM]

    site.publish(ITEM, aliases=["丙证"])
    site.step()

    assert (site.rejected, site.finds("丙证", ITEM)) == ([], True)


def test_change_when_the_server_holds_a_newer_one_then_it_is_no_failure(
    site: Site, fake: FakeElasticsearch
) -> None:
    site.publish(ITEM, aliases=["甲证"])
    fake.refuse(ITEM, 409)

    site.step()

    assert (site.is_level, site.rejected, fake.written.count(ITEM)) == (True, [], 1)


@pytest.mark.parametrize("kind", [Asked.WRITE, Asked.MARK])
@pytest.mark.parametrize(
    "fault",
    [
        faults.starting,
        faults.busy,
        faults.reset,
        faults.cut_body,
        faults.cut_headers,
        faults.some_items,
        faults.web_page,
        faults.not_json,
        faults.other_json,
        faults.redirect,
    ],
    ids=lambda fault: fault.__name__,
)
def test_changes_when_a_bulk_request_fails_then_the_seq_stays_and_the_next_step_writes_all(
    site: Site, fake: FakeElasticsearch, fault: Fault, kind: Asked
) -> None:
    before = site.indexer.engine.status().seq
    site.publish(ITEM, aliases=["甲证"])
    site.publish(OTHER, aliases=["乙证"])
    fake.misbehave(fault, kind)

    with pytest.raises(EngineError):
        site.step()

    assert kind in fake.asked
    if kind is Asked.WRITE:
        assert Asked.MARK not in fake.asked
        assert site.indexer.engine.status().seq == before
    fake.behave()
    site.step()
    assert (site.is_level, site.rejected, site.catalog.verify().is_equal) == (True, [], True)


def test_record_when_too_long_for_the_server_then_a_build_goes_on_without_it(real_site: Site) -> None:
    real_site.publish(ITEM, aliases=[TOO_LONG])

    generation = real_site.catalog.rebuild()

    (rejection,) = real_site.catalog.status().work.rejections
    assert (rejection.id, rejection.generation) == (ITEM, generation.name)
    assert "32766" in rejection.reason
    assert TOO_LONG[:10] not in rejection.reason
    assert real_site.indexer.engine.status().documents == len(SOME) - 1


def test_record_when_too_long_for_the_server_then_changes_go_on_without_it(real_site: Site) -> None:
    real_site.step()
    real_site.publish(ITEM, aliases=[TOO_LONG])
    real_site.publish(OTHER, aliases=["乙证"])

    real_site.step()

    assert (real_site.is_level, real_site.rejected) == (True, [ITEM])
    assert real_site.finds("乙证", OTHER)


@pytest.mark.parametrize("first", [lambda site: site.catalog.rebuild(), lambda site: site.step()])
def test_record_when_no_longer_too_long_then_it_is_found_and_no_longer_told(
    real_site: Site, first: Callable[[Site], object]
) -> None:
    real_site.publish(ITEM, aliases=[TOO_LONG])
    first(real_site)
    assert real_site.rejected == [ITEM]

    real_site.publish(ITEM, aliases=["甲证"])
    real_site.step()

    assert (real_site.rejected, real_site.is_level) == ([], True)
    assert real_site.finds("甲证", ITEM)
    assert real_site.catalog.verify().is_equal
