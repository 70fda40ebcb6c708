"""Views: what one search works with. Whoever keeps an engine level with the log gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition
from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.lexicon import Lexicon, make_lexicon
from service_catalog.model import EngineStatus, Freshness, Kind
from service_catalog.model.errors import EngineError, NotFoundError
from service_catalog.store.base import Store


@dataclass(frozen=True, slots=True)
class View:
    """What one search works with: engine, lexicon and dictionary that belong together."""

    engine: Engine
    status: EngineStatus
    freshness: Freshness
    lexicon: Lexicon
    dictionary: Dictionary


class Viewer(Protocol):
    """Gives views of an engine's index. Safe to share between threads; one per process, made after a fork."""

    engine: Engine
    definition: Definition
    needs_indexer: bool
    """Whether the index stays level only while ``catalog index --follow`` runs somewhere."""

    def view(self) -> View:
        """The state to answer from; ``freshness`` says how current it is.

        Raises SearchUnavailableError while nothing serves.
        """
        ...

    def warm(self) -> None:
        """Open all that a first search would have to open. Raises as ``view`` does."""
        ...

    def failed(self, view: View, error: EngineError) -> None:
        """Told that a search on ``view`` failed. Returns if the next view may do better, else raises
        ``error``."""
        ...

    def answering(self) -> EngineStatus:
        """The status of the engine that answers at the moment."""
        ...

    @property
    def trouble(self) -> str | None:
        """What goes wrong at the moment, in words; None if nothing does."""
        ...

    def close(self) -> None:
        """Let go of the engine's files and connections."""
        ...


class Words:
    """Lexicon and dictionaries, read when they are needed and kept while they are current."""

    def __init__(self, store: Store, *, dictionaries: int = 1) -> None:
        """``dictionaries``: how many to keep, one for each index in use; each holds a segmenter of 25 MB."""
        self._store = store
        self._most = dictionaries
        self._dictionaries: Mapping[str, Dictionary] = {}
        self._lexicon: Lexicon | None = None

    def lexicon(self) -> Lexicon:
        """The lexicon as the log stands."""
        newest = self._store.head((Kind.TERM, Kind.REGION))
        if self._lexicon is None or self._lexicon.seq < newest:
            with self._store.snapshot() as snapshot:
                self._lexicon = make_lexicon(snapshot)
        return self._lexicon

    def dictionary(self, name: str) -> Dictionary:
        """The dictionary of a generation. Raises NotFoundError."""
        loaded = self._dictionaries.get(name)
        if loaded is None:
            loaded = Dictionary.from_json(name, self._store.dictionary(name))
            kept = list(self._dictionaries.items())[-self._most + 1 :] if self._most > 1 else []
            self._dictionaries = dict(kept) | {name: loaded}
        return loaded


def is_from(store: Store, words: Words, status: EngineStatus) -> bool:
    """True if something sound serves and was made from this log.

    An index left over from another store, or from before a backup was restored, may hold rows that never
    were.
    """
    if status.error is not None or status.generation is None:
        return False
    if status.generation.epoch != store.epoch() or status.seq > store.head():
        return False
    try:
        words.dictionary(status.generation.dictionary)
    except NotFoundError:
        return False
    return True


def freshness_of(store: Store, status: EngineStatus, head: int) -> Freshness:
    """How current an index is that is at ``status`` while the log is at ``head``."""
    age_s = 0.0
    if status.seq < head and (missing := store.changes(status.seq, 1)):
        written = datetime.fromisoformat(missing[0].changed_at.replace("Z", "+00:00"))
        age_s = max(0.001, round((datetime.now(UTC) - written).total_seconds(), 3))
    return Freshness(engine=status.name, seq=status.seq, head=head, age_s=age_s)
