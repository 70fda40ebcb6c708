"""A catalogue without records, over the dict store (which keeps the SQL stores' contract)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.labels import Labels
from service_catalog.config import Settings
from service_catalog.engines.definition import load_definition
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.indexing.follower import Follower
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import HEBEI, TONGZHOU

DEFINITION = load_definition(Settings().mappings)

OpenCatalog = Callable[..., Catalog]


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine without an index; it makes no file until it is asked to build one."""
    made = EmbeddedEngine(tmp_path / "index", DEFINITION)
    yield made
    made.close()


@pytest.fixture
def open_catalog(store: MemoryStore, engine: EmbeddedEngine) -> OpenCatalog:
    """Opens a catalogue that may write the given regions' records."""

    def open_one(*regions: str) -> Catalog:
        return Catalog(
            store=store,
            viewer=Follower(store, engine, DEFINITION),
            secret="s" * 32,
            labels=Labels({}),
            regions=regions,
        )

    return open_one


@pytest.fixture
def catalog(open_catalog: OpenCatalog) -> Catalog:
    """A catalogue that may write both districts' records."""
    return open_catalog(TONGZHOU, HEBEI)
