"""What state the catalogue is in, and whether the index agrees with the store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.labels import Labels
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.indexing.follower import INLINE_CHANGES, Follower
from service_catalog.model import Document, EngineQuery, Kind, SearchRequest
from service_catalog.model.errors import InvalidRequestError
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import (
    HEBEI,
    TONGZHOU,
    acceptance,
    changed,
    counterpart,
    item,
    region,
    scenario,
    step,
    tombstone,
    written,
)
from tests.contract.catalog.conftest import DEFINITION

ITEMS = [item(code) for code in ("A", "B", "C")]
OTHER = item("D", owner=HEBEI)
EVERYTHING = [
    region(TONGZHOU),
    region(HEBEI),
    *ITEMS,
    OTHER,
    scenario("S", step(1, OTHER.id)),
    acceptance("110112-A"),
    counterpart(OTHER.id, "110112-A"),
]


@pytest.fixture
def indexed(catalog: Catalog) -> Catalog:
    """With records and an index of them."""
    written(catalog, *EVERYTHING)
    catalog.rebuild()
    return catalog


def wrong(engine: EmbeddedEngine, document_id: str, *, deleted: bool = False) -> None:
    """Make the index hold something else than the store says, behind the follower's back."""
    status = engine.status()
    held = {each.id: each for each in engine.search(EngineQuery()).candidates}
    like = held.get(document_id) or held["110112-C"]
    made = Document(
        id=document_id,
        seq=status.seq,
        fields={"id": (document_id,)},
        facts={**like.facts, "sources": "0" * 32},
        fragment=like.fragment,
        deleted=deleted,
    )
    # The engine takes nothing without a newer seq: a change that touches no document makes room for one.
    engine.apply([made], seq=status.seq + 1)


def test_verification_when_all_agrees_then_equal_with_one_digest(
    indexed: Catalog, store: MemoryStore
) -> None:
    found = indexed.verify()

    assert (found.is_equal, found.documents, found.seq) == (True, 5, store.head())
    assert found.store_digest == found.engine_digest
    assert (found.missing, found.surplus, found.different) == ([], [], [])


CHANGES = {
    "an item": changed(ITEMS[0], name="改名"),
    "an item that goes": tombstone(ITEMS[1]),
    "a new item": item("NEW"),
    "an acceptance": acceptance("110112-A", mode="online", version=2),
    "an acceptance that goes": tombstone(acceptance("110112-A")),
    "a link that goes": tombstone(counterpart(OTHER.id, "110112-A")),
    "a scenario": scenario("S", step(1), version=2),
}


@pytest.mark.parametrize("record", CHANGES.values(), ids=CHANGES)
def test_verification_when_something_was_written_then_is_equal_again_with_another_digest(
    indexed: Catalog, record: object
) -> None:
    before = indexed.verify().store_digest
    written(indexed, record)  # type: ignore[arg-type]  # parameters have no types

    after = indexed.verify()
    assert after.is_equal
    assert after.store_digest != before


def test_verification_when_the_index_is_far_behind_then_waits_until_it_is_level(indexed: Catalog) -> None:
    written(indexed, *(item(f"N{number:04}") for number in range(20 * INLINE_CHANGES)))

    found = indexed.verify()

    assert found.is_equal
    assert found.documents == 5 + 20 * INLINE_CHANGES


def test_verification_when_the_index_was_damaged_then_names_each_difference(
    indexed: Catalog, engine: EmbeddedEngine
) -> None:
    written(indexed, *(region(code) for code in ("130100", "130200", "130300")))
    wrong(engine, "110112-A")
    wrong(engine, "110112-NOWHERE")
    wrong(engine, "110112-B", deleted=True)

    found = indexed.verify()

    assert not found.is_equal
    assert found.different == ["110112-A"]
    assert found.surplus == ["110112-NOWHERE"]
    assert found.missing == ["110112-B"]
    assert found.documents == 5


def test_rebuild_when_the_index_was_damaged_then_they_agree_again(
    indexed: Catalog, engine: EmbeddedEngine
) -> None:
    written(indexed, region("130100"))
    wrong(engine, "110112-A")
    before = engine.status().generation
    assert not indexed.verify().is_equal

    made = indexed.rebuild()

    assert indexed.verify().is_equal
    assert before is not None
    assert engine.status().generations == tuple(sorted((before.name, made.name)))


def test_status_when_asked_then_counts_what_is_not_withdrawn(indexed: Catalog) -> None:
    written(indexed, tombstone(ITEMS[0]))

    found = indexed.status()

    assert found.counts[(TONGZHOU, Kind.ITEM)] == 2
    assert found.counts[(HEBEI, Kind.SCENARIO)] == 1
    assert found.head == len(EVERYTHING) + 1


def test_status_when_the_log_moved_then_tells_the_lag_and_does_not_mend_it(
    indexed: Catalog, engine: EmbeddedEngine
) -> None:
    written(indexed, item("N1"), item("N2"))

    assert [indexed.status().lag for _ in range(2)] == [2, 2]
    indexed.search(SearchRequest(text="事项"))
    assert (indexed.status().lag, indexed.status().ready) == (0, True)


def test_status_when_there_is_no_index_then_not_ready(catalog: Catalog) -> None:
    written(catalog, *EVERYTHING)

    found = catalog.status()

    assert (found.ready, found.lag) == (False, len(EVERYTHING))
    assert found.engine.generation is None


def test_status_when_the_index_files_are_gone_then_not_ready_and_says_so(
    indexed: Catalog, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "index" / "generations")
    engine.close()

    found = indexed.status()

    assert not found.ready
    assert found.engine.error


def test_status_when_the_index_was_made_from_another_log_then_not_ready(
    indexed: Catalog, engine: EmbeddedEngine
) -> None:
    other = MemoryStore()
    stranger = Catalog(
        store=other,
        viewer=Follower(other, engine, DEFINITION),
        secret="s" * 32,
        labels=Labels({}),
        regions=(TONGZHOU,),
    )
    written(stranger, item("X"))

    assert indexed.status().ready
    assert not stranger.status().ready


@pytest.mark.parametrize("parameters", [{"at_region": "999999"}, {"at_region": "1", "owner_region": "2"}])
def test_explanation_when_regions_are_unknown_then_all_are_named(
    indexed: Catalog, parameters: dict[str, str]
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        indexed.explain(replace(SearchRequest(text="事项"), **parameters))  # type: ignore[arg-type]

    assert [fault.field for fault in caught.value.faults] == list(parameters)


def test_catalogue_when_closed_then_can_be_closed_again(open_fresh: Callable[[], Catalog]) -> None:
    catalog = open_fresh()
    catalog.search(SearchRequest(text="登记"))

    catalog.close()
    catalog.close()
