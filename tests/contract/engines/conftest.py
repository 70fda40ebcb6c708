"""Every kind of engine, over an index of its own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from service_catalog.engines.base import Engine
from tests.contract.engines.kit import KITS, EngineKit


def pytest_report_header() -> str:
    """Which engines the suite runs on. Shown when pytest is given this folder."""
    return f"engines: embedded (tantivy {version('tantivy')})"


@pytest.fixture(params=["embedded"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> EngineKit:
    """A kind of engine whose index is still empty."""
    return KITS[request.param](tmp_path / "index")


@pytest.fixture
def engine(kit: EngineKit) -> Iterator[Engine]:
    """One engine object over that index."""
    opened = kit.open()
    yield opened
    opened.close()
