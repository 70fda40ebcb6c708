"""Ranking: explainable features, most of them between 0 and 1, times the mapping's weights.

A score depends on the query, the document, the dictionary and the request, and on nothing else the index
holds. So every worker gives the same order, and the pages of one query fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_catalog.model import Candidate, Meaning, SearchRequest, Understanding, Values
from service_catalog.search.compile import OBJECT_SHARE

RANKED = 100
"""Candidates that are ranked by features, and the most that one page shows; those after them keep the
engine's order, and are read only when somebody turns to them."""

PRECISION = 6
"""Decimals of a score. Cursors compare scores, so they must not depend on the last bits of a float sum."""

TAIL = 1_000
"""Divides the scores of unranked candidates, so that all of them stand after the ranked (which reach at least
1.2)."""

NOWHERE: Sequence[str] = ()


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
    departments: dict[str, float] = field(default_factory=dict)
    """Share of the query's words that a department's name holds: many rows, few departments."""

    @classmethod
    def of(cls, understood: Understanding) -> Needle:
        """The needle of a query."""
        return cls(
            understood=understood,
            whole=frozenset(text for text in (understood.folded, understood.code) if text),
            sound=" " + " ".join(understood.syllables) + " " if understood.syllables else "",
        )

    def share_held(self, department: str) -> float:
        """Share of the query's words that the name of a department holds."""
        share = self.departments.get(department)
        if share is None:
            words = self.understood.words
            share = sum([word in department for word in words]) / len(words) if words else 0.0
            self.departments[department] = share
        return share


def rank(
    candidates: Sequence[Candidate], needle: Needle, request: SearchRequest, weights: Mapping[str, float]
) -> list[Scored]:
    """Candidates, best first; ties by id. ``candidates`` come in the engine's order."""
    if not needle.understood.bigrams:
        return [Scored(each, each.score, {"relevance": 1.0}) for each in candidates]
    ranked = [_scored(candidate, needle, request, weights) for candidate in candidates[:RANKED]]
    ranked += [_unranked(candidate) for candidate in candidates[RANKED:]]
    ranked.sort(key=lambda each: (-each.score, each.candidate.id))
    return ranked


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
    facts, values, understood = candidate.facts, candidate.values, needle.understood
    name: str = facts["name"]
    relevance = candidate.score  # above 1 where the context agrees too, 2 where a whole value does
    share = min(relevance, 1.0)
    features = {
        "relevance": relevance,
        "tightness": share * min(1.0, len(understood.folded) / max(len(name), 1)),
    }
    if _is_whole(facts, needle.whole):
        features["exact"] = 1.0
    if understood.meanings:
        features["meaning"] = max([meaning_share(name, each) for each in understood.meanings])
    if understood.initials:
        features["pinyin"] = _sound_share(facts, needle)
    if request.at_region is not None:
        features["accepted_here"] = 1.0 if is_accepted(values, request.at_region) else 0.0
    if understood.regions:
        features["place"] = 1.0 if values["owner"][0] in understood.regions else 0.0
    for department in values.get("department", NOWHERE):
        features["department"] = needle.share_held(department)
    return features


def _is_whole(facts: Mapping[str, Any], whole: frozenset[str]) -> bool:
    return facts["name"] in whole or not (
        whole.isdisjoint(facts["aliases"]) and whole.isdisjoint(facts["codes"])
    )


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


def is_accepted(values: Values, region: str) -> bool:
    """Whether it can be handled at ``region``: its own, accepted there, or a scenario with steps there."""
    return values["owner"][0] == region or region in values.get("accepted_at", NOWHERE)


def mode_at(values: Values, region: str) -> str | None:
    """The mode in which another region's item is handled at ``region``; None if that is not known."""
    end = f"@{region}"
    return next((mode.removesuffix(end) for mode in values.get("mode", NOWHERE) if mode.endswith(end)), None)
