"""Projection in a process of its own, so that documents are made while the engine writes those before.

A large build is bound by one core otherwise: at 50,000 documents projection is half of it. The second process
gets batches and gives documents back through its standard input and output, as pickles that only these two
write; when either ends, the other sees the end of the pipe.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.projection import Projection
from service_catalog.model import Document, Revision
from service_catalog.model.errors import EngineError

Batch = Sequence[tuple[Revision, Sequence[Revision]]]
"""Records, each with those that become part of its document."""

WORTHWHILE = 5_000
"""Documents from which a second process is started: it takes a second to get ready."""

_COMMAND = "from service_catalog.indexing.projecting import serve; serve()"


def projected(
    batches: Iterable[Batch], projection: Projection, *, seq: int, expected: int
) -> Iterator[Document]:
    """The documents of all batches, in order; made in a second process if there are many and a core for it.

    Raises what projecting raises, and EngineError if the second process ends before its work is done.
    """
    if expected < WORTHWHILE or len(os.sched_getaffinity(0)) < 2:
        for batch in batches:
            yield from project(projection, batch, seq)
        return
    with _second_process(projection.dictionary, seq) as ask:
        yield from _ahead(batches, ask)


def project(projection: Projection, batch: Batch, seq: int) -> list[Document]:
    """The documents of one batch."""
    return [projection.document(revision, related, seq=seq) for revision, related in batch]


def serve() -> None:
    """What the second process does, until there is no more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends this process too
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    name, content, seq = pickle.load(asked)  # noqa: S301 - from the process that started this one
    projection = Projection(Dictionary.from_json(name, content))
    while (batch := _read(asked)) is not None:
        try:
            _write(answers, project(projection, batch, seq))
        except Exception as error:  # noqa: BLE001 - whatever it is, the build must end with it
            _write(answers, error)


def _ahead(batches: Iterable[Batch], ask: _Asking) -> Iterator[Document]:
    """Each batch is read and asked for before the documents of the one before are handed out."""
    pending = False
    for batch in batches:
        documents = ask.answer() if pending else []
        ask.send(batch)
        pending = True
        yield from documents
    if pending:
        yield from ask.answer()


class _Asking:
    """One question at a time: both sides writing at once would wait for each other for ever."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._questions = cast(IO[bytes], process.stdin)
        self._answers = cast(IO[bytes], process.stdout)

    def send(self, content: Any) -> None:
        try:
            _write(self._questions, content)
        except BrokenPipeError:
            raise _ended(self._process) from None

    def answer(self) -> list[Document]:
        answer = _read(self._answers)
        if answer is None:
            raise _ended(self._process)
        if isinstance(answer, BaseException):
            raise answer
        documents: list[Document] = answer
        return documents


@contextmanager
def _second_process(dictionary: Dictionary, seq: int) -> Iterator[_Asking]:
    # The path, since this process may know the package by another way than being installed.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", _COMMAND]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment) as process:  # noqa: S603 - our own
        try:
            asking = _Asking(process)
            asking.send((dictionary.hash, dictionary.as_json(), seq))
            yield asking
        except BaseException:
            process.kill()
            raise


def _write(pipe: IO[bytes], content: Any) -> None:
    pickle.dump(content, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    """What was written, or None at the end."""
    try:
        return pickle.load(pipe)  # noqa: S301 - from the other of the two processes
    except (EOFError, pickle.UnpicklingError):
        return None


def _ended(process: subprocess.Popen[bytes]) -> EngineError:
    return EngineError(f"建立索引的第二个进程意外结束（退出码 {process.poll()}），未启用新索引")
