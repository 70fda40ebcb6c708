"""Regions as pages speak of them: names, and whom to ring up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service_catalog.model import Revision
from service_catalog.model.errors import Fault, InvalidRequestError
from service_catalog.web.current import catalog

HOTLINE = "12345"
"""政务服务便民热线, the same in every city; from elsewhere the city's area code goes first
(国办发〔2020〕53号)."""

_AREA_CODE = re.compile(r"0[0-9]{2,3}")


@dataclass(frozen=True, slots=True)
class Contact:
    """A number to ring up: whom it reaches, how it is written, and what a telephone dials."""

    whom: str
    shown: str

    @property
    def dialled(self) -> str:
        """Digits only."""
        return self.shown.replace("-", "")


@dataclass(frozen=True, slots=True)
class Place:
    """A region. Missing texts fall back to the name, the name to the code."""

    code: str
    name: str
    short_name: str
    city: str
    area_code: str | None
    open_words: tuple[str, ...] = ()

    def contact_from(self, here: Place | None) -> Iterator[Contact]:
        """How to reach this region's city from ``here``, or from inside and outside the city when that is not
        known."""
        far = f"{self.area_code}-{HOTLINE}" if self.area_code else None
        is_same_city = here is not None and here.city == self.city
        if is_same_city:
            yield Contact(f"{self.city}政务服务便民热线", HOTLINE)
        elif here is not None:
            yield Contact(f"{self.city}政务服务便民热线（从外地拨打）", far or HOTLINE)
        else:
            yield Contact(f"在{self.city}拨打", HOTLINE)
            if far:
                yield Contact(f"从其他城市拨打{self.city}热线", far)


@dataclass(frozen=True, slots=True)
class Places:
    """All regions of the catalogue, in order of code."""

    all: tuple[Place, ...]

    def of(self, code: str) -> Place:
        """The region with that code; one that the catalogue does not know goes by its code."""
        return next((place for place in self.all if place.code == code), _place(code, {}))

    def chosen(self, code: str | None) -> Place | None:
        """The region a request names. Raises InvalidRequestError if the catalogue does not know it."""
        if code is None:
            return None
        if fault := self.fault("at_region", code):
            raise InvalidRequestError(fault.message, faults=(fault,))
        return self.of(code)

    def fault(self, field: str, code: str) -> Fault | None:
        """What is wrong with a region a request names, None if it is known."""
        known = [place.code for place in self.all]
        if code in known:
            return None
        return Fault(field, f"没有区划 {code[:20]}", "已收录的区划：" + "、".join(known))

    @property
    def sentence(self) -> str:
        """All names in one phrase."""
        return "、".join(place.name for place in self.all)


def read_places() -> Places:
    """The regions of the current application's catalogue. Raises StoreUnavailableError."""
    return places_of(catalog().regions())


def places_of(regions: Iterable[Revision]) -> Places:
    """The places of region records."""
    return Places(tuple(_place(each.record.id, each.record.content) for each in regions))


def contacts(owner: Place, here: Place | None) -> tuple[Contact, ...]:
    """Whom to ask about a matter of ``owner`` when standing at ``here``: first the own city, then the
    other."""
    nearby = here.contact_from(here) if here is not None and here.city != owner.city else ()
    return (*nearby, *owner.contact_from(here))


def _place(code: str, content: object) -> Place:
    known = content if isinstance(content, dict) else {}
    name = known.get("name") or code
    area_code = known.get("area_code") or ""
    return Place(
        code=code,
        name=name,
        short_name=known.get("short_name") or name,
        city=known.get("city") or name,
        area_code=area_code if _AREA_CODE.fullmatch(area_code) else None,
        open_words=tuple(known.get("open_words") or ()),
    )
