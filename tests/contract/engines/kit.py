"""What the engine tests are made of: one small definition, documents, queries, and the engines themselves.

To add an engine: a class like ``EmbeddedKit``, an entry in ``KITS`` and a parameter of the fixture ``kit``.
Where an index lies is one text: a folder, or a server's address and an alias.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Protocol

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition, Field, Role
from service_catalog.engines.elastic import ElasticEngine, ElasticSettings
from service_catalog.engines.elastic_client import ServerSettings
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.model import Candidate, Clause, Document, EngineQuery, Filter, Generation

FIELDS = (
    Field("id", Role.KEY, "id"),
    Field("owner", Role.FILTER, "owner"),
    Field("mode", Role.FILTER, "modes"),
    Field("exact", Role.EXACT, "whole names", 4.0, "test"),
    Field("words", Role.TEXT, "words", 2.0, "test"),
    Field("alias", Role.TEXT, "other words", 1.0, "test"),
)
DEFINITION = Definition(
    MappingProxyType({field.name: field for field in FIELDS}), MappingProxyType({}), 1, "m" * 64
)

TONGZHOU, HEBEI = "110112", "120105"


class EngineKit(Protocol):
    """One kind of engine over one index of its own."""

    kind: ClassVar[str]

    def open(self) -> Engine:
        """Another engine object over the same index, as another worker would have."""
        ...

    def argv(self) -> list[str]:
        """What ``elsewhere`` needs in order to open it in another process."""
        ...


@dataclass(frozen=True)
class EmbeddedKit:
    folder: Path
    definition: Definition = DEFINITION
    kind: ClassVar[str] = "embedded"

    def open(self) -> EmbeddedEngine:
        return EmbeddedEngine(self.folder, self.definition)

    def argv(self) -> list[str]:
        return [sys.executable, "-m", "tests.contract.engines.elsewhere", "embedded", str(self.folder)]


@dataclass(frozen=True)
class ElasticKit:
    """``place``: address and alias, with a space between. The status is read anew each time it is asked for:
    its age is one of the differences that are allowed."""

    place: str
    definition: Definition = DEFINITION
    kind: ClassVar[str] = "elastic"

    def open(self) -> ElasticEngine:
        url, alias = self.place.split(" ")
        server = ServerSettings((url,), timeout_s=PATIENCE_S)
        return ElasticEngine(ElasticSettings(server, alias), self.definition, status_age_s=0)

    def argv(self) -> list[str]:
        return [sys.executable, "-m", "tests.contract.engines.elsewhere", "elastic", self.place]


PATIENCE_S = 30.0
"""What an answer says is tested here, not how soon it comes: the machine may be busy."""

KITS: dict[str, Callable[[str], EngineKit]] = {
    "embedded": lambda place: EmbeddedKit(Path(place)),
    "elastic": ElasticKit,
}


def document(
    document_id: str,
    seq: int = 1,
    words: str = "",
    *,
    owner: str = TONGZHOU,
    alias: str = "",
    exact: Sequence[str] = (),
    mode: Sequence[str] = (),
) -> Document:
    """A document whose facts and fragment tell its words and seq."""
    return Document(
        id=document_id,
        seq=seq,
        fields={
            "owner": (owner,),
            "mode": tuple(mode),
            "words": tuple(words.split()),
            "alias": tuple(alias.split()),
            "exact": tuple(exact),
        },
        facts={"words": words, "seq": seq, "modes": {HEBEI: "agent"}},
        fragment=f'{{"id":"{document_id}","名称":"{words}"}}',
    )


def gone(document_id: str, seq: int) -> Document:
    """A deletion."""
    return Document(document_id, seq, deleted=True)


def generation(name: str = "g1", seq: int = 1) -> Generation:
    return Generation(name, DEFINITION.hash, "d" * 64, seq, "2026-03-01T08:30:15Z", "e1")


def serve(engine: Engine, documents: Iterable[Document], name: str = "g1", seq: int = 1) -> Engine:
    """Build a generation and let it serve."""
    engine.build(generation(name, seq), documents)
    engine.activate(name)
    return engine


def clause(
    field: str, *terms: str, weight: float = 1.0, shares: tuple[float, ...] = (), group: str = ""
) -> Clause:
    return Clause(field, terms, weight, shares, group)


def query(
    *clauses: Clause, limit: int = 1_000, floor: float = 0.0, **filters: str | tuple[str, ...]
) -> EngineQuery:
    """A query; a filter is one value or several."""
    wanted = ((name, (value,) if isinstance(value, str) else value) for name, value in filters.items())
    return EngineQuery(clauses, tuple(Filter(name, values) for name, values in wanted), limit, floor=floor)


def ids(found: Sequence[Candidate]) -> list[str]:
    return [candidate.id for candidate in found]


def words(*terms: str) -> EngineQuery:
    return query(clause("words", *terms))
