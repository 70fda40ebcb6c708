"""The query string of pages. Kinder than the API's: what a browser form leaves empty, and what messengers
append to shared links (``?from=…``), does not matter; what has a meaning must be right, and all faults are
told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import request

from service_catalog.model import Mode, SearchRequest
from service_catalog.model.errors import Fault
from service_catalog.model.searching import MAX_QUERY_CHARACTERS
from service_catalog.text import fold
from service_catalog.web.api.arguments import invalid, read_query
from service_catalog.web.pages.places import Places

FILTERS = ("owner_region", "kind", "object", "mode", "department", "item_type", "theme")
"""Filters of a search, in the order in which pages offer them. Named as in the API."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": ("item", "scenario"),
    "object": ("natural_person", "legal_person"),
    "mode": tuple(str(mode) for mode in Mode),
}
"""Filters with a closed list of values."""

REGIONS = ("at_region", "owner_region")
PAGE_HITS = 20


def read_parameters() -> dict[str, str]:
    """Name → first value that is not empty. Raises UnreadableRequestError."""
    values: dict[str, str] = {}
    for name, value in read_query(request.query_string):
        if value.strip():
            values.setdefault(name, value)
    return values


def read_search(places: Places) -> SearchRequest:
    """The search that the current request asks for. Raises InvalidRequestError with every fault."""
    given = read_parameters()
    if given.get("kind") == "all":
        del given["kind"]
    faults = tuple(_faults(given, places))
    if faults:
        raise invalid(faults)
    return SearchRequest(
        text=given.get("q", ""),
        at_region=given.get("at_region"),
        cursor=given.get("cursor"),
        limit=PAGE_HITS,
        **{name: given.get(name) for name in FILTERS},
    )


def is_search(asked: SearchRequest) -> bool:
    """True if there is something to look for: words, or a filter to browse by."""
    return bool(asked.text or any(getattr(asked, name) for name in FILTERS))


def _faults(given: Mapping[str, str], places: Places) -> Iterator[Fault]:
    length = len(fold(given.get("q", "")))
    if length > MAX_QUERY_CHARACTERS:
        message = f"搜索词最多 {MAX_QUERY_CHARACTERS} 个字，现在是 {length} 个"
        yield Fault("q", message, "请只写要办的事")
    for name, values in CHOICES.items():
        if name in given and given[name] not in values:
            yield Fault(name, "只能是 " + "、".join(values) + " 之一")
    for name in REGIONS:
        if name in given and (fault := places.fault(name, given[name])):
            yield fault
