"""The engine interface: seven methods, held to one contract suite (tests/contract/engines).

An engine keeps documents and finds candidates. It knows nothing of records, ranking or people. It raises only
``EngineError`` and its children, speaks only ``model`` values, and may be thrown away and rebuilt at any
time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from service_catalog.model import AppliedCounts, Document, EngineQuery, EngineStatus, Found, Generation


class Engine(Protocol):
    """A search engine over one index shared by several processes.

    ``place`` names that index: the same in every process that shares it, and in no other.
    """

    @property
    def place(self) -> str: ...

    def search(self, query: EngineQuery, *, generation: str | None = None) -> Found:
        """At most ``query.limit`` documents, the best of them as candidates, of the serving generation or the
        one that is named.

        Blank queries (no clause) find every document that passes the filters, score 0, by id. An answer is
        whole or there is none.
        Raises EngineDamagedError when the index cannot be read, EngineUnavailableError when the engine's
        server gives no whole answer in time, EngineError when nothing serves.
        """
        ...

    def apply(
        self, documents: Sequence[Document], *, seq: int, generation: str | None = None
    ) -> AppliedCounts:
        """Write ``documents`` into a generation (the serving one if None) and move its seq to ``seq``, as one
        step.

        Deleted documents disappear. Idempotent. Nothing happens if the engine's seq is already ≥ ``seq``.
        After it returns, ``search`` of this process sees the documents. Documents that the engine will never
        take are told in the counts and left out.
        Raises EngineBusyError when another process is writing, EngineUnavailableError as ``search`` does.
        """
        ...

    def build(self, generation: Generation, documents: Iterable[Document]) -> AppliedCounts:
        """Build ``generation`` aside, not serving, at ``generation.seq``; ``applied`` is how many documents
        it holds.

        On any failure nothing remains of it. Of a build that was killed the name remains among the
        ``unfinished``, to be dropped, unless the engine sees to that itself.
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
