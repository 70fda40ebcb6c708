"""The engine interface: seven methods, held to one contract suite (tests/contract/engines).

An engine keeps documents and finds candidates. It knows nothing of records, ranking or people. It raises only
``EngineError`` and its children, speaks only ``model`` values, and may be thrown away and rebuilt at any
time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from service_catalog.model import AppliedCounts, Document, EngineQuery, EngineStatus, Found, Generation


class Engine(Protocol):
    """A search engine over one index shared by several processes."""

    def search(self, query: EngineQuery) -> Found:
        """At most ``query.limit`` documents of the serving generation, the best of them as candidates.

        Blank queries (no clause) find every document that passes the filters, score 0, by id.
        Raises EngineDamagedError when the index cannot be read, EngineError when nothing serves.
        """
        ...

    def apply(
        self, documents: Sequence[Document], *, seq: int, generation: str | None = None
    ) -> AppliedCounts:
        """Write ``documents`` into a generation (the serving one if None) and move its seq to ``seq``, as one
        step.

        Deleted documents disappear. Idempotent. Nothing happens if the engine's seq is already ≥ ``seq``.
        After it returns, ``search`` of this process sees the documents.
        Raises EngineBusyError when another process is writing.
        """
        ...

    def build(self, generation: Generation, documents: Iterable[Document]) -> int:
        """Build ``generation`` aside, not serving, at ``generation.seq``; returns how many documents it
        holds.

        On any failure nothing remains of it.
        """
        ...

    def activate(self, name: str) -> None:
        """Let the generation serve, at once for every process. The one that served before is kept."""
        ...

    def drop(self, name: str) -> None:
        """Delete a generation. Refuses the serving one with EngineError; nothing happens if it does not
        exist."""
        ...

    def status(self) -> EngineStatus:
        """What serves, at which seq, as seen now: picks up what other processes did. Never raises."""
        ...

    def close(self) -> None:
        """Let go of files and connections. Idempotent."""
        ...
