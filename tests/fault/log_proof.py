"""The proof that the log is ordered, gapless and durable while writers are killed.

``run_proof`` starts it in a process of its own, which has no threads and may therefore fork: six writers and
three readers, each with a store of its own. Writers are killed with SIGKILL, most of them at a moment chosen
for its danger, and replaced. What was written, read and acknowledged is then compared (log_verdict).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from multiprocessing.context import ForkProcess
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import Any

from service_catalog.store.sql import open_store
from tests.fault import log_verdict
from tests.fault.log_actors import Board, Phase, read_until, write_until

WRITERS = 6
READERS = 3
CHANGES_PER_KILL = 100
LIMIT_S = 900
"""After this something hangs. Nothing is expected to come near it."""

_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Report:
    """What happened. ``kills`` counts by where the writer was seen. The proof succeeds without ``faults``."""

    changes: int
    rolled_back: int
    kills: dict[str, int]
    unacknowledged: int
    seconds: float
    faults: list[str]


def run_proof(url: str, folder: Path, *, changes: int, seed: int) -> Report:
    """Runs the proof on the empty store at ``url``. ``folder`` takes the files of writers and readers."""
    command = [sys.executable, "-m", "tests.fault.log_proof", url, str(folder), str(changes), str(seed)]
    process = subprocess.Popen(command, cwd=_REPOSITORY, stdout=subprocess.PIPE, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=LIMIT_S)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # the session is its own: it and its writers and readers
        process.wait()
        raise
    assert process.returncode == 0, "the proof itself broke down; see its error output"
    return Report(**json.loads(output))


@dataclass
class _Crew:
    """The running processes. A writer's slot is taken over by whoever replaces it."""

    board: Board
    seed: int
    writers: dict[int, ForkProcess] = field(default_factory=dict)
    readers: list[ForkProcess] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    started: int = 0

    def start(self) -> None:
        for slot in range(WRITERS):
            self.start_writer(slot)
        for number in range(READERS):
            self.readers.append(self._fork(f"reader-{number}", read_until))

    def start_writer(self, slot: int) -> None:
        self.board.phases[slot] = Phase.WAITING
        self.writers[slot] = self._fork(f"writer-{slot}-{self.started}", write_until, slot)

    def kill(self, slot: int) -> None:
        process = self.writers[slot]
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        if process.exitcode == -signal.SIGKILL:
            self.killed.append(process.name)
        self.start_writer(slot)

    def broken(self) -> list[str]:
        """Processes that ended by themselves with an error."""
        everyone = [*self.writers.values(), *self.readers]
        return [f"{process.name} failed: {process.exitcode}" for process in everyone if process.exitcode]

    def finish(self) -> None:
        for process in self.writers.values():
            process.join()
        self.board.done.touch()
        for process in self.readers:
            process.join()

    def _fork(self, name: str, target: Callable[..., None], *slot: int) -> ForkProcess:
        self.started += 1
        arguments = (self.board, name, *slot, self.seed + self.started)
        process = multiprocessing.get_context("fork").Process(target=target, args=arguments, name=name)
        process.start()
        return process


def _prove(url: str, folder: Path, changes: int, seed: int) -> Report:
    begin = time.monotonic()
    arrays: Any = {
        "phases": RawArray("i", WRITERS),
        "heads": RawArray("l", WRITERS),
        "rollbacks": RawArray("i", WRITERS),
    }
    crew = _Crew(Board(url, folder, changes, **arrays), seed)
    crew.start()
    kills = _kill_now_and_then(crew, changes, random.Random(seed))
    crew.finish()
    seconds = time.monotonic() - begin

    store = open_store(url)
    faults = [*crew.broken(), *log_verdict.faults(store, folder, crew.killed)]
    log = store.changes(0, store.head())
    unacknowledged = len(log_verdict.unacknowledged(folder, log))
    return Report(len(log), sum(crew.board.rollbacks), dict(kills), unacknowledged, round(seconds, 1), faults)


def _kill_now_and_then(crew: _Crew, changes: int, random_: random.Random) -> Counter[str]:
    """Spread over the run by its progress: their number does not depend on the speed of the machine."""
    kills: Counter[str] = Counter()
    for due in range(CHANGES_PER_KILL // 2, changes, CHANGES_PER_KILL):
        while max(crew.board.heads) < due:
            if crew.broken():
                return kills
            time.sleep(0.001)
        time.sleep(random_.random() / 100)
        slot = _choose(crew.board, random_)
        kills[Phase(crew.board.phases[slot]).name.lower()] += 1
        crew.kill(slot)
    return kills


def _choose(board: Board, random_: random.Random) -> int:
    """Any writer, or the first one seen in a phase in which dying is dangerous."""
    wanted = random_.choice([None, Phase.INSIDE, Phase.COMMITTING, Phase.ACKNOWLEDGING])
    deadline = time.monotonic() + 0.5
    while wanted is not None and time.monotonic() < deadline:
        for slot, phase in enumerate(board.phases):
            if phase == wanted:
                time.sleep(random_.random() / 500)  # a commit takes about that long: die anywhere in it
                return slot
    return random_.randrange(WRITERS)


if __name__ == "__main__":
    print(json.dumps(asdict(_prove(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))))
