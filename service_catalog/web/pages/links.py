"""Addresses of pages. Each carries on where the person stands; nothing else is remembered."""

from __future__ import annotations

from typing import Any

from flask import url_for

from service_catalog.model import Kind, SearchRequest
from service_catalog.web.pages.parameters import FILTERS


def record_url(kind: str, record_id: str, here: str | None) -> str:
    """The page of an item or a scenario."""
    if kind == Kind.SCENARIO:
        return url_for("pages.scenario", scenario_id=record_id, at_region=here)
    return url_for("pages.item", item_id=record_id, at_region=here)


def start_url(here: str | None) -> str:
    """The start page."""
    return url_for("pages.start", at_region=here)


def search_url(asked: SearchRequest, **changed: str | None) -> str:
    """The first result page of a search with some of its parameters changed; None takes one away."""
    values: dict[str, Any] = {"q": asked.text or None, "at_region": asked.at_region}
    values |= {name: getattr(asked, name) for name in FILTERS}
    return url_for("pages.start", **(values | changed))


def words_url(text: str, here: str | None) -> str:
    """A search for other words, without filters."""
    return search_url(SearchRequest(text=text, at_region=here))
