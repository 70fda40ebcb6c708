"""The result page: one ranked list, why each row is there, how it can be handled from here, and ways to
narrow it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.labels import Labels
from service_catalog.model import Hit, SearchPage, SearchRequest
from service_catalog.model.searching import FACETS, MAX_BROWSED, MAX_CANDIDATES
from service_catalog.web.current import catalog
from service_catalog.web.pages import words
from service_catalog.web.pages.frame import Frame, Link
from service_catalog.web.pages.links import record_url, search_url, words_url
from service_catalog.web.pages.parameters import FILTERS
from service_catalog.web.pages.places import Contact, Place, Places
from service_catalog.web.pages.ways import Matter, Way, ways

FACET_HEADINGS = {
    "kind": "种类",
    "object": "给谁办",
    "mode": "怎么办理",
    "department": "办理部门",
    "item_type": "事项类型",
    "theme": "主题",
}

FIRST_VALUES = 6
"""Values of a facet that are in sight; the others unfold."""

PLACE_REASONS = ("own_region", "accepted_here", "not_accepted_here")
"""Reasons that a row's way of handling says already."""

STALE_S = 60.0
"""Seconds after which a lagging index is worth a line: below, a change is on its way."""

OPEN_WORD = "“{word}”在这里按{names}理解，不是同名的省份或其他地方。"


@dataclass(frozen=True, slots=True)
class Row:
    """One hit. ``ways`` is empty for scenarios, whose steps differ."""

    kind: str
    name: str
    url: str
    place: Place
    department: str | None
    summary: str | None
    code: str
    mark: str | None
    ways: Sequence[Way]
    steps: int | None
    reasons: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the list: the values in sight and the others."""

    heading: str
    first: Sequence[Link]
    rest: Sequence[Link]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of an answer."""

    frame: Frame
    heading: str
    count: str
    rows: Sequence[Row]
    facets: Sequence[Facet]
    chosen: Sequence[Link]
    """Filters that are set; each link takes one away."""
    notices: Sequence[str]
    is_unsure: bool
    corrected: Link | None
    suggestions: Sequence[Link]
    elsewhere: Sequence[Link]
    """The same search in another district, or without filters."""
    contacts: Sequence[Contact]
    next_url: str | None
    first_url: str | None


def result_page(asked: SearchRequest, places: Places) -> ResultPage:
    """Search, and show what was found. Raises InvalidRequestError, SearchUnavailableError."""
    found = catalog().search(asked)
    labels = catalog().labels
    here = places.chosen(asked.at_region)
    rows = tuple(_row(hit, places, here, labels) for hit in found.hits)
    heading = _title(asked, places)
    is_reference = not rows or any(row.mark for row in rows)
    return ResultPage(
        frame=Frame(heading, places, here, asked.text.strip(), is_reference),
        heading=heading,
        count=told_count(found),
        rows=rows,
        facets=tuple(_facets(asked, found, places, labels)),
        chosen=tuple(_chosen(asked, places, labels)),
        notices=tuple(_notices(found, places)),
        is_unsure=found.confidence in ("low", "none"),
        corrected=_corrected(asked, found),
        suggestions=tuple(Link(name, words_url(name, asked.at_region)) for name in found.suggestions),
        elsewhere=tuple(_elsewhere(asked, found, places)),
        contacts=tuple(_contacts(places, here)),
        next_url=search_url(asked, cursor=found.next_cursor) if found.next_cursor else None,
        first_url=search_url(asked) if asked.cursor else None,
    )


def _title(asked: SearchRequest, places: Places) -> str:
    if asked.text:
        return f"搜索“{asked.text.strip()}”"
    if asked.owner_region:
        return f"{places.of(asked.owner_region).name}的目录"
    return words.KIND.get(asked.kind or "", "全部目录")


def told_count(found: SearchPage) -> str:
    """How many rows there are, in words; a lower bound where no more were looked at."""
    most = MAX_CANDIDATES if found.understanding.bigrams else MAX_BROWSED
    return f"{most} 条以上" if found.total >= most else f"{found.total} 条"


