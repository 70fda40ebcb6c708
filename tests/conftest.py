"""Fixtures strategy.

Session-wide and read-only: ``seeded`` is a catalogue on the real seed (SQLite, embedded engine), made once.
``app`` and ``client`` serve it. A test that writes takes ``fresh`` instead: its own catalogue, copied from
the seeded one in a few milliseconds. Servers (PostgreSQL, gunicorn) have fixtures of their own in the folders
that need them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog.app import create_app, open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_seed
from service_catalog.store.migrate import migrate
from tests.servers.elasticsearch import report_header

# A busy machine is no fault of the code: how fast it is, the benchmarks say.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_report_header() -> str:
    """Which engines the tests run on, and in which versions."""
    return f"engines: embedded (tantivy {version('tantivy')}), {report_header()}"


def index_of(data: Path) -> Path:
    """The one index folder of a data folder."""
    (folder,) = (data / "index").iterdir()
    return folder


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the seeded catalogue; its store and index exist."""
    made = Settings(data=tmp_path_factory.mktemp("seeded"))
    migrate(made.store)
    catalog = open_catalog(made)
    load_seed(catalog, made.seed)
    catalog.rebuild()
    catalog.close()
    return made


@pytest.fixture(scope="session")
def seeded(settings: Settings) -> Iterator[Catalog]:
    """The seeded catalogue, for reading only."""
    catalog = open_catalog(settings)
    yield catalog
    catalog.close()


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The web application on the seeded catalogue, for reading only."""
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of ``app``."""
    return app.test_client()


@pytest.fixture
def fresh_settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the seeded catalogue that a test may change or break."""
    data = tmp_path / "data"
    shutil.copytree(settings.data, data)
    return Settings(data=data)


@pytest.fixture
def open_fresh(fresh_settings: Settings) -> Iterator[Callable[[], Catalog]]:
    """Opens the copy; each call is another reader of the same files, as another worker would be."""
    opened: list[Catalog] = []

    def open_one() -> Catalog:
        opened.append(open_catalog(fresh_settings))
        return opened[-1]

    yield open_one
    for catalog in opened:
        catalog.close()


@pytest.fixture
def fresh(open_fresh: Callable[[], Catalog]) -> Catalog:
    """A catalogue of its own, with the seed in it."""
    return open_fresh()
