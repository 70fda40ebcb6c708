"""Pinyin of names, and Latin queries cut into syllables. Without tones; ü is written v, as keyboards do.

Readings come from pypinyin, which takes 60 MB and is therefore loaded by the first call of ``syllables``
only; what queries need works from the table of syllables alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate, pairwise
from typing import Final

_LONGEST_SYLLABLE: Final = 6
_BOUNDARIES: Final = re.compile(r"[\s'’-]+")
_Cost = tuple[int, int]


def syllables(words: Sequence[str]) -> list[str]:
    """The reading of a segmented, folded name (``Segmenter.segments``), one lower-case syllable a character.

    Runs of Latin letters and digits, and characters without a known reading, stay as they are. Each word is
    read as a word; entries of readings.txt go first, also where several whole words make one up.
    """
    return [syllable for piece in _pieces(words) for syllable in _read(piece)]


def initials(syllables: Sequence[str]) -> str:
    """The first letters of syllables (社会保障卡: ``shbzk``); what is no syllable (c1, 24) stays whole."""
    legal = _legal_syllables()
    return "".join(syllable[0] if syllable in legal else syllable for syllable in syllables)


def split_syllables(latin: str) -> list[str] | None:
    """Cut Latin letters into syllables; None if that cannot be done, or there is nothing to cut.

    Spaces, apostrophes and hyphens are boundaries, tone marks are ignored, lue and nue are understood as lve
    and nve. Of several ways the one with the fewest syllables; then the one with the fewest syllables that
    begin with a vowel, an (安, 案) apart; then the one whose first syllables are longest. That finds the
    spoken syllables of 98 % of the seed's names written without a space.
    """
    spoken: list[str] = []
    for part in _BOUNDARIES.split(_plain(latin)):
        split = _split_part(part)
        if split is None:
            return None
        spoken.extend(split)
    return spoken or None


def looks_like_pinyin(folded: str) -> bool:
    """Whether folded text can be read as pinyin: two letters or more that cut into syllables wholly."""
    return len(folded) > 1 and split_syllables(folded) is not None


@lru_cache(maxsize=8_192)
def _read(piece: str) -> tuple[str, ...]:
    """The reading of one word. Kept, since names are made of few words and pypinyin takes 25 µs for each."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 59 MB that a worker which only searches never needs

    return _readings().get(piece) or tuple(lazy_pinyin(piece))


def _pieces(words: Sequence[str]) -> list[str]:
    """The words, cut anew around entries of readings.txt: within a word, or where whole words make one up.

    An entry that would tear a word apart is none: 许多 and 重要 do not hold 多重.
    """
    text = "".join(words)
    boundaries = {0, *accumulate(map(len, words))}
    for match in _known_readings().finditer(text):
        inside = boundaries.intersection(range(match.start() + 1, match.end()))
        if not inside or boundaries.issuperset(match.span()):
            boundaries -= inside
            boundaries.update(match.span())
    return [text[start:end] for start, end in pairwise(sorted(boundaries))]


def _plain(latin: str) -> str:
    """Lower-case letters without tone marks, v for ü."""
    decomposed = unicodedata.normalize("NFD", latin.lower()).replace("u\u0308", "v")
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return letters.replace("lue", "lve").replace("nue", "nve")


def _split_part(part: str) -> list[str] | None:
    """Best split of letters without a boundary, found from the end: ``best[i]`` belongs to ``part[i:]``."""
    legal = _legal_syllables()
    best: list[tuple[_Cost, int] | None] = [None] * len(part) + [((0, 0), 0)]
    for start in range(len(part) - 1, -1, -1):
        for end in range(min(start + _LONGEST_SYLLABLE, len(part)), start, -1):
            rest = best[end]
            if rest is None or part[start:end] not in legal:
                continue
            cost = (rest[0][0] + 1, rest[0][1] + _begins_with_vowel(part[start:end]))
            known = best[start]
            if known is None or cost < known[0]:
                best[start] = (cost, end)
    return _walk(part, best)


def _walk(part: str, best: list[tuple[_Cost, int] | None]) -> list[str] | None:
    split: list[str] = []
    start = 0
    while start < len(part):
        step = best[start]
        if step is None:
            return None
        split.append(part[start : step[1]])
        start = step[1]
    return split


def _begins_with_vowel(syllable: str) -> bool:
    return syllable[0] in "aeo" and syllable != "an"


@cache
def _legal_syllables() -> frozenset[str]:
    """Every syllable of standard Chinese but m, n, ng and hm, with which nearly any letters would split."""
    return frozenset(_lines("syllables.txt"))


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Words that pypinyin or the segmentation would have read wrongly."""
    entries = (line.split("\t") for line in _lines("readings.txt"))
    return {word: tuple(reading.split()) for word, reading in entries}


@cache
def _known_readings() -> re.Pattern[str]:
    longest_first = sorted(_readings(), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)))


def _lines(name: str) -> list[str]:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
