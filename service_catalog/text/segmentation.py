"""Segmentation: folded text into the tokens that both engines index and look for.

Words carry meaning; bigrams guard against a word boundary that differs between a query and a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

import rjieba

from service_catalog.text.characters import IDEOGRAPHIC
from service_catalog.text.folding import fold

_RUN: Final = re.compile(rf"([{IDEOGRAPHIC}]+)|[^\s{IDEOGRAPHIC}]+")
"""A run without spaces between its words (group 1), or one word of a spaced script."""

_NOT_IDEOGRAPHIC: Final = re.compile(rf"[^{IDEOGRAPHIC}]")

_HMM: Final = False
"""Leave out jieba's guesser of unknown words. What it guesses depends on the neighbours: in the seed's names
it makes 新办 sixteen times and 证新办 once, 卡补卡, 及律. A character that stays alone is the same token in
every name and query, and the bigrams join it to its neighbours. What should be a word belongs in the
dictionary.
"""


class Segmenter:
    """Cuts folded text with jieba's own dictionary and the words given. Immutable; threads may share it.

    ``words`` maps a word to how often it occurs, or to None if that is not known. Words are folded first;
    those that are not wholly ideographic or have one character are left out, since no run could hold them. A
    word is never made rarer than the dictionary has it, nor so rare that it would be cut up when it stands
    alone. The same words, in any order and any process, give the same tokens. Holds about 25 MB.
    """

    def __init__(self, words: Mapping[str, int | None]) -> None:
        self._jieba = rjieba.Jieba()
        for word, count in _shortest_first(words):
            self._jieba.add_word(word, max(count, self._jieba.suggest_freq(word)), None)

    def words(self, folded: str) -> list[str]:
        """Search-mode tokens in order, repeats kept: a long word comes after the shorter words inside it.

        ``folded`` comes from ``fold``. A run of Latin letters and digits is one token, whatever the
        dictionary holds. No token holds white space.
        """
        if _NOT_IDEOGRAPHIC.search(folded) is None:
            return self._jieba.cut_for_search(folded, _HMM)
        return [
            token
            for run, ideographic in _runs(folded)
            for token in (self._jieba.cut_for_search(run, _HMM) if ideographic else [run])
        ]

    def segments(self, folded: str) -> list[str]:
        """The same cut without overlaps: put together, the segments are the text without its spaces."""
        return [
            segment
            for run, ideographic in _runs(folded)
            for segment in (self._jieba.cut(run, _HMM) if ideographic else [run])
        ]


def bigrams(folded: str) -> list[str]:
    """Pairs of neighbouring characters within each ideographic run, in order, repeats kept.

    A run of one character gives that character; a run of Latin letters and digits gives itself.
    """
    tokens: list[str] = []
    for run, ideographic in _runs(folded):
        if ideographic and len(run) > 1:
            tokens.extend(map("".join, pairwise(run)))
        else:
            tokens.append(run)
    return tokens


def _runs(folded: str) -> Iterator[tuple[str, bool]]:
    for match in _RUN.finditer(folded):
        yield match[0], match[1] is not None


def _shortest_first(words: Mapping[str, int | None]) -> list[tuple[str, int]]:
    """Parts before wholes: the frequency a word needs depends on the words that are there already."""
    counts: dict[str, int] = {}
    for word, count in words.items():
        folded = fold(word)
        if len(folded) > 1 and _NOT_IDEOGRAPHIC.search(folded) is None:
            counts[folded] = max(counts.get(folded, 0), count or 0)
    return sorted(counts.items(), key=lambda entry: (len(entry[0]), entry[0]))
