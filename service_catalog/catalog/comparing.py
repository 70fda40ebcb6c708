"""Two districts' rows of one matter, side by side, with what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.reading import ItemView, read_item
from service_catalog.indexing.projection import sources_digest
from service_catalog.model.errors import Fault, InvalidRequestError, NotFoundError
from service_catalog.store.base import Store

FIELDS = ("name", "item_type", "department", "objects", "themes")
SETS = ("objects", "themes")
"""Fields whose order says nothing."""

GUIDE_FIELDS = (
    "summary",
    "conditions",
    "materials",
    "steps",
    "legal_limit",
    "promised_limit",
    "fee",
    "visits",
    "result",
    "legal_basis",
    "windows",
    "online_url",
    "cross_region_note",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, both values, and whether they are ``same``, ``different``, or unknown on one or both
    sides."""

    field: str
    left: Any
    right: Any
    verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rows and every field of them. ``basis`` says why they are compared: the link's basis, or
    ``chosen``."""

    left: ItemView
    right: ItemView
    basis: str
    differences: Sequence[Difference]

    @property
    def digest(self) -> str:
        """Over both rows and the link."""
        return sources_digest(
            [self.left.item, self.right.item, *(link for link, _ in self.left.counterparts)]
        )


def compare(store: Store, item_id: str, other_id: str | None = None) -> Comparison:
    """Compare an item with ``other_id``, or with its counterpart.

    Raises NotFoundError, GoneError, and InvalidRequestError when it has several counterparts and none was
    chosen.
    """
    left = read_item(store, item_id)
    links = {row.record.id: link.record.content.get("basis") or "linked" for link, row in left.counterparts}
    chosen = other_id or _only(item_id, list(links))
    right = read_item(store, chosen)
    return Comparison(left, right, links.get(chosen, "chosen"), tuple(_differences(left, right)))


def _only(item_id: str, counterparts: list[str]) -> str:
    if not counterparts:
        raise NotFoundError(f"{item_id} 没有登记对应事项；可用参数 with 指定要比较的事项编号")
    if len(counterparts) > 1:
        message = f"{item_id} 有 {len(counterparts)} 条对应事项，请用参数 with 指定一条"
        raise InvalidRequestError(message, faults=(Fault("with", message, "、".join(counterparts)),))
    return counterparts[0]


def _differences(left: ItemView, right: ItemView) -> Iterator[Difference]:
    a, b = left.item.record.content, right.item.record.content
    for field in FIELDS:
        yield _difference(field, a.get(field), b.get(field))
    guide_a, guide_b = a.get("guide") or {}, b.get("guide") or {}
    for field in GUIDE_FIELDS:
        yield _difference(f"guide.{field}", guide_a.get(field), guide_b.get(field))


def _difference(field: str, left: Any, right: Any) -> Difference:
    """Empty lists, objects and text say as little as null: unknown. ``False`` and 0 are known."""
    known = [value not in (None, "", [], {}) for value in (left, right)]
    if not any(known):
        verdict = "unknown"
    elif not all(known):
        verdict = "left_unknown" if known[1] else "right_unknown"
    else:
        is_same = sorted(left) == sorted(right) if field in SETS else left == right
        verdict = "same" if is_same else "different"
    return Difference(field, left, right, verdict)
