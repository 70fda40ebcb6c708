"""An item's guide as pages show it: lists as they are, values in words, and what is missing by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.web.pages import words

LISTS = ("conditions", "materials", "steps", "legal_basis", "questions")
"""Parts that are lists; an empty one says as little as none."""

_UNSAFE = r"\s\"'<>\\^`{|}\x00-\x20\x7f-\x9f"
_WEB_ADDRESS = re.compile(rf"https?://[^{_UNSAFE}/?#@:][^{_UNSAFE}]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing worth knowing at a glance."""

    label: str
    value: str

    @property
    def is_known(self) -> bool:
        """False for what is only said to be missing."""
        return self.value != words.UNKNOWN


@dataclass(frozen=True, slots=True)
class Entry:
    """A step, a basis or a question: its heading, and what is said under it."""

    heading: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """A place to go to: the hall, and its address, telephone and hours as far as they are known."""

    hall: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Material:
    """A material of one item."""

    name: str
    amount: str
    when: str | None
    issued_by: str | None


@dataclass(frozen=True, slots=True)
class MaterialGroup:
    """Materials of one necessity."""

    heading: str
    materials: Sequence[Material]


@dataclass(frozen=True, slots=True)
class GuideView:
    """A guide in words. ``missing`` names the parts that are not known."""

    facts: Sequence[Fact]
    conditions: Sequence[str]
    materials: Sequence[MaterialGroup]
    steps: Sequence[Entry]
    legal_basis: Sequence[Entry]
    questions: Sequence[Entry]
    cross_region_note: str | None
    online_url: str | None
    missing: Sequence[str]


def guide_view(guide: Mapping[str, Any]) -> GuideView:
    """The guide in words."""
    return GuideView(
        facts=tuple(_facts(guide)),
        conditions=guide.get("conditions") or (),
        materials=tuple(_groups(guide.get("materials") or ())),
        steps=_entries(guide.get("steps"), "name", "detail"),
        legal_basis=_entries(guide.get("legal_basis"), "title", "article"),
        questions=_entries(guide.get("questions"), "question", "answer"),
        cross_region_note=guide.get("cross_region_note"),
        online_url=web_address(guide.get("online_url")),
        missing=tuple(words.FIELD[name] for name in (*LISTS, "windows", "online_url") if not guide.get(name)),
    )


def windows_of(windows: Sequence[Mapping[str, Any]] | None) -> tuple[Window, ...]:
    """The windows of a guide or an acceptance."""
    return tuple(
        Window(each["hall"], tuple(each[key] for key in ("address", "phone", "hours") if each.get(key)))
        for each in windows or ()
    )


def web_address(text: object) -> str | None:
    """``text`` if it is a web address that may stand in a link: http or https and nothing else."""
    return text if isinstance(text, str) and _WEB_ADDRESS.fullmatch(text) else None


def _entries(entries: Sequence[Mapping[str, Any]] | None, heading: str, text: str) -> tuple[Entry, ...]:
    return tuple(Entry(each[heading], each.get(text)) for each in entries or ())


def _facts(guide: Mapping[str, Any]) -> Iterator[Fact]:
    yield Fact("最少到场次数", words.visits(guide.get("visits")))
    yield Fact("收费", words.fee(guide.get("fee")))
    yield Fact("承诺时限", words.limit(guide.get("promised_limit")))
    yield Fact("法定时限", words.limit(guide.get("legal_limit")))
    yield Fact("办理结果", words.result(guide.get("result")))


def _groups(materials: Sequence[Mapping[str, Any]]) -> Iterator[MaterialGroup]:
    for necessity, heading in words.NECESSITY_HEADING.items():
        found = [each for each in materials if (each.get("necessity") or "required") == necessity]
        if found:
            yield MaterialGroup(heading, tuple(_material(each) for each in found))


def _material(material: Mapping[str, Any]) -> Material:
    return Material(
        name=material["name"],
        amount=words.amount(material.get("form"), material.get("copies")),
        when=material.get("when"),
        issued_by=material.get("issued_by"),
    )
