"""An engine in another process: ``python -m tests.contract.engines.elsewhere KIND PLACE``.

Reads one JSON request a line and answers each with a line; an engine's error is answered as its class. A
request may name another index with ``"place"``. Requests:

``{}``                            generation, seq and error of the status
``{"find": word}``                seq and ids
``{"all": true}``                 seq, and id → facts of every document
``{"apply": [seq, id, words]}``   how many documents were applied
``{"count_up": ids}``             never answered: writes these documents over and over, each time at the next
                                  seq, which is also their words; prints each seq that was acknowledged
``{"build_on": name}``            never answered: builds without end; prints a line when it is under way
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service_catalog.engines.base import Engine
from service_catalog.model import Document
from service_catalog.model.errors import EngineBusyError, EngineError
from tests.contract.engines.kit import KITS, EngineKit, document, generation, ids, query, words

IN_THE_MIDDLE = 20_000
"""Documents after which an endless build says that it is under way: enough for files to have been written."""


class Elsewhere:
    """The near end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def tell(self, **request: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """The next line. Fails if the process has died, as it would on touching a file that was cut short."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the process ended with {self.process.wait()}"
        return json.loads(line)

    def ask(self, **request: Any) -> Any:
        self.tell(**request)
        return self.hear()

    def kill(self) -> list[Any]:
        """End it as a power cut would. Returns what it had still said."""
        assert self.process.stdout is not None
        self.process.kill()
        return [json.loads(line) for line in self.process.stdout if line.endswith("\n")]


@contextmanager
def elsewhere(kit: EngineKit) -> Iterator[Elsewhere]:
    """A process with an engine over the kit's index, ended with the block."""
    with subprocess.Popen(kit.argv(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Elsewhere(process)
            assert process.stdin is not None
            process.stdin.close()
        except BaseException:
            process.kill()
            raise


def _say(what: Any) -> None:
    print(json.dumps(what), flush=True)


def _answer(engine: Engine, request: dict[str, Any]) -> Any:
    status = engine.status()
    if "apply" in request:
        seq, document_id, text = request["apply"]
        return engine.apply([document(document_id, seq, text)], seq=seq).applied
    if "find" in request:
        return {"seq": status.seq, "ids": ids(engine.search(words(request["find"])).candidates)}
    if "all" in request:
        return {
            "seq": status.seq,
            "facts": {each.id: each.facts for each in engine.search(query()).candidates},
        }
    if "count_up" in request:
        _count_up(engine, request["count_up"])
    if "build_on" in request:
        engine.build(generation(request["build_on"]), _endless())
    return {
        "generation": status.generation and status.generation.name,
        "seq": status.seq,
        "error": status.error,
    }


def _count_up(engine: Engine, names: list[str]) -> None:
    while True:
        seq = engine.status().seq + 1
        try:
            if engine.apply([document(name, seq, str(seq)) for name in names], seq=seq).applied:
                _say(seq)
        except EngineBusyError:
            pass  # another process is writing: look again


def _endless() -> Iterator[Document]:
    for number in itertools.count():
        if number == IN_THE_MIDDLE:
            _say("building")
        yield document(f"{number:09}", words="证 照", exact=(str(number),))


def _serve(kind: str, place: str) -> None:
    engines: dict[str, Engine] = {}
    for line in sys.stdin:
        request = json.loads(line)
        named = request.pop("place", place)
        if named not in engines:
            engines[named] = KITS[kind](named).open()
        try:
            _say(_answer(engines[named], request))
        except EngineError as error:
            _say(type(error).__name__)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
