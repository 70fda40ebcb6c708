"""The comparison page: two districts' rows of one matter side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.comparing import Comparison, Difference
from service_catalog.catalog.labels import Labels
from service_catalog.model import Kind, Revision
from service_catalog.web.current import catalog
from service_catalog.web.pages import words
from service_catalog.web.pages.frame import Frame, Link, is_unofficial
from service_catalog.web.pages.links import record_url
from service_catalog.web.pages.places import Place, Places

VERDICT = {
    "same": "相同",
    "different": "不同",
    "left_unknown": "一方未提供",
    "right_unknown": "一方未提供",
    "unknown": "都未提供",
}

Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two rows."""

    place: Place
    item: Link


@dataclass(frozen=True, slots=True)
class Compared:
    """One field. A side is a list of lines; an empty one is unknown."""

    label: str
    left: Lines
    right: Lines
    verdict: str
    is_same: bool
    is_different: bool


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """Two rows, field by field."""

    frame: Frame
    left: Side
    right: Side
    basis: str
    fields: Sequence[Compared]


def comparison_page(compared: Comparison, places: Places, here: Place | None) -> ComparisonPage:
    """The page of a comparison."""
    left, right = compared.left.item, compared.right.item
    labels = catalog().labels
    return ComparisonPage(
        frame=Frame(
            f"对比：{left.record.content['name']}",
            places,
            here,
            is_reference=is_unofficial([left.record.content, right.record.content]),
        ),
        left=_side(left, places, here),
        right=_side(right, places, here),
        basis=words.LINK_BASIS.get(compared.basis, compared.basis),
        fields=tuple(_compared(each, labels) for each in compared.differences if each.verdict != "unknown"),
    )


def _side(item: Revision, places: Places, here: Place | None) -> Side:
    url = record_url(Kind.ITEM, item.record.id, here.code if here else None)
    return Side(places.of(item.record.owner), Link(item.record.content["name"], url))


def _compared(difference: Difference, labels: Labels) -> Compared:
    field = difference.field.removeprefix("guide.")
    return Compared(
        label=words.FIELD.get(field, field),
        left=_lines(field, difference.left, labels),
        right=_lines(field, difference.right, labels),
        verdict=VERDICT.get(difference.verdict, difference.verdict),
        is_same=difference.verdict == "same",
        is_different=difference.verdict == "different",
    )


def _lines(field: str, value: Any, labels: Labels) -> Lines:
    if value in (None, "", []):
        return ()
    if field in _VALUES:
        return (_VALUES[field](value),)
    if field in ("objects", "themes", "item_type"):
        values = [value] if isinstance(value, str) else value
        facet = {"objects": "object", "themes": "theme"}.get(field, field)
        return tuple(labels.label(facet, each) for each in values)
    if isinstance(value, list):
        return tuple(_entry(each) for each in value)
    return (str(value),)


def _entry(entry: Any) -> str:
    """An entry of a list of conditions, materials, steps, bases or windows."""
    if not isinstance(entry, Mapping):
        return str(entry)
    head = entry.get("name") or entry.get("title") or entry.get("hall") or ""
    tail = (
        words.amount(entry.get("form"), entry.get("copies")),
        words.NECESSITY.get(entry.get("necessity") or "", ""),
        *(entry.get(key) or "" for key in ("when", "detail", "article", "address", "phone", "hours")),
    )
    rest = "，".join(part for part in tail if part)
    return f"{head}：{rest}" if rest else head


_VALUES: Mapping[str, Callable[[Any], str]] = {
    "legal_limit": words.limit,
    "promised_limit": words.limit,
    "fee": words.fee,
    "visits": words.visits,
    "result": words.result,
}
