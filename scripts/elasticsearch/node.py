"""One running server: started, awaited, killed, frozen, started again on the same data and ports."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.elasticsearch import CannotRunError
from scripts.elasticsearch.account import ACCOUNT, can_reach, give
from scripts.elasticsearch.guard import Guard
from scripts.elasticsearch.java import Choice

HOST = "127.0.0.1"
PORTS = range(20000, 30000)
"""Below those that the kernel hands to clients: while a server is down, a client that keeps asking could
otherwise be given the server's own port, connect to itself and keep the server from coming back."""

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:-UseG1GC", "-XX:+UseSerialGC", "-XX:-AlwaysPreTouch")
"""For a server that lives for minutes. Its start takes 17 s of processor time instead of 28, and it 300 MB
instead of 500 (9.5.0); it never gets as fast as one that compiles thoroughly."""

_START_S = 600  # on a machine busy with much else; a quarter of a minute on an idle one
_STOP_S = 30
_POLL_S = 0.1


@dataclass(frozen=True)
class Access:
    """How a secured server is asked: whom to trust, who asks."""

    ca: Path
    user: str
    password: str


@dataclass(frozen=True)
class Place:
    """What stays the same when a server is started again."""

    folder: Path
    port: int
    transport_port: int
    temporary: bool = True
    java_options: tuple[str, ...] = ()
    name: str = "node-1"
    settings: Mapping[str, Any] = field(default_factory=dict)
    access: Access | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.access else 'http'}://{HOST}:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def log(self) -> Path:
        return self.folder / "output.log"


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def heap(megabytes: int) -> tuple[str, ...]:
    """Java options for a heap of this size from the start."""
    return (f"-Xms{megabytes}m", f"-Xmx{megabytes}m")


def free_ports(count: int) -> list[int]:
    """Different loopback ports that nobody listens on."""
    free: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(free) < count and is_free(port):
            free.append(port)
    return free


class Node:
    """A server of its own process. ``prepare`` first, then ``start``; ``close`` when done with it."""

    def __init__(self, choice: Choice, home: Path, place: Place) -> None:
        self.choice = choice
        self.place = place
        self._home = home
        self._launcher: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None
        self.pid = 0

    @property
    def url(self) -> str:
        return self.place.url

    def prepare(self) -> None:
        """Write the configuration; the folder becomes the account's.

        Raises CannotRunError.
        """
        place = self.place
        shutil.copytree(self._home / "config", place.config, dirs_exist_ok=True)
        settings = {
            "cluster.name": "service-catalog",
            "node.name": place.name,
            "network.host": HOST,
            "http.port": place.port,
            "transport.port": place.transport_port,
            "path.data": str(place.folder / "data"),
            "path.logs": str(place.folder / "logs"),
            # A full disk would make the server refuse to write, on machines where that is nobody's concern.
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "xpack.security.enabled": False,
            **place.settings,
        }
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in settings.items()]
        (place.config / "elasticsearch.yml").write_text("".join(lines))
        give(place.folder)
        if not can_reach(place.folder, write=True):
            raise CannotRunError(
                f"root 运行时 Elasticsearch 以 nobody 身份运行，而 nobody 不能使用 {place.folder}；"
                "请换用普通用户执行，或用 --data 指定其他文件夹"
            )

    def run_tool(self, name: str, *arguments: str) -> None:
        """One of the distribution's own commands, on this configuration."""
        subprocess.run(
            [self._home / "bin" / name, *arguments],
            check=True,
            capture_output=True,
            cwd=self.place.folder,
            env=self._environment(),
            **ACCOUNT,
        )

    def launch(self) -> None:
        """Start the process, without waiting for it to answer."""
        pid_file = self.place.folder / "pid"
        pid_file.unlink(missing_ok=True)  # a killed server leaves it
        with self.place.log.open("wb") as log:
            self._launcher = subprocess.Popen(
                [self._home / "bin/elasticsearch", "-p", pid_file],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.place.folder,
                env=self._environment(),
                start_new_session=True,
                **ACCOUNT,
            )
        self._guard = Guard(self._launcher.pid, self.place.folder if self.place.temporary else None)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Until ``ready``. Raises CannotRunError with the end of the log."""
        deadline = time.monotonic() + _START_S
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CannotRunError(f"Elasticsearch 没有启动成功：\n{self._last_words()}")
            time.sleep(_POLL_S)
        self.pid = int((self.place.folder / "pid").read_text())

    def start(self) -> None:
        """Start it and wait until it answers searches."""
        self.launch()
        self.wait(self.answers)

    def answers(self, nodes: int = 1) -> bool:
        """Whether at least ``nodes`` are together, every index has its primaries and a search succeeds."""
        try:
            health = self.get("/_cluster/health")
            self.get("/_search?size=0&allow_partial_search_results=false")
        except OSError:  # nobody there, or an HTTP error
            return False
        return bool(health["status"] != "red" and health["number_of_nodes"] >= nodes)

    def get(self, path: str) -> Any:
        """One question to this server, without a proxy. Raises OSError."""
        request = urllib.request.Request(self.url + path)
        access = self.place.access
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if access:
            basic = b64encode(f"{access.user}:{access.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {basic}")
            context = ssl.create_default_context(cafile=str(access.ca))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        with urllib.request.build_opener(*handlers).open(request, timeout=10) as answer:
            return json.load(answer)

    def kill(self) -> None:
        """kill -9: nothing is written any more."""
        self._signal(signal.SIGKILL)
        self._ended()

    def stop(self) -> None:
        """Let it write and end."""
        self.thaw()
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        self._ended()

    def freeze(self) -> None:
        """It holds its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def join(self) -> None:
        """Wait until it ends."""
        self._process.wait()

    def close(self) -> None:
        """Stop it if it runs; what was made for it is removed."""
        if self._launcher:
            self.stop()
        if self.place.temporary:
            shutil.rmtree(self.place.folder, ignore_errors=True)

    @property
    def _process(self) -> subprocess.Popen[bytes]:
        assert self._launcher is not None, "not started"
        return self._launcher

    def _signal(self, number: signal.Signals) -> None:
        """To the server, not to the program that launched it: that one ends by itself."""
        with suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, number)
            elif self._process.poll() is None:
                os.killpg(self._process.pid, number)

    def _ended(self) -> None:
        with suppress(ProcessLookupError):
            if self._process.poll() is None and not self.pid:
                os.killpg(self._process.pid, signal.SIGKILL)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self.pid = 0
        if self._guard:
            self._guard.release()
            self._guard = None

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ES_")}
        return {
            **clean,
            "ES_JAVA_HOME": str(self.choice.java.home),
            "ES_PATH_CONF": str(self.place.config),
            "ES_JAVA_OPTS": " ".join(self.place.java_options),
            "HOME": str(self.place.folder),
        }

    def _last_words(self) -> str:
        lines = self.place.log.read_text(errors="replace").splitlines()
        wrong = [line for line in lines if "ERROR" in line or "Exception" in line]
        return "\n".join((wrong or lines)[-8:])
