"""The lexicon: everyday terms, places and regions at one seq. Immutable; a new one is made when such a record
changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service_catalog.model import Kind, Meaning, Record
from service_catalog.store.base import Snapshot
from service_catalog.text import fold


@dataclass(frozen=True, slots=True)
class Region:
    """A district as search and pages need it."""

    id: str
    name: str
    short_name: str
    city: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by their folded form. ``places`` lead to regions; ``open_places`` may mean a region or something
    else."""

    seq: int
    regions: Mapping[str, Region]
    meanings: Mapping[str, tuple[Meaning, ...]]
    places: Mapping[str, tuple[str, ...]]
    open_places: Mapping[str, tuple[str, ...]]
    not_places: frozenset[str]
    longest: Mapping[str, int]
    """By first character, the length of the longest word that begins with it: most characters begin none."""

    def knows_place(self, word: str) -> bool:
        """True for a place of a region, a word that may be one, and a word that looks like one but is not."""
        return word in self.places or word in self.open_places or word in self.not_places

    def region_name(self, region: str) -> str:
        """Short name of a region, or its code where the region is not known here."""
        known = self.regions.get(region)
        return known.short_name if known else region


def make_lexicon(snapshot: Snapshot) -> Lexicon:
    """The lexicon of the catalogue as it stands in ``snapshot``."""
    regions = [revision.record for revision in snapshot.records(Kind.REGION)]
    meanings: dict[str, list[Meaning]] = {}
    for revision in snapshot.records(Kind.TERM):
        meaning = _meaning(revision.record)
        meanings.setdefault(meaning.word, []).append(meaning)
    places = _words_of(regions, "place_words", "city_words")
    open_places = _words_of(regions, "open_words")
    not_places = frozenset(_words_of(regions, "not_words"))
    return Lexicon(
        seq=snapshot.head,
        regions={record.id: _region(record) for record in regions},
        # Two districts may give one word the same target; told once, it is looked for once.
        meanings={word: tuple(dict.fromkeys(found)) for word, found in meanings.items()},
        places=places,
        open_places=open_places,
        not_places=not_places,
        longest=_longest([*meanings, *places, *open_places, *not_places]),
    )


def _longest(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        if word:
            found[word[0]] = max(found.get(word[0], 0), len(word))
    return found


def _meaning(record: Record) -> Meaning:
    target = record.content["target"]
    return Meaning(
        word=fold(record.content["word"]),
        object=fold(target.get("object", "")),
        action=fold(target.get("action") or ""),
        name=fold(target.get("name", "")),
    )


def _region(record: Record) -> Region:
    content = record.content
    return Region(
        id=record.id,
        name=content["name"],
        short_name=content.get("short_name") or content["name"],
        city=content.get("city") or "",
        area_code=content.get("area_code") or "",
    )


def _words_of(regions: list[Record], *keys: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word, region in _word_pairs(regions, keys):
        if region not in found.setdefault(word, []):
            found[word].append(region)
    return {word: tuple(ids) for word, ids in found.items()}


def _word_pairs(regions: list[Record], keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for record in regions:
        for key in keys:
            for word in record.content.get(key) or ():
                yield fold(word), record.id
