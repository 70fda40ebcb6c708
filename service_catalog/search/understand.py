"""Understanding a query: what was typed becomes values the engine and the ranking can work with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.lexicon import Lexicon
from service_catalog.model import Meaning, Understanding
from service_catalog.model.errors import Fault, InvalidRequestError
from service_catalog.model.searching import MAX_QUERY_CHARACTERS
from service_catalog.text import bigrams, fold, fold_code, split_syllables

_CODE = re.compile(r"(?=[A-Z-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*")
"""Letters, digits and dashes with at least one digit: TZ0915, HB-YJS-18, 110112-TZ0915, the national
codes."""

_LATIN = re.compile(r"[a-zü' ]+")

MAX_INITIALS = 30
"""Initials longer than this are no abbreviation; the longest name of the seed has 41 characters, the median
12."""


def understand(text: str, dictionary: Dictionary, lexicon: Lexicon) -> Understanding:
    """Understand ``text``. Never fails for any Unicode text within the limit.

    Raises InvalidRequestError if it is longer than 256 characters after folding.
    """
    folded = fold(text)
    if len(folded) > MAX_QUERY_CHARACTERS:
        message = f"搜索词最多 {MAX_QUERY_CHARACTERS} 个字，现在是 {len(folded)} 个"
        raise InvalidRequestError(message, faults=(Fault("q", message, "请只写要办的事"),))
    is_latin = _LATIN.fullmatch(folded) is not None
    code = fold_code(text)
    found = _found(folded, lexicon)
    matter = _without(folded, found.places)
    return Understanding(
        text=text,
        folded=folded,
        words=tuple(dict.fromkeys(dictionary.segmenter.segments(matter))),
        bigrams=tuple(dict.fromkeys(bigrams(matter))),
        code=code if _CODE.fullmatch(code) else None,
        syllables=tuple(split_syllables(folded) or ()) if is_latin else (),
        initials=_initials(folded) if is_latin else None,
        regions=found.regions,
        open_place=found.open_place,
        meanings=found.meanings,
    )


def _initials(folded: str) -> str | None:
    letters = folded.replace(" ", "")
    return letters if 2 <= len(letters) <= MAX_INITIALS else None


@dataclass(frozen=True, slots=True)
class _Found:
    places: tuple[str, ...]
    regions: tuple[str, ...]
    open_place: str | None
    meanings: tuple[Meaning, ...]


def _found(folded: str, lexicon: Lexicon) -> _Found:
    """Places and terms in the text, by longest match: a word inside a longer found word of its sort does not
    count."""
    places: list[str] = []
    meanings: list[Meaning] = []
    open_place: str | None = None
    place_end = term_end = 0
    for start in range(len(folded)):
        longest = lexicon.longest.get(folded[start], 0)
        for end in range(min(len(folded), start + longest), start, -1):
            word = folded[start:end]
            if end > term_end and word in lexicon.meanings:
                meanings.extend(lexicon.meanings[word])
                term_end = end
            if end <= place_end or not lexicon.knows_place(word):
                continue
            place_end = end
            if word in lexicon.places:
                places.append(word)
            elif word in lexicon.open_places:
                open_place = word
    regions = dict.fromkeys(region for word in places for region in lexicon.places[word])
    return _Found(tuple(places), tuple(regions), open_place, tuple(meanings))


def _without(folded: str, places: tuple[str, ...]) -> str:
    """What the query asks about: its text without the places, which say where and not what."""
    rest = folded
    for place in places:
        rest = rest.replace(place, " ")
    return rest
