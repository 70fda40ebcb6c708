"""Items as matching compares them: names without what is only local, and what they say besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service_catalog.catalog.counterparts.words import BREAK, cut_actions, marks_in, opposites_in, spelled_out
from service_catalog.model import Record
from service_catalog.text import bigrams, fold

_NUMBER = re.compile(r"\d+(?:\.\d+)?")

_LEAST = 2
"""Characters of a name below which nothing is worth comparing."""


@dataclass(frozen=True, slots=True)
class Places:
    """Words for the districts, folded, the longest first. ``certain`` ones are taken out of names, all of
    them out of departments, where no other thing can be meant (河北分局)."""

    certain: Sequence[str]
    possible: Sequence[str]

    @classmethod
    def of(cls, regions: Sequence[Record]) -> Places:
        """The words of region records."""
        certain = _words(regions, ("name", "city", "place_words", "city_words"))
        possible = _words(regions, ("short_name", "open_words"))
        return cls(_longest_first(certain), _longest_first(certain | possible))


@dataclass(frozen=True, slots=True)
class Row:
    """An item as matching sees it: all texts folded.

    ``bare`` is its name without place and department, ``function`` its department without the place;
    ``tokens`` and ``context`` are the character pairs of the name and of the group label, without action
    words.
    """

    record: Record
    name: str
    bare: str
    function: str
    group: str
    item_type: str
    basic_code: str
    actions: Mapping[str, str]
    sides: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    numbers: frozenset[str]
    objects: frozenset[str]
    tokens: frozenset[str]
    context: frozenset[str]


def make_row(record: Record, places: Places) -> Row:
    """The row of an item."""
    content = record.content
    name, department = fold(content["name"]), fold(content.get("department") or "")
    function = _without(department, places.possible)
    bare = spelled_out(_without(name, [department, *places.certain, function]))
    group = spelled_out(_without(fold(content.get("group") or ""), places.certain))
    rest, actions = cut_actions(bare)
    return Row(
        record=record,
        name=name,
        bare=bare,
        function=function,
        group=group,
        item_type=content.get("item_type") or "",
        basic_code=_basic_code(content),
        actions=actions,
        sides=opposites_in(bare),
        marks=marks_in(bare),
        numbers=frozenset(_NUMBER.findall(bare)),
        objects=frozenset(content.get("objects") or ()),
        tokens=_tokens(rest) or _tokens(bare),
        context=_tokens(cut_actions(group)[0]),
    )


def _basic_code(content: Mapping[str, object]) -> str:
    """The 12 digits that all districts share: given, or in 实施编码 (18 of the body, 1 of the level, 12)."""
    longer = str(content.get("implementation_code") or content.get("handling_code") or "")
    return str(content.get("basic_code") or longer[19:31])


def _without(text: str, words: Iterable[str]) -> str:
    """Without the words, as long as something worth comparing remains."""
    for word in words:
        shorter = text.replace(word, "") if len(word) >= _LEAST else text
        text = shorter if len(shorter) >= _LEAST else text
    return text


def _tokens(text: str) -> frozenset[str]:
    return frozenset(token for part in text.split(BREAK) if part for token in bigrams(part))


def _words(regions: Sequence[Record], keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for content in (record.content for record in regions):
        for value in (content.get(key) or () for key in keys):
            found.update(fold(word) for word in ([value] if isinstance(value, str) else value))
    return found


def _longest_first(words: set[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))
