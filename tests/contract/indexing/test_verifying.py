"""A new generation that is not what it was given does not serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.indexing import building
from service_catalog.indexing.building import Builder
from service_catalog.model import AppliedCounts, Document, Generation
from service_catalog.model.errors import EngineError
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import TONGZHOU, item, region
from tests.contract.catalog.conftest import DEFINITION

Spoil = Callable[[Document], Document | None]


class Careless(EmbeddedEngine):
    """An engine that loses or changes what it is given."""

    spoil: Spoil = staticmethod(lambda document: document)
    refused: tuple[tuple[str, str], ...] = ()

    def build(self, generation: Generation, documents: Iterable[Document]) -> AppliedCounts:
        held = (kept for each in documents if (kept := self.spoil(each)) is not None)
        return replace(super().build(generation, held), rejected=self.refused)


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    with made.write(author="t", reason="t") as transaction:
        for record in (region(TONGZHOU), *(item(f"A{number}") for number in range(30))):
            transaction.put(record)
    return made


@pytest.fixture
def engine(tmp_path: Path, store: MemoryStore) -> Careless:
    """With a generation that serves."""
    made = Careless(tmp_path / "index", DEFINITION)
    Builder(store, made, DEFINITION).rebuild()
    return made


def lost(document: Document) -> Document | None:
    return None if document.id == "110112-A7" else document


def elsewhere(document: Document) -> Document:
    return replace(document, fields={**document.fields, "owner": ("120105",)})


def older(document: Document) -> Document:
    return replace(document, facts={**document.facts, "sources": "0"})


def unnamed(document: Document) -> Document:
    return replace(document, fields={**document.fields, "exact": ()})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(lost, "数量不符"), (elsewhere, "数量不符"), (older, "摘要不同"), (unnamed, "搜不到")],
)
def test_rebuild_when_the_new_one_is_not_whole_then_the_old_one_serves_and_nothing_remains(
    store: MemoryStore, engine: Careless, spoil: Spoil, said: str
) -> None:
    before = engine.status()
    engine.spoil = spoil

    with pytest.raises(EngineError, match=said):
        Builder(store, engine, DEFINITION).rebuild()

    assert engine.status().generation == before.generation
    assert engine.status().generations == before.generations
    failed = store.upkeep.events(engine.place, 1)[0]
    assert failed.action == "failed"
    assert said in failed.detail


def test_rebuild_when_a_few_are_refused_then_it_serves_without_them_and_they_are_kept(
    store: MemoryStore, engine: Careless
) -> None:
    engine.spoil = lost
    engine.refused = (("110112-A7", "太长"),)

    made = Builder(store, engine, DEFINITION).rebuild()

    assert engine.status().generation == made
    assert [each.id for each in store.upkeep.rejections(engine.place, made.name)] == ["110112-A7"]


def test_rebuild_when_many_are_refused_then_the_old_one_serves(
    store: MemoryStore, engine: Careless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_REJECTED", 2)
    before = engine.status()
    engine.refused = tuple((f"110112-A{number}", "字段不认识") for number in range(3))

    with pytest.raises(EngineError, match="字段不认识"):
        Builder(store, engine, DEFINITION).rebuild()

    assert engine.status().generations == before.generations
