"""The processes of a bench: servers on free ports, stopped by process id, and what they take."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.service import CATALOG, ROOT, environment, kill

SERVE = [*CATALOG, "serve"]
BARE = [sys.executable, "-m", "tests.bench.bare"]
RESPOND = [sys.executable, "-m", "tests.bench.responder"]

READY_S = 60
STOP_S = 15
LOG_SHOWN = 4_000
"""Characters of a log that are shown when a run fails."""

ATTEMPT_PAUSE_S = 0.005
"""Between attempts to connect, so that the wait for a start is known to 5 ms."""

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and how long it took from starting the process to its first good answer."""

    pid: int
    port: int
    started_s: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one process in MB: resident, and its share of it where pages are shared with others."""

    rss: float
    pss: float


@contextmanager
def running(command: Sequence[str], data: Path, port: int, *, path: str, **settings: str) -> Iterator[Server]:
    """A server, from its first good answer for ``path`` on. Raises RuntimeError if none comes."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "server.log"
    begin = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            env=environment(data, CATALOG_PORT=str(port), **settings),
            stdout=output,
            stderr=output,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
    try:
        _wait(process, port, path)
        yield Server(process.pid, port, time.perf_counter() - begin)
    except RuntimeError as error:
        error.add_note(f"log of the server on port {port}: {_tail(log)}")
        raise
    finally:
        _stop(process)


def run_module(name: str, *arguments: str, data: Path, **settings: str) -> dict[str, Any]:
    """Run a module of this folder in a process of its own; returns the JSON object it prints last."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
    done = subprocess.run(
        command, env=environment(data, **settings), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-LOG_SHOWN:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def say(what: str) -> None:
    """Tell what is being measured."""
    print(f"measuring {what} …", file=sys.stderr, flush=True)


def load_average() -> float:
    """Processes that wanted a core during the last minute, on average."""
    return round(os.getloadavg()[0], 1)


def workers(pid: int) -> list[int]:
    """The children of a process."""
    parents = {int(each.name): _parent(each) for each in PROC.iterdir() if each.name.isdigit()}
    return [child for child, parent in parents.items() if parent == pid]


def memory(pid: int) -> Memory:
    """The memory of a process now."""
    folder = PROC / str(pid)
    return Memory(rss=_megabytes(folder / "status", "VmRSS"), pss=_megabytes(folder / "smaps_rollup", "Pss"))


def _parent(folder: Path) -> int | None:
    try:
        text = (folder / "stat").read_text()
    except OSError:
        return None  # it has ended meanwhile
    return int(text.rpartition(")")[2].split()[1])


def _megabytes(file: Path, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", file.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{file} does not tell {name}")
    return round(int(found[1]) / 1024, 1)


def _wait(process: subprocess.Popen[str], port: int, path: str) -> None:
    deadline = time.monotonic() + READY_S
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(ATTEMPT_PAUSE_S)


def _answers(port: int, path: str) -> bool:
    """Whether a GET is answered 200. A server that listens but has no worker yet keeps it waiting."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=READY_S) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
            )
            return connection.recv(1000)[9:12] == b"200"
    except OSError:
        return False


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:]


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        kill(process)
