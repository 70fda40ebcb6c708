"""Between a cell and a value of a record, both ways, for every form that a column can have.

``read`` gives the value of a cell that is not blank, or raises Unfit. ``show`` gives what a cell shows of a
value, None for a blank one. ``show`` takes any value, also one that no reading would give: whoever writes a
file compares what can be read back, and writes down the difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from service_catalog.exchange.sheets.cells import (
    CONTROL,
    SURE_DIGITS,
    Raw,
    Tell,
    Unfit,
    as_code,
    as_day,
    as_number,
    as_text,
    as_whole,
    shown,
)
from service_catalog.exchange.sheets.vocabularies import FREE, Vocabulary

Shown = str | int | float | None
"""What a cell shows."""


class Converter(Protocol):
    """One form of a column."""

    choices: tuple[str, ...]
    """What the cell can be chosen from; empty: anything."""

    def read(self, raw: Raw, tell: Tell) -> Any:
        """The value of a cell. Raises Unfit."""
        ...

    def show(self, value: Any) -> Shown:
        """What a cell shows of a value."""
        ...


def tidy(text: str) -> str | None:
    """A text as a cell shows it: without control characters and white space around it."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip() or None


class Text:
    """A text of any length."""

    choices: tuple[str, ...] = ()

    def read(self, raw: Raw, tell: Tell) -> Any:
        return as_text(raw, tell)

    def show(self, value: Any) -> Shown:
        return tidy(_text_of(value)) if _is_plain(value) else None


class Code(Text):
    """A code of a fixed length, or of any."""

    def __init__(self, length: int | None = None) -> None:
        self._length = length

    def read(self, raw: Raw, tell: Tell) -> Any:
        return as_code(raw, tell, self._length)


class Whole:
    """A whole number. A cell shows the digits that Excel keeps."""

    choices: tuple[str, ...] = ()

    def read(self, raw: Raw, tell: Tell) -> Any:
        return as_whole(raw)

    def show(self, value: Any) -> Shown:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Text().show(value)
        if isinstance(value, float):
            return float(f"{value:.{SURE_DIGITS}g}")
        return value if abs(value) < 10**SURE_DIGITS else str(value)


class Number(Whole):
    """A number."""

    def read(self, raw: Raw, tell: Tell) -> Any:
        return as_number(raw)


class Day(Text):
    """A day."""

    def read(self, raw: Raw, tell: Tell) -> Any:
        return as_day(raw, tell)


class Choice:
    """One word of a list; of a free list also any other text, as it is."""

    def __init__(self, words: Vocabulary, *, is_free: bool = False) -> None:
        self._words, self._is_free = words, is_free
        self.choices = () if is_free else words.choices

    def read(self, raw: Raw, tell: Tell) -> Any:
        word = as_text(raw, tell)
        try:
            return self._words.value(word)
        except KeyError:
            if self._is_free:
                return word
            raise Unfit(f"没有“{shown(word)}”这个值", self._words.nearest(word)) from None

    def show(self, value: Any) -> Shown:
        return self._words.word(value) or Text().show(value)


class Lines:
    """Several texts, one a line. ``marks``: what else may stand between two texts in a line."""

    choices: tuple[str, ...] = ()

    def __init__(self, marks: str = "") -> None:
        self._between = re.compile(f"[{re.escape(marks)}]") if marks else None

    def read(self, raw: Raw, tell: Tell) -> Any:
        text = as_text(raw, tell)
        if "\n" not in text and self._between is not None:
            parts = self._between.split(text)
        else:
            parts = text.split("\n")
        return [part.strip() for part in parts if part.strip()]

    def show(self, value: Any) -> Shown:
        if not isinstance(value, list):
            return Text().show(value)
        return "\n".join(tidy(_text_of(each)) or "" for each in value).strip() or None


class Choices:
    """Several words of a list, one a line or with marks between them."""

    choices: tuple[str, ...] = ()

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def read(self, raw: Raw, tell: Tell) -> Any:
        return list(
            dict.fromkeys(value for line in as_text(raw, tell).split("\n") for value in self._of(line))
        )

    def _of(self, line: str) -> list[Any]:
        """A word may itself hold a mark, so the whole line is tried first."""
        if not line.strip():
            return []
        try:
            return [self._words.value(line.strip())]
        except KeyError:
            words = [word.strip() for word in re.split(r"[、,，;；|]", line) if word.strip()]
            return [self._one(word) for word in words]

    def _one(self, word: str) -> Any:
        try:
            return self._words.value(word)
        except KeyError:
            raise Unfit(f"没有“{shown(word)}”这个值", self._words.nearest(word)) from None

    def show(self, value: Any) -> Shown:
        if not isinstance(value, list):
            return Text().show(value)
        known = [self._words.word(each) or (each if isinstance(each, str) else "") for each in value]
        return "\n".join(tidy(each) or "" for each in known).strip() or None


class Themes(Choices):
    """The themes of one group of applicants; those of the other group stand in another column."""

    def __init__(self, words: Vocabulary, who: str) -> None:
        super().__init__(words)
        self._who = who

    def show(self, value: Any) -> Shown:
        if not isinstance(value, list):
            return None
        return super().show([each for each in value if str(each).startswith(self._who)])


class Named:
    """A list of objects of which a cell shows one field, a line each."""

    choices: tuple[str, ...] = ()

    def __init__(self, name: str, others: tuple[str, ...]) -> None:
        self._name, self._others = name, others

    def read(self, raw: Raw, tell: Tell) -> Any:
        empty: dict[str, Any] = dict.fromkeys(self._others)
        return [{self._name: line} | empty for line in Lines().read(raw, tell)]

    def show(self, value: Any) -> Shown:
        if not isinstance(value, list):
            return None
        return Lines().show([each.get(self._name) for each in value if isinstance(each, dict)])


def make_converters(words: Mapping[str, Vocabulary]) -> dict[str, Converter]:
    """Every form by its name in ``columns``; those of a list are ``choice:`` or ``choices:`` and its name."""
    made: dict[str, Converter] = {
        "text": Text(),
        "code": Code(),
        "region": Code(6),
        "code12": Code(12),
        "code31": Code(31),
        "code33": Code(33),
        "whole": Whole(),
        "number": Number(),
        "day": Day(),
        "lines": Lines(),
        "words": Lines("、;；"),
        "themes:natural_person": Themes(words["theme_natural_person"], "natural_person:"),
        "themes:legal_person": Themes(words["theme_legal_person"], "legal_person:"),
        "bases": Named("title", ("article",)),
        "steps": Named("name", ("detail",)),
    }
    for name, vocabulary in words.items():
        made[f"choice:{name}"] = Choice(vocabulary, is_free=name in FREE)
        made[f"choices:{name}"] = Choices(vocabulary)
    return made


def _text_of(value: Any) -> str:
    """Any value as a text, always the same one."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, list | dict)
