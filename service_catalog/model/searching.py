"""Search in neutral values. No engine's syntax crosses these lines in either direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_QUERY_CHARACTERS = 256
"""Longest query after folding. Longer ones are refused, never cut in silence (design section 7)."""

MAX_CANDIDATES = 1_000
"""Most documents one search looks at; ``total`` and facets count within it (design section 7)."""

MAX_BROWSED = 5_000
"""The same without a query. Browsing lists rather than ranks, so a district's whole list should fit: the seed
has 1,215 documents."""

FACETS = ("kind", "item_type", "department", "theme", "object", "mode")
"""Filters that also come back as facets. ``owner_region`` filters too, but is a choice made before the
search."""


Values = Mapping[str, tuple[str, ...]]
"""Filter fields of a document and their values; fields without any may be missing."""


class Confidence(StrEnum):
    """How far the first hit can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a caller asks for, already checked.

    ``at_region``: where the person stands; never removes a row. ``owner_region``: whose matter; filters.
    ``mode``: the mode at ``at_region`` if that is given, else at any region. ``cursor`` continues an earlier
    page of the same request."""

    text: str = ""
    at_region: str | None = None
    owner_region: str | None = None
    kind: str | None = None
    item_type: str | None = None
    department: str | None = None
    theme: str | None = None
    object: str | None = None
    mode: str | None = None
    limit: int = 20
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """Documents whose ``field`` holds any of ``terms`` match, and score ``weight`` × the sum of those terms'
    shares.

    ``shares`` go with ``terms``; empty means 1.0 each. Clauses of one ``group`` are added up; groups are
    alternatives, of which the best counts: a name and an alias that hold the same words are one piece of
    evidence, not two. Shares replace BM25: a score then depends on the query and the document alone, so that
    it is the same in every process and engine, whatever else the index holds."""

    field: str
    terms: tuple[str, ...]
    weight: float
    shares: tuple[float, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Only documents whose ``field`` holds one of ``values`` remain. Adds nothing to the score."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """What an engine is asked. At least one clause must match; without clauses every document matches
    (browse).

    A document's score is that of its best group of clauses; those under ``floor`` are left out.
    ``preferences`` add to the score of documents that match them, and find none themselves. ``limit``: how
    many documents are found at most; ``best``: how many of them come back as candidates, the others are only
    counted. Reading a document costs twenty times what counting it does. ``after`` is for reading through
    all documents: where one browses, only ids behind it come.
    """

    clauses: tuple[Clause, ...] = ()
    filters: tuple[Filter, ...] = ()
    limit: int = MAX_CANDIDATES
    best: int = MAX_BROWSED
    floor: float = 0.0
    preferences: tuple[Clause, ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """An item or scenario as an engine holds it.

    ``seq`` is the log position it was made at (the external version). ``fields`` are the tokens and values
    named in the mapping, ``facts`` what ranking looks at beside the values of filter fields, ``fragment`` the
    JSON object a hit shows, as text."""

    id: str
    seq: int
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    fragment: str = "{}"
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document an engine found, with the engine's score and the values of its filter fields."""

    id: str
    score: float
    facts: Mapping[str, Any]
    fragment: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine found.

    ``candidates``: the best, by (score descending, id). ``total``: number of documents found, those among
    them. ``groups``: by group of filter fields (``definition.Field.group``), which values in these fields the
    documents found have, and how many of them have exactly these."""

    candidates: Sequence[Candidate]
    total: int
    groups: Mapping[str, Sequence[tuple[Values, int]]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One build of the index.

    ``mapping`` and ``dictionary`` are hashes; ``seq`` is where the build began, in the log named ``epoch``.
    """

    name: str
    mapping: str
    dictionary: str
    seq: int
    built_at: str
    epoch: str = ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What an engine says of itself.

    ``generation`` is None when nothing serves. ``generations``: names of all that are whole;
    ``unfinished``: names of what a build that is under way, or was killed, has left so far."""

    name: str
    generation: Generation | None
    seq: int
    documents: int
    generations: tuple[str, ...] = ()
    error: str | None = None
    unfinished: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppliedCounts:
    """What became of a batch of documents."""

    applied: int
    stale: int = 0
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Freshness:
    """How current an answer is. ``age_s``: seconds since the oldest change not yet in the engine, 0.0 when
    level."""

    engine: str
    seq: int
    head: int
    age_s: float
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term points at: an object and perhaps an action, or a whole name. All folded, for matching."""

    word: str
    object: str = ""
    action: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A query as understood: what was typed, folded, and cut into what the engine can look for.

    ``code``: the query as a code, if it looks like one. ``syllables`` and ``initials``: the query as pinyin.
    ``regions``: districts whose place words it holds. ``open_place``: a word that may mean a district or
    something else. ``meanings``: terms it holds and what they point at."""

    text: str
    folded: str
    words: tuple[str, ...] = ()
    bigrams: tuple[str, ...] = ()
    code: str | None = None
    syllables: tuple[str, ...] = ()
    initials: str | None = None
    regions: tuple[str, ...] = ()
    open_place: str | None = None
    meanings: tuple[Meaning, ...] = ()
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a hit is there: a stable code for machines, a Chinese sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked candidate."""

    candidate: Candidate
    score: float
    reasons: tuple[Reason, ...]
    accepted_here: bool | None
    mode_here: str | None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with the number of hits that carry it, its own filter left out."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of an answer. ``changed``: the log moved since the first page, so pages may overlap or miss a
    row."""

    understanding: Understanding
    confidence: Confidence
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    next_cursor: str | None
    suggestions: tuple[str, ...]
    freshness: Freshness
    changed: bool = False
