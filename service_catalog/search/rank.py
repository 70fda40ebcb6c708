"""Ranking: explainable features, most of them between 0 and 1, times the mapping's weights.

A score depends on the query, the document, the dictionary and the request, and on nothing else the index
holds. So every worker gives the same order, and the pages of one query fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_catalog.model import Candidate, Meaning, SearchRequest, Understanding
from service_catalog.search.compile import OBJECT_SHARE

RANKED = 200
"""Candidates that are ranked by features; those after them keep the engine's order. Nobody reads ten pages,
and a catalogue of many districts would spend most of its time on them."""

PRECISION = 6
"""Decimals of a score. Cursors compare scores, so they must not depend on the last bits of a float sum."""

TAIL = 1_000
"""Divides the scores of unranked candidates, so that all of them stand after the ranked (which reach at least
1.2)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its features and the score made of them."""

    candidate: Candidate
    score: float
    features: Mapping[str, float]

    @property
    def relevance(self) -> float:
        """Share of the query's information that the document holds, 0 to 1."""
        return min(1.0, self.features["relevance"])


@dataclass(frozen=True, slots=True)
class Needle:
    """What of a query is looked for in each candidate, worked out once."""

    understood: Understanding
    whole: frozenset[str]
    sound: str

    @classmethod
    def of(cls, understood: Understanding) -> Needle:
        """The needle of a query."""
        return cls(
            understood=understood,
            whole=frozenset(text for text in (understood.folded, understood.code) if text),
            sound=" " + " ".join(understood.syllables) + " " if understood.syllables else "",
        )


def rank(
    candidates: Sequence[Candidate], needle: Needle, request: SearchRequest, weights: Mapping[str, float]
) -> list[Scored]:
    """Candidates, best first; ties by id. ``candidates`` come in the engine's order."""
    if not needle.understood.bigrams:
        ranked = [_browsed(candidate, request) for candidate in candidates]
    else:
        ranked = [_scored(candidate, needle, request, weights) for candidate in candidates[:RANKED]]
        ranked += [_unranked(candidate) for candidate in candidates[RANKED:]]
    ranked.sort(key=lambda each: (-each.score, each.candidate.id))
    return ranked


def _browsed(candidate: Candidate, request: SearchRequest) -> Scored:
    """In browsing, the person's own region comes first, then what is accepted there."""
    here = 1.0 if is_accepted(candidate.facts, request.at_region) else 0.0
    own = 1.0 if candidate.facts["owner"][0] == request.at_region else 0.0
    return Scored(candidate, here + own, {"relevance": 1.0, "accepted_here": here})


def _unranked(candidate: Candidate) -> Scored:
    return Scored(candidate, round(candidate.score / TAIL, PRECISION), {"relevance": candidate.score})


def _scored(
    candidate: Candidate, needle: Needle, request: SearchRequest, weights: Mapping[str, float]
) -> Scored:
    features = _features(candidate, needle, request)
    score = 0.0
    for name, value in features.items():
        score += weights[name] * value
    return Scored(candidate, round(score, PRECISION), features)


def _features(candidate: Candidate, needle: Needle, request: SearchRequest) -> dict[str, float]:
    """Only what applies to the query: an absent feature is 0."""
    facts, understood = candidate.facts, needle.understood
    name: str = facts["name"]
    relevance = candidate.score  # above 1 where the context agrees too, 2 where a whole value does
    features = {
        "relevance": relevance,
        "tightness": min(1.0, relevance) * min(1.0, len(understood.folded) / max(len(name), 1)),
    }
    if not needle.whole.isdisjoint(facts["exact"]):
        features["exact"] = 1.0
    if understood.meanings:
        features["meaning"] = max(meaning_share(name, each) for each in understood.meanings)
    if understood.initials:
        features["pinyin"] = _sound_share(facts, needle)
    if request.at_region is not None:
        features["accepted_here"] = 1.0 if is_accepted(facts, request.at_region) else 0.0
    if understood.regions:
        features["place"] = 1.0 if facts["owner"][0] in understood.regions else 0.0
    if facts["department"]:
        features["department"] = _held_share(facts["department"][0], understood.words)
    return features


def meaning_share(name: str, meaning: Meaning) -> float:
    """How far a name is what a term points at."""
    if meaning.name:
        return 1.0 if meaning.name == name else 0.0
    if not holds_in_order(name, meaning.object):
        return 0.0
    if not meaning.action:
        return 1.0
    return 1.0 if holds_in_order(name, meaning.action) else OBJECT_SHARE


def holds_in_order(name: str, words: str) -> bool:
    """True if the characters of ``words`` occur in ``name`` in that order.

    A term's object is often a condensed form (食品经营许可 for 食品（含保健食品）经营许可), so a substring
    is too strict.
    """
    at = 0
    for character in words:
        at = name.find(character, at) + 1
        if not at:
            return False
    return True


def _held_share(text: str, words: tuple[str, ...]) -> float:
    """Share of the words that ``text`` holds."""
    held = 0
    for word in words:
        if word in text:
            held += 1
    return held / len(words) if words else 0.0


def _sound_share(facts: Mapping[str, Any], needle: Needle) -> float:
    """How well a query in Latin letters sounds like the name: the share of the name it spells, at least a
    half."""
    first: str = facts["initials"]
    letters = needle.understood.initials or ""
    if needle.sound and needle.sound in f" {facts['syllables']} ":
        return 0.5 + 0.5 * len(needle.understood.syllables) / max(len(first), 1)
    if letters in first:
        return 0.5 + 0.4 * len(letters) / max(len(first), 1)
    return 0.0


def is_accepted(facts: Mapping[str, Any], region: str | None) -> bool:
    """Whether it can be handled at ``region``: its own, accepted there, or a scenario with steps there."""
    return region is not None and (
        facts["owner"][0] == region or region in facts["modes"] or region in facts["steps_at"]
    )


def accepted_here(facts: Mapping[str, Any], region: str | None) -> tuple[bool | None, str | None]:
    """Whether the row can be handled at ``region``, and in which mode if it is another region's."""
    if region is None:
        return None, None
    mode: str | None = facts["modes"].get(region)
    return is_accepted(facts, region), mode
