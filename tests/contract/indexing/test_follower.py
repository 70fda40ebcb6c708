"""The follower: level with the log, whatever happens to index, generation or record meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from service_catalog.app import prepare
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.engines.definition import load_definition
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.exchange.seeding import load_seed
from service_catalog.indexing.building import Builder
from service_catalog.indexing.follower import Follower
from service_catalog.model import AppliedCounts, Document, Kind, Record, SearchRequest
from service_catalog.model.errors import EngineError, InvalidRecordError
from service_catalog.store.sql import open_store
from tests.conftest import index_of

ITEM = "110112-TZ0009"


def alias(catalog: Catalog, word: str) -> None:
    item = catalog.item(ITEM).item.record
    catalog.publish(replace(item, content={**item.content, "aliases": [word]}), author="test", reason="test")


def first(catalog: Catalog, word: str) -> str | None:
    page = catalog.search(SearchRequest(text=word, owner_region="110112"))
    exact = [hit for hit in page.hits if "exact_alias" in {reason.code for reason in hit.reasons}]
    return exact[0].candidate.id if exact else None


class SwappingEngine(EmbeddedEngine):
    """Lets another generation begin to serve between a batch being made and being written.

    A moment that a real engine shows too seldom to wait for.
    """

    swap: Callable[[], None] | None = None

    def apply(
        self, documents: Sequence[Document], *, seq: int, generation: str | None = None
    ) -> AppliedCounts:
        if self.swap is not None:
            swap, self.swap = self.swap, None
            swap()
        return super().apply(documents, seq=seq, generation=generation)


def test_batch_when_another_generation_begins_to_serve_then_no_change_is_lost(
    fresh: Catalog, fresh_settings: Settings
) -> None:
    definition = load_definition(fresh_settings.mappings)
    store = open_store(fresh_settings.store)
    engine = SwappingEngine(index_of(fresh_settings.data), definition)
    follower = Follower(store, engine, definition)
    follower.view()
    other = EmbeddedEngine(index_of(fresh_settings.data), definition)
    older = Builder(store, other, definition).rebuild().name  # at the head of now
    Builder(store, other, definition).rebuild()
    alias(fresh, "丢饭碗一号")
    engine.swap = lambda: other.activate(older)  # behind by that change
    follower.view()
    alias(fresh, "丢饭碗二号")
    follower.view()

    assert fresh.verify().is_equal
    assert first(fresh, "丢饭碗二号") == ITEM
    for each in (engine, other, store):
        each.close()


def test_apply_when_it_fails_then_answers_go_out_late_and_say_so(
    fresh: Catalog, fresh_settings: Settings
) -> None:
    class FullDiskEngine(EmbeddedEngine):
        """A disk that is full, which a test cannot make of the real one."""

        def apply(
            self, documents: Sequence[Document], *, seq: int, generation: str | None = None
        ) -> AppliedCounts:
            raise EngineError("no space left")

    definition = load_definition(fresh_settings.mappings)
    store = open_store(fresh_settings.store)
    engine = FullDiskEngine(index_of(fresh_settings.data), definition)
    alias(fresh, "丢饭碗三号")

    freshness = Follower(store, engine, definition).view().freshness

    assert freshness.seq == freshness.head - 1
    assert freshness.age_s > 0
    engine.close()
    store.close()


def test_many_changes_when_written_then_search_answers_at_once_and_comes_level(fresh: Catalog) -> None:
    items = [row.record for row in fresh.listing(Kind.ITEM, owner="110112", limit=300)[0]]
    changed = [replace(each, version=2, content={**each.content, "group": "新的归类"}) for each in items]
    fresh.deliver(iter(changed), author="test", reason="test")

    assert fresh.search(SearchRequest(text="失业登记")).hits
    assert fresh.verify().is_equal


def test_index_when_made_from_another_log_then_it_is_built_anew(
    fresh: Catalog, fresh_settings: Settings, open_fresh: Callable[[], Catalog]
) -> None:
    alias(fresh, "丢饭碗四号")
    assert first(fresh, "丢饭碗四号") == ITEM
    fresh.close()
    (fresh_settings.data / "catalog.db").unlink()
    for left in fresh_settings.data.glob("catalog.db-*"):
        left.unlink()
    prepare(fresh_settings)
    again = open_fresh()
    load_seed(again, fresh_settings.seed)

    assert again.verify().is_equal
    assert first(again, "丢饭碗四号") is None


def test_rebuild_when_done_often_then_one_generation_is_kept_to_go_back_to(fresh: Catalog) -> None:
    for _ in range(3):
        fresh.rebuild()

    assert len(fresh.status().engine.generations) == 2


@pytest.mark.parametrize("missing", ["name", "code"])
def test_record_without_what_the_index_needs_when_published_then_it_is_refused(
    fresh: Catalog, missing: str
) -> None:
    content = {"code": "TZ9999", "name": "新事项", "item_type": "20"}
    del content[missing]
    with pytest.raises(InvalidRecordError) as caught:
        fresh.publish(Record(Kind.ITEM, "110112-TZ9999", "110112", 1, content), author="t", reason="t")

    assert [fault.field for fault in caught.value.faults] == [missing]
    assert first(fresh, "失业登记") is None  # and search goes on
