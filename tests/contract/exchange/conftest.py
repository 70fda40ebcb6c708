"""The catalogue without records of tests/contract/catalog."""

from __future__ import annotations

from tests.contract.catalog.conftest import catalog, engine, open_catalog, store

__all__ = ["catalog", "engine", "open_catalog", "store"]
