"""The watcher: views of an index that others keep level, as the indexer does with a server's.

A worker that answers searches only looks. Were each to apply changes, as they do with files of their own, the
server would be written to by all of them, and searches would wait for it.
"""

from __future__ import annotations

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.building import made_by
from service_catalog.indexing.viewing import View, Words, freshness_of, is_from
from service_catalog.model import EngineStatus
from service_catalog.model.errors import EngineError, EngineUnavailableError, SearchUnavailableError
from service_catalog.store.base import Store

WHAT_TO_DO = "请运行 catalog index --follow，它会建立索引并使其跟上变更"


class Watcher:
    """See ``viewing.Viewer``. Safe to share between threads."""

    engine: Engine
    definition: Definition
    needs_indexer = True

    def __init__(self, store: Store, engine: Engine, definition: Definition, words: Words) -> None:
        self.engine, self.definition = engine, definition
        self._store, self._words = store, words
        self._view: View | None = None

    def view(self) -> View:
        """The state as it was seen last.

        Raises EngineUnavailableError when the server does not answer, SearchUnavailableError when nothing
        that was made from this log serves there.
        """
        head, status, known = self._store.head(), self.engine.status(), self._view
        is_same = known is not None and known.status is status and known.freshness.head == head
        if known is not None and is_same and known.freshness.age_s == 0:
            return known  # nothing was seen or written since: saves asking the store for its epoch
        if status.error is not None:
            raise EngineUnavailableError(status.error)
        if status.generation is None:
            raise SearchUnavailableError(f"搜索服务器上还没有索引；{WHAT_TO_DO}")
        if not is_from(self._store, self._words, status):
            raise SearchUnavailableError(f"搜索服务器上的索引不是由这个数据库建立的；{WHAT_TO_DO}")
        if status.generation.mapping != made_by(self.definition):
            # It may lack a field, and a filter on that would find nothing: "that district has no services".
            raise SearchUnavailableError(f"搜索服务器上的索引由另一版本的程序建立；{WHAT_TO_DO}")
        self._view = View(
            engine=self.engine,
            status=status,
            freshness=freshness_of(self._store, status, head),
            lexicon=self._words.lexicon(),
            dictionary=self._words.dictionary(status.generation.dictionary),
        )
        return self._view

    def warm(self) -> None:
        """Open all that a first search would have to open."""
        self.view()

    def failed(self, view: View, error: EngineError) -> None:
        """There is nothing else to answer from."""
        raise error

    def answering(self) -> EngineStatus:
        """The engine's status."""
        return self.engine.status()

    @property
    def trouble(self) -> str | None:
        """What the server was last found to fail with."""
        return self.engine.status().error

    def close(self) -> None:
        """Let go of connections."""
        self.engine.close()
