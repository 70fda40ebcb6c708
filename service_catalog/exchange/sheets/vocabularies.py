"""Words of closed lists, both ways: what a cell says (行政许可, 是, 工作日) and what a record holds.

The lists of our own vocabulary are here; those of the national code tables come from the seed; a profile may
add words of its own, which then come first when a value is shown.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from service_catalog.catalog.counterparts.likeness import BASES
from service_catalog.catalog.labels import Labels
from service_catalog.text.folding import fold

WORDS: Mapping[str, Mapping[str, Any]] = {
    "yes_no": {"是": True, "否": False},
    "object": {
        "自然人": "natural_person",
        "法人": "legal_person",
        "个人": "natural_person",
        "企业和组织": "legal_person",
    },
    "form": {"原件": "original", "复印件": "copy", "电子": "electronic", "表格": "form"},
    "necessity": {"必要": "required", "视情形": "conditional", "容缺后补": "deferrable"},
    "period": {"工作日": "working_day", "自然日": "calendar_day"},
    "result": {
        "证照": "certificate",
        "批复": "approval",
        "登记": "registration",
        "备案": "record",
        "资金": "payment",
        "无": "none",
    },
    "status": {"在用": "active", "暂停": "suspended"},
    "source": {"官方": "official", "参考": "reference", "示例": "sample"},
    "relation": {
        "本区事项": "own",
        "对方办理": "foreign",
        "参考对方": "stands_for",
        "目录外": "outside",
    },
    "mode": {
        "全程网办": "online",
        "异地代收代办": "agent",
        "多地联办": "joint",
        "云窗口": "remote_window",
        "自助终端": "kiosk",
    },
    "basis": {label: code for code, label in BASES.items()},
    "word_kind": {
        "口语": "colloquial",
        "人生事件": "life_event",
        "简称": "abbreviation",
        "同义词": "synonym",
    },
}
"""Words by list. Of several words for one value the first is shown."""

FREE = ("basis", "word_kind")
"""Lists whose fields also take words of one's own, as they are."""

OPEN = ("item_type", "theme")
"""Lists of the national code tables; a profile may add to them."""

LONGEST_CHOICES = 250
"""Characters that a drop-down list can hold in a workbook (255, with the quotes)."""

NEAR = 0.3
"""Likeness (difflib) from which a word is offered as what was meant; the words are short."""

SHORT_LIST = 16
"""Words of a list that a hint tells all of."""


def labels_of(codes: Collection[str]) -> Mapping[str, str]:
    """The first word for each code of a closed list, given by its codes; empty if it is none of ours."""
    for words in WORDS.values():
        if set(codes) <= set(map(str, words.values())):
            return {code: next(word for word, its in words.items() if str(its) == code) for code in codes}
    return {}


class Vocabulary:
    """One list of words. A value is also accepted as the code itself, and as a hint names it."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._values = dict(words)
        self._folded = {_folded(word): value for word, value in words.items()}
        self._shown: dict[Any, str] = {}
        for word, value in words.items():
            self._shown.setdefault(value, word)
        self._codes = {str(value): value for value in words.values() if isinstance(value, str)}
        self._by_hint = {_folded(self._explained(value)): value for value in self._shown}

    def value(self, word: str) -> Any:
        """The value of a word. Raises KeyError."""
        for written in _as_written(word):
            for words in (self._values, self._codes):
                if written in words:
                    return words[written]
        folded = _folded(word)
        return self._folded[folded] if folded in self._folded else self._by_hint[folded]

    def word(self, value: Any) -> str | None:
        """The word to show for a value; None if the list has none."""
        is_plain = isinstance(value, str | bool)
        return self._shown.get(value) if is_plain else None

    def nearest(self, word: str) -> str:
        """The word that comes nearest, and all words of a short list."""
        known = [self._explained(value) for value in self._shown]
        group, ends = self._ends(word)
        near = difflib.get_close_matches(word.removeprefix(group), ends, n=1, cutoff=NEAR)
        near = [group + end for end in near]
        said = [f"最接近的是“{self._explained(self.value(near[0]))}”"] if near else []
        if len(known) <= SHORT_LIST or not near:
            said.append("可用的值：" + "、".join(known[:SHORT_LIST]))
        return "；".join(said)

    def _ends(self, word: str) -> tuple[str, list[str]]:
        """A word's group (自然人：), and what its words go on with, among which the nearest is looked for;
        "" and all words if it has none."""
        words = [*self._values, *self._codes]
        group = word.partition("：")[0] + "："
        ends = [each.removeprefix(group) for each in words if each.startswith(group)]
        return (group, ends) if ends else ("", words)

    def _explained(self, value: Any) -> str:
        """The word of a value; where a code stands for it in tables, code and word: 01 行政许可."""
        word = self._shown[value]
        if word.isdecimal():
            others = [each for each, its in self._values.items() if its == value and not each.isdecimal()]
            return f"{word} {others[0]}" if others else word
        code = str(value).rpartition(":")[2]
        return f"{code} {word}" if code.isdecimal() else word

    @property
    def choices(self) -> tuple[str, ...]:
        """The words to choose from, none if they are too many for a drop-down list."""
        words = tuple(self._shown.values())
        is_short = sum(len(word) + 1 for word in words) < LONGEST_CHOICES
        return words if is_short and not any("," in word for word in words) else ()


def make_vocabularies(labels: Labels, own: Mapping[str, Mapping[str, Any]]) -> dict[str, Vocabulary]:
    """All lists, by name: those of a profile (``own``) before ours, so that its words are shown."""
    lists: dict[str, dict[str, Any]] = {name: dict(own.get(name, {})) for name in [*WORDS, *OPEN, *own]}
    for name, words in WORDS.items():
        _add(lists[name], words)
    _add(lists["item_type"], {label: code for code, label in labels.tables.get("item_type", {}).items()})
    _add(lists["theme"], dict(_themes(labels)))
    for who in ("natural_person", "legal_person"):
        codes = labels.tables.get(f"theme_{who}", {})
        own_list = lists.setdefault(f"theme_{who}", {})
        _add(own_list, {code: f"{who}:{code}" for code in codes})
        _add(own_list, {label: f"{who}:{code}" for code, label in codes.items()})
    return {name: Vocabulary(words) for name, words in lists.items()}


def _add(words: dict[str, Any], more: Mapping[str, Any]) -> None:
    for word, value in more.items():
        words.setdefault(word, value)


def _themes(labels: Labels) -> Iterator[tuple[str, str]]:
    for who, name in (("natural_person", "自然人"), ("legal_person", "法人")):
        for code, label in labels.tables.get(f"theme_{who}", {}).items():
            yield f"{name}：{label}", f"{who}:{code}"


def _as_written(word: str) -> tuple[str, ...]:
    """Excel takes the zeros off a code; codes of a list have two or three digits."""
    return (word, word.zfill(2), word.zfill(3)) if word.isdecimal() else (word,)


def _folded(word: str) -> str:
    return fold(word).replace(" ", "")
