"""The load generator: keep-alive HTTP/1.1 over raw sockets, in one process of its own.

Each connection asks again as soon as it is answered. It knows just enough HTTP for answers with
``Content-Length``, so that it takes little of the machine from the servers it measures (``run.py`` measures
how much it could do at most). Prints one line of JSON::

    python -m tests.bench.client --port 8000 --connections 8 --seconds 3 targets.txt
"""

from __future__ import annotations

import argparse
import json
import math
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"

CHUNK_BYTES = 1 << 18
"""Takes a whole answer in one read."""

JOIN_PAUSE_S = 0.02
"""Between the connections of a round. Opened at once, all of them may be accepted by one idle worker and keep
the other idle for the whole round; with a pause the busy worker leaves the next one to the other. Answers
that come before all are open are not counted."""

ANSWER_S = 30
"""An answer that takes longer is a failure of the run."""

LENGTH = b"Content-Length: "
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of requests showed. Times in ms, from sending to the last byte of the answer."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_each: int
    """Mean length of a body."""
    reconnects: int
    """Connections the server had closed, as gunicorn does when it replaces a worker."""


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._request = self._answer = b""
        self._awaited = 0
        self._sent_at = 0.0
        self._socket = self._connected()

    def fileno(self) -> int:
        """For polling."""
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self._request, self._answer, self._awaited = request, b"", 0
        self._sent_at = time.perf_counter()
        self._socket.sendall(request)

    def ask_anew(self) -> None:
        """Connect once more and repeat the request."""
        self._socket.close()
        self._socket = self._connected()
        self._socket.sendall(self._request)

    def receive(self) -> tuple[float, int] | None:
        """Read what has come: seconds and bytes of the body once the answer is whole, None before.

        Raises ConnectionResetError if the server hung up, RuntimeError for any answer but a good one.
        """
        chunk = self._socket.recv(CHUNK_BYTES)
        if not chunk:
            raise ConnectionResetError
        self._answer = self._answer + chunk if self._answer else chunk
        head = self._answer.find(END_OF_HEAD)
        if not self._awaited and head >= 0:
            self._awaited = self._length(self._answer[:head])
        body = len(self._answer) - head - len(END_OF_HEAD)
        if not self._awaited or body < self._awaited:
            return None
        return time.perf_counter() - self._sent_at, body

    def _length(self, head: bytes) -> int:
        at = head.find(LENGTH)
        if head[9:12] != b"200" or at < 0:
            raise RuntimeError(f"{self._request[:300]!r} was answered {head[:300]!r}")
        return int(head[at + len(LENGTH) :].partition(b"\r\n")[0])

    def _connected(self) -> socket.socket:
        made = socket.create_connection((HOST, self._port), timeout=ANSWER_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


class Round:
    """Requests to one server, each sent once."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self._port = port
        self._waiting = iter(requests)
        self._until = math.inf
        self._poll = select.epoll()
        self._open: dict[int, Connection] = {}
        self._seconds: list[float] = []
        self._bytes = self._reconnects = 0

    def run(self, connections: int, seconds: float) -> Load:
        """Send requests until the time is up or none is left. Raises RuntimeError for any failure."""
        for _ in range(connections):
            self._join()
            self._serve_for(JOIN_PAUSE_S)
        self._seconds.clear()
        self._bytes = 0
        begin = time.perf_counter()
        self._until = begin + seconds
        while self._open:
            if not self._serve_ready(ANSWER_S):
                raise RuntimeError(f"no answer within {ANSWER_S} s")
        return self._load(time.perf_counter() - begin)

    def _join(self) -> None:
        connection = Connection(self._port)
        connection.ask(next(self._waiting))
        self._register(connection)

    def _serve_for(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._serve_ready(left)

    def _serve_ready(self, timeout: float) -> int:
        """Serve every connection that has something to read; returns how many did."""
        ready = self._poll.poll(timeout)
        for number, _ in ready:
            self._serve(self._open[number])
        return len(ready)

    def _serve(self, connection: Connection) -> None:
        number = connection.fileno()
        try:
            answered = connection.receive()
        except ConnectionResetError:
            del self._open[number]
            connection.ask_anew()
            self._register(connection)
            self._reconnects += 1
            return
        if answered is None:
            return
        self._seconds.append(answered[0])
        self._bytes += answered[1]
        request = next(self._waiting, None) if time.perf_counter() < self._until else None
        if request is None:
            self._poll.unregister(number)
            self._open.pop(number).close()
        else:
            connection.ask(request)

    def _register(self, connection: Connection) -> None:
        self._open[connection.fileno()] = connection
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def _load(self, elapsed: float) -> Load:
        ordered = sorted(self._seconds)
        return Load(
            requests=len(ordered),
            per_second=round(len(ordered) / elapsed, 1),
            p50_ms=_percentile(ordered, 0.50),
            p99_ms=_percentile(ordered, 0.99),
            bytes_each=round(self._bytes / len(ordered)),
            reconnects=self._reconnects,
        )


def requests_of(targets: Sequence[str], first: int) -> list[bytes]:
    """The requests, beginning with that of number ``first`` and going round."""
    start = first % len(targets)
    in_order = [*targets[start:], *targets[:start]]
    return [f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode() for target in in_order]


def _percentile(ordered: Sequence[float], share: float) -> float:
    """By nearest rank, in ms."""
    return round(ordered[max(1, math.ceil(len(ordered) * share)) - 1] * 1000, 2)


def main() -> None:
    """One round."""
    parser = argparse.ArgumentParser(description="Send requests and measure the answers.")
    parser.add_argument("targets", type=Path, help="file with one request target a line")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--first", type=int, default=0, help="number of the target to begin with")
    given = parser.parse_args()
    requests = requests_of(given.targets.read_text(encoding="ascii").splitlines(), given.first)
    print(json.dumps(asdict(Round(given.port, requests).run(given.connections, given.seconds))))


if __name__ == "__main__":
    main()
