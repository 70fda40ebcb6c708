"""The scenario page: its steps as a path, and one list of materials for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from service_catalog.catalog.scenarios import MaterialVariant, MergedMaterial, ScenarioView, Step
from service_catalog.model import Kind
from service_catalog.web.current import catalog
from service_catalog.web.pages import words
from service_catalog.web.pages.frame import Frame, is_unofficial
from service_catalog.web.pages.guide import Fact
from service_catalog.web.pages.item import Origin, notices, origin_of
from service_catalog.web.pages.links import record_url
from service_catalog.web.pages.places import Contact, Place, Places, contacts
from service_catalog.web.pages.ways import Way, matter_of, ways

UNKNOWN_SENTENCES = {
    "outside_catalogue": "不在目录里，办法要向牵头部门打听",
    "item_missing": "对应的事项没有收录，或已撤回",
    "guide": "还没有办事指南，材料没有算进上面的清单",
    "materials": "没有材料清单",
    "legal_limit": "没有法定时限",
    "promised_limit": "没有本区的承诺时限",
    "visits": "没有到场次数",
    "fee": "没有收费说明",
}
"""What is not known of which steps, in the order of ``ScenarioView.unknown``."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step. ``told`` says in words who handles it, or why that is not known; ``other_name`` is the item's
    name where it is not the step's."""

    order: int
    anchor: str
    name: str
    relation: str
    told: str
    url: str | None
    other_name: str | None
    ways: Sequence[Way]
    is_reference: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """How one or more steps want a material, in the same words."""

    steps: str
    text: str


@dataclass(frozen=True, slots=True)
class ListedMaterial:
    """A material, once. ``steps``: the numbers of all steps that need it."""

    name: str
    steps: str
    is_reference: bool
    wanted: Sequence[Wanted]


@dataclass(frozen=True, slots=True)
class MaterialList:
    """Materials of one necessity."""

    heading: str
    materials: Sequence[ListedMaterial]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """One scenario, resolved."""

    frame: Frame
    name: str
    aliases: Sequence[str]
    place: Place
    facts: Sequence[Fact]
    notices: Sequence[str]
    borrowed_from: str
    """Names of the regions whose guides stand in, empty if none does."""
    steps: Sequence[PathStep]
    sums: Sequence[Fact]
    materials: Sequence[MaterialList]
    unknown: Sequence[str]
    contacts: Sequence[Contact]
    origin: Origin


def scenario_page(view: ScenarioView, places: Places, here: Place | None) -> ScenarioPage:
    """The page of a scenario."""
    record, content = view.scenario.record, view.scenario.record.content
    place = places.of(record.owner)
    numbers = {step.key: step.order for step in view.steps}
    everything = [record.content, *(step.item.record.content for step in view.steps if step.item)]
    return ScenarioPage(
        frame=Frame(
            content["name"],
            places,
            here,
            is_reference=is_unofficial(everything),
            address=url_for("pages.scenario", scenario_id=record.id),
        ),
        name=content["name"],
        aliases=content.get("aliases") or (),
        place=place,
        facts=tuple(_facts(content)),
        notices=tuple(notices(content)),
        borrowed_from=_lenders(view, places),
        steps=tuple(_step(step, place, places, here) for step in view.steps),
        sums=tuple(_sums(view, numbers)),
        materials=tuple(_materials(view.materials, numbers)),
        unknown=tuple(_unknown(view, numbers)),
        contacts=contacts(place, here),
        origin=origin_of(view.scenario),
    )


def step_numbers(orders: Sequence[int]) -> str:
    """第 1、3 步."""
    return f"第 {'、'.join(str(order) for order in orders)} 步"


def _facts(content: Mapping[str, Any]) -> Iterator[Fact]:
    yield Fact("牵头部门", content.get("lead_department") or words.UNKNOWN)
    yield Fact("配合部门", "、".join(content.get("cooperating_departments") or ()) or words.UNKNOWN)
    if content.get("object"):
        yield Fact("给谁办", catalog().labels.label("object", content["object"]))
    if content.get("life_stage"):
        yield Fact("阶段", content["life_stage"])


def _lenders(view: ScenarioView, places: Places) -> str:
    owners = (step.item.record.owner for step in view.steps if step.item and step.is_reference)
    return "、".join(places.of(owner).name for owner in dict.fromkeys(owners))


