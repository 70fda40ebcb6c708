"""The service measured at one size: loading, cold start, requests beside the bare route, memory after."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.queries import targets
from tests.bench.servers import BARE, RESPOND, SERVE, Server, memory, run_module, running, workers
from tests.servers.service import free_port

CONNECTIONS = (1, 8)
SEARCH, BARE_ROUTE = "search", "bare"

QUERY_CHANCE = 20231
"""Seeds the choice of queries: every run asks the same."""

Rounds = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. The defaults take about four minutes."""

    rounds: int = 7
    seconds: float = 3.0
    starts: int = 3
    warm_up_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Bench:
    """Measures in one temporary folder."""

    folder: Path
    plan: Plan

    def measure(self, name: str, seed: Path) -> dict[str, Any]:
        """All figures with the records of one seed folder. ``name``: its part of the temporary folder."""
        data = self.folder / name
        data.mkdir()
        found = run_module("loading", data=data, CATALOG_SEED=str(seed))
        asked = self.write_targets(name, seed)
        found["cold_start_s"] = self._cold_start(data, seed)
        with self._search(data, seed) as search, self._bare(seed) as bare:
            found["loads"] = self.loads({BARE_ROUTE: bare, SEARCH: search}, asked)
            memories = [memory(pid) for pid in workers(search.pid)]
        found["workers"] = len(memories)
        found["rss_mb"] = max(each.rss for each in memories)
        found["pss_mb"] = max(each.pss for each in memories)
        return found

    def ceiling(self, size: int) -> float:
        """Requests per second of the load generator when the answers cost next to nothing."""
        asked = self.folder / "ceiling.txt"
        asked.write_text("\n".join(f"/v1/search?q={number}" for number in range(200_000)), encoding="ascii")
        port = free_port()
        command = [*RESPOND, "--port", str(port), "--bytes", str(size)]
        with running(command, self.folder / "responder", port, path="/") as server:
            rate: float = self._load(server, asked, max(CONNECTIONS), 0)["per_second"]
        return rate

    def write_targets(self, name: str, seed: Path) -> Path:
        """A file with the requests to send, made from a seed folder."""
        path = self.folder / f"{name}.txt"
        path.write_text("\n".join(targets(seed, random.Random(QUERY_CHANCE))), encoding="ascii")
        return path

    def _cold_start(self, data: Path, seed: Path) -> float:
        """Seconds from starting the process to the first 200 of /readyz: the median, files in memory."""
        seconds = []
        for _ in range(self.plan.starts):
            with self._search(data, seed) as server:
                seconds.append(server.started_s)
        return round(median(seconds), 2)

    @contextmanager
    def _search(self, data: Path, seed: Path) -> Iterator[Server]:
        with running(SERVE, data, free_port(), path="/readyz", CATALOG_SEED=str(seed)) as server:
            yield server

    @contextmanager
    def _bare(self, seed: Path) -> Iterator[Server]:
        port = free_port()
        with running(BARE, self.folder / "bare", port, path="/v1/search", CATALOG_SEED=str(seed)) as server:
            yield server

    def loads(self, servers: Mapping[str, Server], asked: Path) -> dict[str, Rounds]:
        """Rounds by connections and server. The servers take turns; which goes first changes every round.

        One of them is ``SEARCH``.
        """
        for server in servers.values():
            self._load(server, asked, max(CONNECTIONS), 0, seconds=self.plan.warm_up_s)
        found: dict[str, Rounds] = {str(each): {name: [] for name in servers} for each in CONNECTIONS}
        first = 0
        for number in range(self.plan.rounds):
            order = list(servers) if number % 2 else list(servers)[::-1]
            for connections in CONNECTIONS:
                for name in order:
                    load = self._load(servers[name], asked, connections, first)
                    found[str(connections)][name].append(load)
                first += found[str(connections)][SEARCH][-1]["requests"]
        return found

    def _load(
        self, server: Server, asked: Path, connections: int, first: int, *, seconds: float | None = None
    ) -> dict[str, Any]:
        return run_module(
            "client",
            *("--port", str(server.port), "--connections", str(connections)),
            *("--seconds", str(seconds or self.plan.seconds), "--first", str(first), str(asked)),
            data=self.folder,
        )
