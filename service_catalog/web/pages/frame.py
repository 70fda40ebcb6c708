"""What every page has: its title, where the person stands, and what its data is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service_catalog.web.pages.places import Place, Places


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a page that the base template shows.

    ``text`` is what the search box holds; ``address`` the page's path without the choice of region, empty
    where that choice is part of the search form or makes no sense.
    """

    title: str
    places: Places
    here: Place | None = None
    text: str = ""
    is_reference: bool = False
    address: str = ""

    @property
    def here_code(self) -> str | None:
        """For links: they carry the choice of region on."""
        return self.here.code if self.here else None


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page of the catalogue."""

    text: str
    url: str
    note: str = ""
    is_current: bool = False


def is_unofficial(records: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any of these contents is not official."""
    return any((content.get("provenance") or {}).get("status") != "official" for content in records)
