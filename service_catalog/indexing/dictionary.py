"""The dictionary: the words and counts one generation of the index was made with.

It is made once, at init, import or rebuild, stored under its hash, and used by every process for every
document and every query of the generation. Were it to grow with each record, the tokens of untouched names
would change, and two workers would score one row differently, so that pages would repeat or lose rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service_catalog.model import Kind, Record
from service_catalog.model.records import SEARCHABLE
from service_catalog.store.base import Snapshot
from service_catalog.text import Segmenter, bigrams, fold

LONGEST_WORD = 12
"""Longer entries are sentences, not words: the segmenter would swallow the words inside them."""


@dataclass(frozen=True)
class Dictionary:
    """Words for the segmenter, and in how many documents' names each character and character pair occurs."""

    words: Mapping[str, int | None]
    pairs: Mapping[str, int]
    documents: int
    hash: str = ""
    _cache: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def segmenter(self) -> Segmenter:
        """Made on first use: it costs about 0.15 s and 30 MB."""
        return Segmenter(self.words)

    def information(self, pair: str) -> float:
        """What a character or a pair tells, in nats: ln((N + 1) / (n + 0.5)), the inverse document frequency
        of BM25's family.

        A pair that occurs in no name returns 0.0: it cannot tell one name from another.
        """
        known = self._cache.get(pair)
        if known is None:
            count = self.pairs.get(pair, 0)
            known = math.log((self.documents + 1) / (count + 0.5)) if count else 0.0
            if (
                len(self._cache) < 100_000
            ):  # queries bring any pair; without a bound the cache would grow for ever
                self._cache[pair] = known
        return known

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {"words": dict(self.words), "pairs": dict(self.pairs), "documents": self.documents}

    @classmethod
    def from_json(cls, name: str, body: Mapping[str, Any]) -> Dictionary:
        """The inverse of ``as_json``."""
        return cls(words=body["words"], pairs=body["pairs"], documents=body["documents"], hash=name)


def make_dictionary(snapshot: Snapshot) -> Dictionary:
    """The dictionary of the catalogue as it stands in ``snapshot``."""
    texts: set[str] = set()
    pairs: Counter[str] = Counter()
    documents = 0
    for kind in (*SEARCHABLE, Kind.TERM, Kind.REGION):
        for revision in snapshot.records(kind):
            texts.update(_word_sources(revision.record))
            if kind in SEARCHABLE:
                documents += 1
                name = fold(revision.record.content["name"])
                pairs.update({*bigrams(name), *name})
    words = _words(texts)
    return Dictionary(
        words=dict.fromkeys(sorted(words)), pairs=dict(sorted(pairs.items())), documents=documents
    )


def _words(texts: Iterable[str]) -> set[str]:
    """Those that are words."""
    folded = {fold(text) for text in texts}
    return {word for word in folded if 2 <= len(word) <= LONGEST_WORD and word.isalnum()}


def _word_sources(record: Record) -> Iterable[str]:
    """What is worth adding to the segmenter's own 350,000: everyday terms, their objects, places,
    materials."""
    content = record.content
    if record.kind is Kind.TERM:
        target = content.get("target") or {}
        return [content.get("word", ""), *(target[key] for key in ("object", "action") if target.get(key))]
    if record.kind is Kind.REGION:
        return [*content.get("place_words", ()), *content.get("city_words", ())]
    if record.kind is Kind.ITEM:
        guide = content.get("guide") or {}
        return [material["name"] for material in guide.get("materials") or ()]
    return []
