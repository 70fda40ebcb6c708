"""Browsers: clients that ask for HTML, as a person's does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog.app import create_app
from service_catalog.config import Settings
from tests.contract.pages.html import Page, read

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

Open = Callable[..., Page]


def browser(client: FlaskClient) -> Open:
    """Opens addresses; keyword arguments become the query string."""

    def open_page(address: str, **parameters: str) -> Page:
        return read(client.get(address, query_string=parameters or None, headers=BROWSER))

    return open_page


@pytest.fixture
def visit(client: FlaskClient) -> Open:
    """Opens pages of the seeded catalogue."""
    return browser(client)


@pytest.fixture
def fresh_app(fresh_settings: Settings) -> Flask:
    """An application on a copy of the seeded catalogue; ``fresh`` writes to the same copy."""
    return create_app(fresh_settings)


@pytest.fixture
def visit_fresh(fresh_app: Flask) -> Open:
    """Opens pages of that copy."""
    return browser(fresh_app.test_client())
