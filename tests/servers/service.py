"""Real processes of this service: commands, and the web server with its workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "from service_catalog.app import main; main()"
CATALOG = [sys.executable, "-c", PROGRAM]
START_S = 30


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a process that works on ``data``, without settings of the machine the tests run
    on."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CATALOG_")}
    return {**clean, "PYTHONPATH": str(ROOT), "CATALOG_DATA": str(data), **settings}


def start(data: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Start a ``catalog`` command in a process group of its own, so that it can be killed with its
    children."""
    return subprocess.Popen(
        [*CATALOG, *arguments],
        env=environment(data, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a ``catalog`` command to its end."""
    return subprocess.run(
        [*CATALOG, *arguments],
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, children included."""
    with suppress(ProcessLookupError):  # it had ended already
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@dataclass(frozen=True)
class Service:
    """A running web server."""

    process: subprocess.Popen[str]
    address: str
    data: Path

    def get(self, path: str, **parameters: Any) -> requests.Response:
        """GET over a connection of its own, so that any worker may answer."""
        return requests.get(self.address + path, params=parameters, timeout=10)

    def worker_pids(self) -> set[int]:
        """The workers that have answered requests, by the metrics files they keep."""
        names = (path.stem for path in self.data.glob("metrics-*/histogram_*.db"))
        return {int(name.rpartition("_")[2]) for name in names}


@contextmanager
def serving(data: Path, *, program: str = PROGRAM, **settings: str) -> Iterator[Service]:
    """A web server on a free port, stopped by pid. ``program``: one that breaks it in some way."""
    port = free_port()
    log = data / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "serve"],
            env=environment(data, CATALOG_PORT=str(port), **settings),
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    service = Service(process, f"http://127.0.0.1:{port}", data)
    try:
        wait_ready(service, log)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            kill(process)
            raise


def wait_ready(service: Service, log: Path) -> None:
    """Wait until the service says it is ready."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert service.process.poll() is None, log.read_text()
        try:
            if service.get("/readyz").status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready within {START_S} s: {log.read_text()}")
