"""Where and how a matter can be handled: its own region, and the regions that accept it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.labels import Labels
from service_catalog.model import Revision
from service_catalog.web.pages import words
from service_catalog.web.pages.guide import Window, windows_of
from service_catalog.web.pages.places import Place, Places

OWN = "本区事项"
NOT_LISTED = "未收录异地办理方式"


@dataclass(frozen=True, slots=True)
class Way:
    """How a matter is handled in one place. ``sort``: ``own``, ``accepted`` or ``none``."""

    place: Place
    sort: str
    label: str
    sentence: str
    note: str | None = None
    windows: Sequence[Window] = ()
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides the ways of an item: whose it is, and who accepts it how (region → mode, note and
    windows)."""

    owner: Place
    accepted: Mapping[str, Mapping[str, Any]]
    department: str | None = None
    windows: Sequence[Window] = ()


def matter_of(item: Revision, acceptances: Sequence[Revision], places: Places) -> Matter:
    """The matter of an item as the store has it."""
    guide = item.record.content.get("guide") or {}
    return Matter(
        owner=places.of(item.record.owner),
        accepted={each.record.owner: each.record.content for each in acceptances},
        department=item.record.content.get("department"),
        windows=windows_of(guide.get("windows")),
    )


def ways(matter: Matter, places: Places, here: Place | None, labels: Labels) -> tuple[Way, ...]:
    """All known ways, that of ``here`` first, then the own region's. ``here`` is told even where nothing is
    known."""
    found = list(_ways(matter, places, here, labels))
    found.sort(key=lambda way: (not way.is_here, way.sort != "own", way.place.code))
    return tuple(found)


def _ways(matter: Matter, places: Places, here: Place | None, labels: Labels) -> Iterator[Way]:
    owner = matter.owner
    own = f"由{matter.department or owner.short_name}办理"
    yield Way(owner, "own", OWN, own, windows=matter.windows, is_here=here == owner)
    for code, accepted in matter.accepted.items():
        place = places.of(code)
        yield Way(
            place=place,
            sort="accepted",
            label=labels.label("mode", accepted["mode"]),
            sentence=words.mode_sentence(accepted["mode"], place, owner) or f"可在{place.short_name}办理",
            note=accepted.get("note"),
            windows=windows_of(accepted.get("windows")),
            is_here=here == place,
        )
    if here is not None and here != owner and here.code not in matter.accepted:
        sentence = f"在{here.short_name}能不能办没有收录；由{owner.short_name}办理，去之前先打电话问清"
        yield Way(here, "none", NOT_LISTED, sentence, is_here=True)
