"""Every kind of engine, over an index of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.engines.base import Engine
from tests.contract.engines.kit import KITS, EngineKit
from tests.servers.elasticsearch import ElasticsearchServer, elasticsearch_server

__all__ = ["elasticsearch_server"]


@pytest.fixture(params=["embedded", "elastic"])
def kit(request: pytest.FixtureRequest) -> EngineKit:
    """A kind of engine whose index is still empty."""
    kind = str(request.param)
    place: str = request.getfixturevalue(f"{kind}_place")
    return KITS[kind](place)


@pytest.fixture
def embedded_place(tmp_path: Path) -> str:
    return str(tmp_path / "index")


@pytest.fixture
def elastic_place(elasticsearch_server: ElasticsearchServer) -> Iterator[str]:
    """An alias that no other test has; its indexes go with the test."""
    alias = f"test-{secrets.token_hex(6)}"
    yield f"{elasticsearch_server.url} {alias}"
    with elasticsearch_server.client() as client:
        for index in client.indices.get(index=f"{alias}-*"):
            client.indices.delete(index=index)


@pytest.fixture
def engine(kit: EngineKit) -> Iterator[Engine]:
    """One engine object over that index."""
    opened = kit.open()
    yield opened
    opened.close()
