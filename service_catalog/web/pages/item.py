"""The item page: what it is, how to get it done from here, and what to bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from service_catalog.catalog.reading import ItemView
from service_catalog.model import Kind, Revision
from service_catalog.web.current import catalog
from service_catalog.web.pages import words
from service_catalog.web.pages.frame import Frame, Link, is_unofficial
from service_catalog.web.pages.guide import Fact, GuideView, guide_view
from service_catalog.web.pages.links import record_url
from service_catalog.web.pages.places import Contact, Place, Places, contacts
from service_catalog.web.pages.ways import Way, matter_of, ways


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from and which state of it is shown."""

    mark: str | None
    note: str | None
    grounds: Sequence[Fact]
    code: str
    version: int
    changed: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """The other district's row of the same matter."""

    item: Link
    place: Place
    basis: str
    compare_url: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item with everything that refers to it. ``guide`` is None where the catalogue has none."""

    frame: Frame
    name: str
    aliases: Sequence[str]
    place: Place
    facts: Sequence[Fact]
    summary: str | None
    notices: Sequence[str]
    ways: Sequence[Way]
    contacts: Sequence[Contact]
    guide: GuideView | None
    siblings: Sequence[Sibling]
    scenarios: Sequence[Link]
    origin: Origin


def item_page(view: ItemView, places: Places, here: Place | None) -> ItemPage:
    """The page of an item."""
    record, content = view.item.record, view.item.record.content
    place = places.of(record.owner)
    guide = content.get("guide") or {}
    everything = [part.record.content for part in (view.item, *view.acceptances)]
    return ItemPage(
        frame=Frame(
            content["name"],
            places,
            here,
            is_reference=is_unofficial(everything),
            address=url_for("pages.item", item_id=record.id),
        ),
        name=content["name"],
        aliases=content.get("aliases") or (),
        place=place,
        facts=tuple(_facts(content)),
        summary=guide.get("summary"),
        notices=tuple(notices(content)),
        ways=ways(matter_of(view.item, view.acceptances, places), places, here, catalog().labels),
        contacts=contacts(place, here),
        guide=guide_view(guide) if guide else None,
        siblings=tuple(_siblings(view, places, here)),
        scenarios=tuple(_scenario_link(each, here) for each in view.scenarios),
        origin=origin_of(view.item),
    )


def origin_of(revision: Revision) -> Origin:
    """Provenance and version of a record."""
    content = revision.record.content
    provenance = content.get("provenance") or {}
    sources: Mapping[str, str] = provenance.get("sources") or {}
    return Origin(
        mark=words.PROVENANCE_MARK.get(provenance.get("status") or ""),
        note=provenance.get("note"),
        grounds=tuple(
            Fact(words.FIELD.get(name, name), words.GROUND.get(ground, ground))
            for name, ground in sources.items()
        ),
        code=content["code"],
        version=revision.record.version,
        changed=words.day(revision.changed_at),
    )


def notices(content: Mapping[str, Any]) -> Iterator[str]:
    """What a reader must know before anything else."""
    if content.get("status") == "suspended":
        yield "目前暂停办理。去之前请先打电话问清。"
    if content.get("valid_from"):
        yield f"自 {content['valid_from']} 起办理。"
    if content.get("valid_to"):
        yield f"办理到 {content['valid_to']} 为止。"


def _facts(content: Mapping[str, Any]) -> Iterator[Fact]:
    labels = catalog().labels
    yield Fact("办理部门", content.get("department") or words.UNKNOWN)
    objects = [labels.label("object", each) for each in content.get("objects") or ()]
    yield Fact("给谁办", "、".join(objects) or words.UNKNOWN)
    item_type = content.get("item_type")
    yield Fact("事项类型", labels.label("item_type", item_type) if item_type else words.UNKNOWN)
    themes = [labels.label("theme", each) for each in content.get("themes") or ()]
    if themes:
        yield Fact("主题", "、".join(dict.fromkeys(themes)))


def _siblings(view: ItemView, places: Places, here: Place | None) -> Iterator[Sibling]:
    code = here.code if here else None
    for link, other in view.counterparts:
        basis = link.record.content.get("basis") or ""
        asked: dict[str, Any] = {"with": other.record.id, "at_region": code}
        yield Sibling(
            item=Link(other.record.content["name"], record_url(Kind.ITEM, other.record.id, code)),
            place=places.of(other.record.owner),
            basis=words.LINK_BASIS.get(basis, basis),
            compare_url=url_for("pages.comparison", item_id=view.item.record.id, **asked),
        )


def _scenario_link(scenario: Revision, here: Place | None) -> Link:
    url = record_url(Kind.SCENARIO, scenario.record.id, here.code if here else None)
    return Link(scenario.record.content["name"], url)
