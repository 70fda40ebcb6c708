"""The guide score: how much of what an applicant must know a record tells, from 0 to 100.

A score is the share of the weights of those elements that are there, of all that apply to the item, rounded
to a whole number. The elements are those that the national upload tables (实施清单 基本信息, 材料目录,
收费项目, 常见问题) ask of every item, as far as a record has a place for them; weights are this catalogue's
own, each with its reason. What is unknown counts as missing, whoever the record comes from: the score says
how complete a guide is, not whether it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.model import Record

Content = Mapping[str, Any]

PUBLIC_SERVICE = "20"
"""The item type for which the national table does not demand a legal limit."""


@dataclass(frozen=True, slots=True)
class Element:
    """One thing a guide should tell, with its share of the score and the reason for that.

    ``lack`` says in Chinese what is missing of it, or gives None; ``applies`` whether an item should have
    it."""

    name: str
    label: str
    weight: int
    reason: str
    lack: Callable[[Content], str | None]
    applies: Callable[[Content], bool] = lambda _content: True


@dataclass(frozen=True, slots=True)
class Finding:
    """One element of one item: ``lack`` is None if it is there. ``applies`` False: it does not count."""

    element: Element
    lack: str | None
    applies: bool


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item's score and what it lacks. ``missing`` in order of weight: what to add first."""

    id: str
    owner: str
    name: str
    department: str | None
    has_guide: bool
    score: int
    missing: tuple[str, ...]
    """Names of elements."""

    @property
    def key(self) -> str:
        """Sorts the worst first, and among equals by id."""
        return f"{self.score:03}|{self.id}"


def findings(record: Record) -> Sequence[Finding]:
    """Every element of an item, in order of weight."""
    return [_finding(element, record.content) for element in ELEMENTS]


def score_item(record: Record) -> ItemScore:
    """The score of one item."""
    found = [each for each in findings(record) if each.applies]
    there = sum(each.element.weight for each in found if each.lack is None)
    content = record.content
    return ItemScore(
        id=record.id,
        owner=record.owner,
        name=str(content.get("name") or ""),
        department=content.get("department"),
        has_guide=bool(content.get("guide")),
        score=round(100 * there / sum(each.element.weight for each in found)),
        missing=tuple(each.element.name for each in found if each.lack is not None),
    )


def _finding(element: Element, content: Content) -> Finding:
    if not element.applies(content):
        return Finding(element, None, applies=False)
    return Finding(element, element.lack(content), applies=True)


def _guide(content: Content) -> Mapping[str, Any]:
    guide = content.get("guide")
    return guide if isinstance(guide, Mapping) else {}


def _is_there(value: Any) -> bool:
    """Empty text and lists say no more than null; 0 and ``False`` do."""
    return value not in (None, "", [], {})


def _field(name: str, lack: str) -> Callable[[Content], str | None]:
    return lambda content: None if _is_there(_guide(content).get(name)) else lack


def _window(name: str, lack: str) -> Callable[[Content], str | None]:
    """One window that tells it is enough: the others may be told of by phone."""

    def find(content: Content) -> str | None:
        windows = _guide(content).get("windows") or ()
        return None if any(_is_there(window.get(name)) for window in windows) else lack

    return find


def _place(content: Content) -> str | None:
    if _is_there(_guide(content).get("online_url")):
        return None
    return _window("address", "没有办理窗口的地址，也没有网上办理地址")(content)


def _fee(content: Content) -> str | None:
    """As the table 收费项目 asks: who charges names the standard and its basis."""
    fee = _guide(content).get("fee")
    if not fee:
        return "没有说明是否收费"
    if not fee.get("charged"):
        return None
    lacks = [label for name, label in (("amount", "收费标准"), ("basis", "收费依据")) if not fee.get(name)]
    return f"收费但没有{'和'.join(lacks)}" if lacks else None


def _material_details(content: Content) -> str | None:
    materials = _guide(content).get("materials") or ()
    if not materials:
        return "没有材料，谈不上形式和情形"
    without_form = sum(not _is_there(each.get("form")) for each in materials)
    without_when = sum(
        each.get("necessity") == "conditional" and not _is_there(each.get("when")) for each in materials
    )
    lacks = [
        f"{count} 份材料没有{what}"
        for count, what in ((without_form, "形式（原件、复印件……）"), (without_when, "所需情形"))
        if count
    ]
    return "；".join(lacks) or None


def _result(content: Content) -> str | None:
    result = _guide(content).get("result") or {}
    return None if _is_there(result.get("name")) or _is_there(result.get("kind")) else "没有办理结果"


def _needs_hours(content: Content) -> bool:
    """Whoever never has to come, and can apply on line, need not know when a window is open."""
    guide = _guide(content)
    return not (guide.get("visits") == 0 and _is_there(guide.get("online_url")))


def _needs_legal_limit(content: Content) -> bool:
    is_told = _is_there(_guide(content).get("legal_limit"))
    return is_told or content.get("item_type") != PUBLIC_SERVICE


ELEMENTS: tuple[Element, ...] = (
    Element(
        "materials", "申请材料", 15, "材料不齐是白跑一趟最常见的原因", _field("materials", "没有申请材料")
    ),
    Element(
        "conditions", "受理条件", 10, "不符合条件的人应在来之前知道", _field("conditions", "没有受理条件")
    ),
    Element("place", "办理地点或网址", 10, "不知道去哪里就办不了", _place),
    Element("steps", "办理流程", 8, "办事人据此安排时间", _field("steps", "没有办理流程")),
    Element("phone", "咨询方式", 7, "指南没写到的要能问到人", _window("phone", "没有咨询电话")),
    Element("fee", "收费", 7, "收费必须事先公开标准和依据", _fee),
    Element("visits", "到场次数", 6, "跨城办事首先要知道跑几趟", _field("visits", "没有到场次数")),
    Element(
        "promised_limit", "承诺时限", 6, "对外承诺的办结时间", _field("promised_limit", "没有承诺办结时限")
    ),
    Element("material_details", "材料形式和情形", 5, "带错形式的材料等于没带", _material_details),
    Element("hours", "办理时间", 5, "窗口不开门等于白跑", _window("hours", "没有办理时间"), _needs_hours),
    Element("legal_basis", "办理依据", 5, "设定依据是清单的必填项", _field("legal_basis", "没有办理依据")),
    Element("result", "办理结果", 5, "办事人要知道拿到什么", _result),
    Element(
        "legal_limit",
        "法定时限",
        4,
        "公共服务以外的事项必填",
        _field("legal_limit", "没有法定办结时限"),
        _needs_legal_limit,
    ),
    Element(
        "cross_region_note",
        "异地办理说明",
        3,
        "人在外地的办事人专看这一条",
        _field("cross_region_note", "没有异地办理说明"),
    ),
    Element("summary", "办成后得到什么", 2, "一句话让人确认找对了事项", _field("summary", "没有一句话说明")),
    Element("questions", "常见问题", 2, "减少重复咨询", _field("questions", "没有常见问题")),
)
"""All elements, the weightiest first. The weights add up to 100."""

BY_NAME: Mapping[str, Element] = {element.name: element for element in ELEMENTS}
