"""A scenario resolved: its steps with their items, its materials merged, its limits and visits added up.

The rules (design section 5): materials are merged by name; the strictest necessity counts; each step's own
variant stays visible; of the limits the longest per unit counts; visits are added up as
分别办理合计最少到场次数. What a step only borrows (``stands_for``) is marked 参考, and nothing local is taken
from it. What is not known is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.catalog.reading import living_item, read_record
from service_catalog.indexing.projection import sources_digest
from service_catalog.model import Kind, Revision, references
from service_catalog.store.base import Store

NECESSITIES = ("required", "conditional", "deferrable")
"""Strictest first: 必要, 视情况, 容缺后补."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the item behind it. ``item`` is None for a step outside the catalogue or whose item is
    gone."""

    key: str
    order: int
    name: str
    relation: str
    item: Revision | None
    acceptances: Sequence[Revision]

    @property
    def is_reference(self) -> bool:
        """True if the item only stands for one of the scenario's own region that is not in the catalogue."""
        return self.relation == "stands_for"

    @property
    def guide(self) -> Mapping[str, Any]:
        """The item's guide, empty if there is none."""
        return (self.item.record.content.get("guide") or {}) if self.item else {}


@dataclass(frozen=True, slots=True)
class MaterialVariant:
    """How one step wants a material."""

    step: str
    form: str | None
    copies: int | None
    necessity: str
    when: str | None
    issued_by: str | None
    is_reference: bool


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    """A material that one or more steps need."""

    name: str
    necessity: str
    variants: Sequence[MaterialVariant]

    @property
    def is_reference(self) -> bool:
        """True if every step that needs it only borrows its guide."""
        return all(variant.is_reference for variant in self.variants)


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A scenario with all that can be said of it, and what cannot."""

    scenario: Revision
    steps: Sequence[Step]

    @property
    def digest(self) -> str:
        """Over (id, version, hash) of every part."""
        parts = [self.scenario]
        for step in self.steps:
            parts.extend([*([step.item] if step.item else []), *step.acceptances])
        return sources_digest({part.record.id: part for part in parts}.values())

    @property
    def materials(self) -> list[MergedMaterial]:
        """Merged by name, in the order in which a person meets them."""
        variants: dict[str, list[MaterialVariant]] = {}
        for step in self.steps:
            for material in step.guide.get("materials") or ():
                variants.setdefault(material["name"], []).append(_variant(step, material))
        return [MergedMaterial(name, _strictest(found), tuple(found)) for name, found in variants.items()]

    @property
    def longest_limits(self) -> dict[str, dict[str, dict[str, Any]]]:
        """For legal and promised limits, the longest of each unit and the step it comes from.

        Working days and calendar days are not comparable, so each unit has a maximum of its own. A promise is
        local: none is taken from a borrowed guide.
        """
        found: dict[str, dict[str, dict[str, Any]]] = {"legal_limit": {}, "promised_limit": {}}
        for step in self.steps:
            for field, longest in found.items():
                limit = step.guide.get(field)
                if not limit or (field == "promised_limit" and step.is_reference):
                    continue
                known = longest.get(limit["unit"])
                if known is None or limit["value"] > known["value"]:
                    longest[limit["unit"]] = {**limit, "step": step.key, "is_reference": step.is_reference}
        return found

    @property
    def least_visits(self) -> int | None:
        """The known fewest visits added up, None if no step's are known."""
        known = [step.guide["visits"] for step in self.steps if step.guide.get("visits") is not None]
        return sum(known) if known else None

    @property
    def borrowed_visits(self) -> list[str]:
        """Keys of the steps whose visits in ``least_visits`` come from a borrowed guide."""
        return [step.key for step in self.steps if step.is_reference and step.guide.get("visits") is not None]

    @property
    def unknown(self) -> dict[str, list[str]]:
        """Keys of the steps about which something is not known, by what is not known."""
        with_guide = [step for step in self.steps if step.guide]
        return {
            "outside_catalogue": [step.key for step in self.steps if step.relation == "outside"],
            "item_missing": [
                step.key for step in self.steps if step.item is None and step.relation != "outside"
            ],
            "guide": [step.key for step in self.steps if step.item is not None and not step.guide],
            "materials": [step.key for step in with_guide if not step.guide.get("materials")],
            "legal_limit": [step.key for step in with_guide if not step.guide.get("legal_limit")],
            "promised_limit": [
                step.key for step in with_guide if step.is_reference or not step.guide.get("promised_limit")
            ],
            "visits": [step.key for step in with_guide if step.guide.get("visits") is None],
            "fee": [step.key for step in with_guide if step.guide.get("fee") is None],
        }


def read_scenario(store: Store, scenario_id: str) -> ScenarioView:
    """A scenario, resolved. Raises NotFoundError, GoneError."""
    scenario = read_record(store, scenario_id, Kind.SCENARIO)
    ids = list(references(scenario.record))
    items = store.get_many(ids)
    acceptances = store.referrers(ids, (Kind.ACCEPTANCE,))
    return ScenarioView(scenario, tuple(_steps(scenario, items, acceptances)))


def _steps(
    scenario: Revision, items: Mapping[str, Revision], acceptances: Mapping[str, Sequence[Revision]]
) -> Iterator[Step]:
    content = scenario.record.content
    for step in sorted(content.get("steps") or (), key=lambda each: each["order"]):
        item = living_item(items.get(step.get("item") or ""))
        yield Step(
            key=step.get("key") or f"{content['code']}#{step['order']}",
            order=step["order"],
            name=step["name"],
            relation=step["relation"],
            item=item,
            acceptances=acceptances.get(item.record.id, ()) if item else (),
        )


def _variant(step: Step, material: Mapping[str, Any]) -> MaterialVariant:
    return MaterialVariant(
        step=step.key,
        form=material.get("form"),
        copies=material.get("copies"),
        necessity=material.get("necessity") or "required",
        when=material.get("when"),
        issued_by=material.get("issued_by"),
        is_reference=step.is_reference,
    )


def _strictest(variants: Sequence[MaterialVariant]) -> str:
    return min((variant.necessity for variant in variants), key=NECESSITIES.index)
