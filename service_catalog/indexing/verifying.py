"""Whether a new generation holds what it was given: counted, added up and asked, before it may serve."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service_catalog.engines.base import Engine
from service_catalog.model import Candidate, Clause, Document, EngineQuery
from service_catalog.model.errors import EngineError

PAGE = 2_000
"""Documents read back at once: about 5 MB."""

GOLDEN = 20
"""Names that a new generation must answer with the very document. Spread evenly by a hash of the id."""

Place = tuple[str, str]
"""Region and kind."""


@dataclass(slots=True)
class Tally:
    """What passed by: how many documents of each region and kind, and a sum over (id, sources).

    ``sources`` is the digest of the ids and versions that a document was made of. The sum does not depend on
    the order, so that documents may come as they are written and be read back as they are stored.
    """

    counts: Counter[Place] = field(default_factory=Counter)
    digest: int = 0
    golden: list[tuple[int, str, str]] = field(default_factory=list)
    """Of the sample: minus the hash, id and folded name; a heap, so that the smallest hashes remain."""

    def passing(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, each counted."""
        for document in documents:
            place = document.fields["owner"][0], document.fields["kind"][0]
            self._add(document.id, place, str(document.facts["sources"]))
            self._sample(document)
            yield document

    def read(self, candidates: Iterable[Candidate]) -> str:
        """Count what was read back; returns the last id."""
        last = ""
        for each in candidates:
            self._add(each.id, (each.values["owner"][0], each.values["kind"][0]), str(each.facts["sources"]))
            last = each.id
        return last

    def _add(self, document_id: str, place: Place, sources: str) -> None:
        self.counts[place] += 1
        self.digest += _number(document_id, sources)

    def _sample(self, document: Document) -> None:
        if not document.facts["name"]:
            return  # a name of signs only, which nothing finds
        entry = (-_number(document.id, ""), document.id, str(document.facts["name"]))
        if len(self.golden) < GOLDEN:
            heapq.heappush(self.golden, entry)
        else:
            heapq.heappushpop(self.golden, entry)


def require_whole(engine: Engine, generation: str, given: Tally) -> None:
    """Raise EngineError unless ``generation`` holds, region by region and kind by kind, what it was given."""
    held, after = Tally(), ""
    while True:
        query = EngineQuery(limit=PAGE, best=PAGE, after=after)
        page = engine.search(query, generation=generation).candidates
        after = held.read(page)
        if len(page) < PAGE:
            break
    if +held.counts != +given.counts:
        raise EngineError(f"新索引的数量不符，未启用：应有 {_told(given)}，实有 {_told(held)}")
    if held.digest != given.digest:
        raise EngineError("新索引的内容与数据库不符（编号与版本的摘要不同），未启用")


def require_answers(engine: Engine, generation: str, asked: Tally, gone: frozenset[str]) -> None:
    """Raise EngineError unless names of the sample find their documents. ``gone``: changed meanwhile."""
    for _, document_id, name in asked.golden:
        if document_id in gone:
            continue
        query = EngineQuery(clauses=(Clause("exact", (name,), 1.0),))
        found = engine.search(query, generation=generation).candidates
        if document_id not in [each.id for each in found]:
            raise EngineError(f"新索引以事项名称搜不到 {document_id}，未启用")


def _number(document_id: str, sources: str) -> int:
    digest = hashlib.blake2b(f"{document_id} {sources}".encode(errors="replace"), digest_size=16)
    return int.from_bytes(digest.digest(), "big")


def _told(tally: Tally) -> str:
    return (
        "、".join(f"{region} {kind} {count}" for (region, kind), count in sorted(tally.counts.items())) or "0"
    )