def _row(hit: Hit, places: Places, here: Place | None, labels: Labels) -> Row:
    shown: Mapping[str, Any] = json.loads(hit.candidate.fragment)
    place = places.of(shown["region"])
    return Row(
        kind=words.KIND.get(shown["kind"], shown["kind"]),
        name=shown["name"],
        url=record_url(shown["kind"], shown["id"], here.code if here else None),
        place=place,
        department=shown.get("department"),
        summary=shown.get("summary"),
        code=shown["code"],
        mark=words.PROVENANCE_MARK.get(shown.get("provenance") or ""),
        ways=_row_ways(shown, place, places, here, labels),
        steps=shown.get("steps"),
        reasons="；".join(reason.text for reason in hit.reasons if reason.code not in PLACE_REASONS),
    )


def _row_ways(
    shown: Mapping[str, Any], owner: Place, places: Places, here: Place | None, labels: Labels
) -> tuple[Way, ...]:
    """From here where that is known; else every region that accepts the row."""
    if "acceptances" not in shown:
        return ()
    matter = Matter(owner, {each["region"]: each for each in shown["acceptances"]})
    found = ways(matter, places, here, labels)
    return found[:1] if here else tuple(way for way in found if way.sort == "accepted")


def _facets(asked: SearchRequest, found: SearchPage, places: Places, labels: Labels) -> Iterator[Facet]:
    if len(places.all) > 1:
        owners = [Link("全部", search_url(asked, owner_region=None), is_current=asked.owner_region is None)]
        for place in places.all:
            url = search_url(asked, owner_region=place.code)
            owners.append(Link(place.name, url, is_current=asked.owner_region == place.code))
        yield Facet("哪个区的事", tuple(owners), ())
    for name in sorted(FACETS, key=list(FACET_HEADINGS).index):
        links = [_facet_link(asked, name, each.value, each.count, labels) for each in found.facets[name]]
        if len(links) > 1:
            yield Facet(FACET_HEADINGS[name], tuple(links[:FIRST_VALUES]), tuple(links[FIRST_VALUES:]))


def _facet_link(asked: SearchRequest, name: str, value: str, count: int, labels: Labels) -> Link:
    is_current = getattr(asked, name) == value
    url = search_url(asked, **{name: None if is_current else value})
    return Link(labels.label(name, value), url, str(count), is_current=is_current)


def _chosen(asked: SearchRequest, places: Places, labels: Labels) -> Iterator[Link]:
    for name in FILTERS:
        value = getattr(asked, name)
        if value is not None:
            text = places.of(value).name if name == "owner_region" else labels.label(name, value)
            yield Link(text, search_url(asked, **{name: None}))


def _notices(found: SearchPage, places: Places) -> Iterator[str]:
    word = found.understanding.open_place
    if word and (named := _named(found, places)):
        yield OPEN_WORD.format(word=word, names="、".join(place.name for place in named))
    if found.changed:
        yield "翻页期间目录有更新，个别条目可能重复或漏掉；需要完整的列表时，请回到第一页。"
    if found.freshness.degraded:
        yield "现在由备用搜索作答，结果可能不是最新的；打开具体事项，看到的是最新内容。"
    elif found.freshness.age_s > STALE_S:
        yield "搜索结果可能不是最新的；打开具体事项，看到的是最新内容。"


def _named(found: SearchPage, places: Places) -> list[Place]:
    """The regions that the words name, or may name."""
    meant, word = found.understanding.regions, found.understanding.open_place
    return [place for place in places.all if place.code in meant or word in place.open_words]


def _corrected(asked: SearchRequest, found: SearchPage) -> Link | None:
    corrected = found.understanding.corrected
    return Link(corrected, words_url(corrected, asked.at_region)) if corrected else None


def _elsewhere(asked: SearchRequest, found: SearchPage, places: Places) -> Iterator[Link]:
    if asked.owner_region:
        for place in places.all:
            if place.code != asked.owner_region:
                yield Link(f"在{place.name}的目录里找", search_url(asked, owner_region=place.code))
    for place in _named(found, places):
        url = search_url(SearchRequest(at_region=asked.at_region), owner_region=place.code)
        yield Link(f"看{place.name}的全部目录", url)
    if any(getattr(asked, name) for name in FILTERS):
        yield Link("去掉所有筛选再找", search_url(asked, **dict.fromkeys(FILTERS)))


def _contacts(places: Places, here: Place | None) -> Iterator[Contact]:
    """Of every city once; first the one a person stands in."""
    for place in sorted(places.all, key=lambda each: each != here):
        yield from place.contact_from(here)
