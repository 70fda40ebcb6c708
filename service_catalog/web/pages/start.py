"""The start page: what this is, how much there is, and the scenarios by stage of life."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service_catalog.catalog.labels import Labels
from service_catalog.model import Kind, Revision, SearchRequest
from service_catalog.web.current import catalog
from service_catalog.web.pages.frame import Frame, Link, is_unofficial
from service_catalog.web.pages.links import record_url, search_url
from service_catalog.web.pages.places import Place, Places

LISTED = 500
"""Scenarios a start page lists at most; the search finds the others."""

OTHERS = "其他"


@dataclass(frozen=True, slots=True)
class Stage:
    """The scenarios of one stage of life."""

    name: str
    scenarios: Sequence[Link]


@dataclass(frozen=True, slots=True)
class Group:
    """The stages of one sort of people."""

    heading: str
    stages: Sequence[Stage]


@dataclass(frozen=True, slots=True)
class StartPage:
    """``counts``: how many items each region has, and how many scenarios there are."""

    frame: Frame
    counts: Sequence[Link]
    groups: Sequence[Group]


def start_page(places: Places, here: Place | None) -> StartPage:
    """The start page. Reads the store only, so it works while search is down."""
    scenarios, _ = catalog().listing(Kind.SCENARIO, limit=LISTED)
    contents = [each.record.content for each in (*catalog().regions(), *scenarios)]
    return StartPage(
        frame=Frame("跨区通办服务目录", places, here, is_reference=is_unofficial(contents)),
        counts=tuple(_counts(places, here, len(scenarios))),
        groups=_groups(scenarios, here, catalog().labels),
    )


def _counts(places: Places, here: Place | None, scenarios: int) -> Iterable[Link]:
    at = SearchRequest(at_region=here.code if here else None)
    counts = catalog().status().counts
    for place in places.all:
        items = counts.get((place.code, Kind.ITEM), 0)
        if items:
            url = search_url(at, owner_region=place.code, kind="item")
            yield Link(f"{place.name}事项", url, f"{items} 项")
    if scenarios:
        yield Link("一件事", search_url(at, kind="scenario"), f"{scenarios} 件")


def _groups(scenarios: Iterable[Revision], here: Place | None, labels: Labels) -> tuple[Group, ...]:
    """By whom they are for, people before enterprises, then by stage in order of appearance."""
    found: dict[str, dict[str, list[Link]]] = {"natural_person": {}, "legal_person": {}}
    for each in scenarios:
        content = each.record.content
        stages = found.setdefault(content.get("object") or OTHERS, {})
        stages.setdefault(content.get("life_stage") or OTHERS, []).append(_link(each, here))
    return tuple(
        Group(labels.label("object", sort), tuple(Stage(name, links) for name, links in stages.items()))
        for sort, stages in found.items()
        if stages
    )


def _link(scenario: Revision, here: Place | None) -> Link:
    name: str = scenario.record.content["name"]
    shown = name.removesuffix("“一件事”") or name  # the heading above says what they are
    return Link(shown, record_url(Kind.SCENARIO, scenario.record.id, here.code if here else None))
