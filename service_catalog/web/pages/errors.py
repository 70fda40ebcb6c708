"""Pages of failures: the problem's own title and detail, and what still works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from service_catalog.model.errors import CatalogError, Fault
from service_catalog.web.pages import words
from service_catalog.web.pages.frame import Frame
from service_catalog.web.pages.places import HOTLINE, Contact, Places, read_places
from service_catalog.web.pages.rendering import PERSONAL, render
from service_catalog.web.problems import Problem

SEARCH_ONLY = ("search-unavailable", "engine", "engine-damaged", "engine-busy", "engine-unavailable")
"""Problems that leave the store, and with it every page but results, as it was."""

NO_PLACES = Places(())

ANYWHERE = Contact("政务服务便民热线（问外地的事，先拨区号）", HOTLINE)
"""Whom to ring up while the regions cannot be read."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A failure. ``hints``: the faults with a hint, for the detail tells their messages. ``has_search``: the
    search box is of use; ``has_store``: the start page and item pages are."""

    frame: Frame
    status: int
    title: str
    detail: str
    hints: Sequence[Fault]
    withdrawn: str | None
    retry_after: str | None
    request_id: str
    has_search: bool
    has_store: bool
    contacts: Sequence[Contact]


def error_page(problem: Problem) -> Response:
    """The page that tells a person about ``problem``. Never fails for want of the store."""
    kind = problem.type
    is_client_fault = kind.status < HTTPStatus.INTERNAL_SERVER_ERROR
    has_store = is_client_fault or kind.slug in SEARCH_ONLY
    places = _places() if has_store else NO_PLACES
    withdrawn_at = problem.extensions.get("withdrawn_at")
    page = ErrorPage(
        frame=Frame(kind.title, places),
        status=kind.status,
        title=kind.title,
        detail=problem.detail,
        hints=tuple(fault for fault in problem.faults if fault.hint),
        withdrawn=words.minute(withdrawn_at) if withdrawn_at else None,
        retry_after=problem.headers.get("Retry-After"),
        request_id=problem.request_id,
        has_search=is_client_fault,
        has_store=has_store and bool(places.all),
        contacts=tuple(each for place in places.all for each in place.contact_from(None)) or (ANYWHERE,),
    )
    response = render("error.html", page, cache=PERSONAL)
    response.status_code = kind.status
    return response


def _places() -> Places:
    try:
        return read_places()
    except CatalogError:
        return NO_PLACES
