"""Applications that a test may break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog.app import create_app
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.web.current import EXTENSION
from tests.contract.api.shapes import ClientOf
from tests.contract.api.writers import Writer, make_writer


@dataclass
class FailingRuntime:
    """A runtime whose catalogue cannot be had."""

    settings: Settings
    error: Exception

    @property
    def catalog(self) -> Catalog:
        """Raises the error."""
        raise self.error


@pytest.fixture(scope="session")
def failing(settings: Settings) -> ClientOf:
    """A client of an application in which every use case fails with one error."""
    app = create_app(settings)

    def client_of(error: Exception) -> FlaskClient:
        app.extensions[EXTENSION] = FailingRuntime(settings, error)
        return app.test_client()

    return client_of


@pytest.fixture
def fresh_app(fresh_settings: Settings) -> Iterator[Flask]:
    """An application on a copy of the seeded catalogue, which its test may change."""
    app = create_app(fresh_settings)
    yield app
    app.extensions[EXTENSION].catalog.close()


@pytest.fixture
def writer(fresh_app: Flask) -> Writer:
    """Writes records of both districts on ``fresh_app``."""
    return make_writer(fresh_app)
