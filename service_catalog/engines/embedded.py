"""The embedded engine: tantivy over one folder that all processes of a node share. Needs no server.

Readers map the files into memory; one process at a time writes. What serves is decided by one pointer file,
what a generation holds by the commit its ``meta.json`` names, and ``status()`` picks up a change of either.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from service_catalog.engines.definition import Definition
from service_catalog.engines.embedded_checks import Signature, signature
from service_catalog.engines.embedded_errors import describe, failing_as
from service_catalog.engines.embedded_files import IndexFolder
from service_catalog.engines.embedded_index import OpenIndex, checked, create, open_index, reloaded, write
from service_catalog.engines.embedded_search import Memory, browse, ranked, translate
from service_catalog.model import AppliedCounts, Document, EngineQuery, EngineStatus, Found, Generation
from service_catalog.model.errors import EngineDamagedError, EngineError

NAME = "embedded"

CHECK_INTERVAL_S = 0.02
"""How often ``status()`` looks at the serving files at most. Within this time a search may still touch a file
that was just cut short, which kills the process. A look costs 15–100 µs (8 to 64 files): half a percent at
worst."""


@dataclass(frozen=True, slots=True)
class _State:
    """What was seen at the last look. Replaced as one reference: no thread sees halves of two looks."""

    pointer: Signature | None
    listing: Signature | None
    opened: OpenIndex | None
    error: EngineError | None
    status: EngineStatus


NOTHING = _State(None, None, None, None, EngineStatus(name=NAME, generation=None, seq=0, documents=0))


class EmbeddedEngine:
    """``base.Engine`` on tantivy. Safe to share between threads.

    Opens files on first use, so it may be made before a fork.
    ``search`` answers from what the last ``status()`` or ``apply`` of this process saw.
    """

    def __init__(self, folder: Path, definition: Definition) -> None:
        self.place = f"{NAME} {socket.gethostname()}:{folder}"
        self._files = IndexFolder(folder)
        self._definition = definition
        self._pointer, self._listing = str(self._files.pointer), str(self._files.generations)
        self._memory = Memory()
        self._lock = threading.Lock()
        self._state = NOTHING
        self._verified: OpenIndex | None = None
        self._check_at = 0.0

    def search(self, query: EngineQuery, *, generation: str | None = None) -> Found:
        """At most ``query.limit`` documents, the best of them as candidates.

        Which documents make up the limit is certain unless more than 2,000 equal scores straddle it. A clause
        on a field that the generation was built without finds nothing; a filter on one raises EngineError.
        """
        state = self._look() if self._state is NOTHING else self._state
        opened = self._serving(state) if generation is None else self._aside(generation)
        limit = min(query.limit, opened.documents)
        if limit <= 0:
            return Found((), 0, {})
        with failing_as(EngineError, "查询无法执行"):
            translated = translate(query, self._definition, opened)
        try:
            with failing_as(EngineError, "搜索失败"):
                if not query.clauses and not query.preferences:
                    return browse(opened, translated, query, self._definition, self._memory)
                return ranked(opened, translated, limit, query.floor, query.best, self._memory)
        except EngineError:
            self._blame(opened)
            raise

    def apply(
        self, documents: Sequence[Document], *, seq: int, generation: str | None = None
    ) -> AppliedCounts:
        """One commit. Stale are documents older than the ones held, and all when ``seq`` is not new."""
        with self._files.writing(wait=False):
            opened = self._writable(generation)
            if opened.seq >= seq:
                return AppliedCounts(applied=0, stale=len(documents))
            try:
                counts = write(opened, self._definition, documents, seq)
            except EngineError:
                self._blame(opened)
                raise
        self._look(at_once=True)
        return counts

    def build(self, generation: Generation, documents: Iterable[Document]) -> AppliedCounts:
        """Raises EngineBusyError while another build runs, whichever process it is in."""
        with self._files.building(generation) as folder:
            return AppliedCounts(create(folder, generation, self._definition, documents))

    def activate(self, name: str) -> None:
        """Raises EngineError if there is no such generation, EngineDamagedError if it is not whole."""
        with self._files.writing(wait=True):
            self._open(name)
            self._files.serve(name)
            self._verified = None
        self._look(at_once=True)

    def drop(self, name: str) -> None:
        """Delete a generation. Processes that still search it finish undisturbed."""
        with self._files.writing(wait=True):
            if self._files.serving() == name:
                raise EngineError(f"索引 {name} 正在使用，不能删除")
            self._verified = None
            self._files.remove(name)

    def status(self) -> EngineStatus:
        """What serves, as seen now. Costs about 7 µs while nothing changes."""
        try:
            return self._look().status
        except BaseException as error:  # panics of tantivy are no Exceptions
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
                raise
            return replace(self._state.status, error=describe(error))

    def close(self) -> None:
        """Let go of all files. A later call opens them again."""
        with self._lock:
            self._state = NOTHING
            self._verified = None
            self._memory = Memory()

    def _serving(self, state: _State) -> OpenIndex:
        if state.error is not None:
            raise _without_traceback(state.error)
        if state.opened is None:
            raise EngineError("尚未建立搜索索引")
        return state.opened

    def _writable(self, name: str | None) -> OpenIndex:
        state = self._look(at_once=True)
        if name is None or (state.opened is not None and state.opened.generation.name == name):
            return self._serving(state)
        return self._open(name)

    def _aside(self, name: str) -> OpenIndex:
        """A generation that does not serve, kept open while it is verified: opening reads every byte."""
        opened = self._verified
        if opened is None or opened.generation.name != name:
            opened = self._open(name)
        elif signature(opened.meta_file) != opened.commit:
            opened = reloaded(opened)
        self._verified = opened
        return opened

    def _open(self, name: str) -> OpenIndex:
        if name not in self._files.names():
            raise EngineError(f"没有索引 {name}")
        return open_index(self._files.path(name), self._files.read_generation(name))

    def _look(self, *, at_once: bool = False) -> _State:
        """The state as it is on disk. ``at_once``: look at the files even if that was done a moment ago."""
        state = self._state
        if not at_once and self._is_current(state):
            return state
        with self._lock:
            if at_once or not self._is_current(self._state):
                self._state = self._next(self._state, at_once=at_once)
                self._check_at = time.monotonic() + CHECK_INTERVAL_S
            return self._state

    def _is_current(self, state: _State) -> bool:
        opened = state.opened
        return (
            state is not NOTHING
            and signature(self._pointer) == state.pointer
            and signature(self._listing) == state.listing
            and (
                opened is None
                or state.error is not None
                or (signature(opened.meta_file) == opened.commit and time.monotonic() < self._check_at)
            )
        )

    def _next(self, old: _State, *, at_once: bool) -> _State:
        # Signatures are taken first: what changes while reading is then seen as changed at the next look.
        pointer, listing = signature(self._pointer), signature(self._listing)
        opened, error, names = old.opened, old.error, old.status.generations
        try:
            with failing_as(EngineError, "搜索索引无法读取"):
                if listing != old.listing:
                    names = self._files.names()
                if pointer != old.pointer or old is NOTHING:
                    opened, error = None, None
                    opened = self._open_serving()
                elif opened is not None and error is None:
                    is_same = signature(opened.meta_file) == opened.commit and not at_once
                    opened = checked(opened) if is_same else reloaded(opened)
        except EngineError as failure:
            error = _without_traceback(failure)
            if not isinstance(failure, EngineDamagedError):
                pointer = None  # not the files' fault, such as too many open ones: try again at the next look
        return _seen(pointer, listing, opened, error, names)

    def _open_serving(self) -> OpenIndex | None:
        name = self._files.serving()
        return None if name is None else open_index(self._files.path(name), self._files.read_generation(name))

    def _blame(self, opened: OpenIndex) -> None:
        """If its files are why an index failed, remember that until another is activated: EngineDamagedError.

        Every byte is read for that. A query that tantivy cannot digest must not have the index rebuilt.
        """
        try:
            reloaded(replace(opened, files={}))
        except EngineDamagedError as damage:
            self._mark(opened, damage)
            raise

    def _mark(self, opened: OpenIndex, error: EngineDamagedError) -> None:
        with self._lock:
            state = self._state
            if state.opened is not None and state.opened.folder == opened.folder and state.error is None:
                kept = _without_traceback(error)
                self._state = replace(state, error=kept, status=replace(state.status, error=kept.detail))


def _seen(
    pointer: Signature | None,
    listing: Signature | None,
    opened: OpenIndex | None,
    error: EngineError | None,
    names: tuple[str, ...],
) -> _State:
    status = EngineStatus(
        name=NAME,
        generation=opened.generation if opened else None,
        seq=opened.seq if opened else 0,
        documents=opened.documents if opened else 0,
        generations=names,
        error=error.detail if error else None,
    )
    return _State(pointer, listing, opened, error, status)


def _without_traceback(error: EngineError) -> EngineError:
    """The same error anew: a kept traceback keeps files open, and one raised by several threads mixes
    them."""
    return type(error)(error.detail)