def _step(step: Step, owner: Place, places: Places, here: Place | None) -> PathStep:
    """Of a borrowed item only the matter is shown: its department and its ways are the other region's."""
    item = step.item
    local = item if item is not None and not step.is_reference else None
    item_name = item.record.content["name"] if item else step.name
    return PathStep(
        order=step.order,
        anchor=f"step-{step.order}",
        name=step.name,
        relation=step.relation,
        told=_told(step, owner, places),
        url=record_url(Kind.ITEM, item.record.id, here.code if here else None) if item else None,
        other_name=item_name if item_name != step.name else None,
        ways=_step_ways(step, places, here) if local else (),
        is_reference=step.is_reference,
    )


def _told(step: Step, owner: Place, places: Places) -> str:
    if step.relation == "outside":
        return "不在目录里的一步，没有编码和办事指南"
    if step.item is None:
        return "对应的事项没有收录，或已撤回"
    handler = places.of(step.item.record.owner)
    if step.is_reference:
        return f"{owner.short_name}同名事项未收录，参考{handler.name}的指南"
    department = step.item.record.content.get("department") or handler.name
    if step.relation == "foreign":
        return f"由{handler.city}的部门办理：{department}"
    return f"由{department}办理"


def _step_ways(step: Step, places: Places, here: Place | None) -> tuple[Way, ...]:
    """How from here, or every region that accepts it; the own region's way is told already."""
    assert step.item is not None  # noqa: S101 - only called for steps that have one
    found = ways(matter_of(step.item, step.acceptances, places), places, here, catalog().labels)
    return tuple(way for way in found if (way.is_here if here else True) and way.sort != "own")


def _sums(view: ScenarioView, numbers: Mapping[str, int]) -> Iterator[Fact]:
    known = [step for step in view.steps if step.guide.get("visits") is not None]
    total = view.least_visits
    if total is None:
        yield Fact("分别办理合计最少到场次数", words.UNKNOWN)
    else:
        rest = len(view.steps) - len(known)
        note = f"（按已知的 {len(known)} 步计，另有 {rest} 步未提供）" if rest else ""
        yield Fact("分别办理合计最少到场次数", f"{total} 次{note}")
    for field, longest in view.longest_limits.items():
        label = "最长" + words.FIELD[field]
        yield Fact(label, "；".join(_longest(each, numbers) for each in longest.values()) or words.UNKNOWN)


def _longest(limit: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    mark = "，参考" if limit["is_reference"] else ""
    return f"{words.limit(limit)}（第 {numbers[limit['step']]} 步{mark}）"


def _materials(merged: Sequence[MergedMaterial], numbers: Mapping[str, int]) -> Iterator[MaterialList]:
    for necessity, heading in words.NECESSITY_HEADING.items():
        found = tuple(_listed(each, numbers) for each in merged if each.necessity == necessity)
        if found:
            yield MaterialList(heading, found)


def _listed(material: MergedMaterial, numbers: Mapping[str, int]) -> ListedMaterial:
    """Variants in the same words are told once, with all their steps."""
    wanted: dict[str, list[int]] = {}
    for variant in material.variants:
        orders = wanted.setdefault(_variant(variant, material.necessity), [])
        if numbers[variant.step] not in orders:
            orders.append(numbers[variant.step])
    every = sorted({order for orders in wanted.values() for order in orders})
    return ListedMaterial(
        name=material.name,
        steps=step_numbers(every),
        is_reference=material.is_reference,
        wanted=tuple(Wanted(step_numbers(orders), text) for text, orders in wanted.items() if text),
    )


def _variant(variant: MaterialVariant, strictest: str) -> str:
    necessity = words.NECESSITY[variant.necessity] if variant.necessity != strictest else ""
    issued = f"由{variant.issued_by}出具" if variant.issued_by else ""
    parts = (words.amount(variant.form, variant.copies), necessity, variant.when or "", issued)
    return "，".join(part for part in parts if part)


def _unknown(view: ScenarioView, numbers: Mapping[str, int]) -> Iterator[str]:
    for sort, keys in view.unknown.items():
        if keys:
            sentence = UNKNOWN_SENTENCES.get(sort, sort)
            yield f"{step_numbers([numbers[key] for key in keys])}：{sentence}"
