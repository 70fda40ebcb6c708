"""What those who search notice of a search server that is killed: ``python -m tests.bench.bench_failover``.

One connection asks without a pause, through two workers. Printed for each round: the slowest answer around
the kill, p50 and p99 while the spare index answers, and how long after the server answers again until the
workers use it and until its index is level with what was written meanwhile.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_seed
from service_catalog.store.migrate import migrate
from tests.servers.elasticsearch import running_elasticsearch
from tests.servers.indexed import Indexed, indexed_on, rename
from tests.servers.service import Service

ROUNDS = 3
SETTLE_S, DOWN_S = 5.0, 10.0
FIRST = 2
"""Answers of each kill that may be slow: one a worker, for each finds out by itself."""


@dataclass
class Asked:
    """(begun, seconds, degraded, status) of each answer."""

    answers: list[tuple[float, float, bool, int]] = field(default_factory=list)

    def go_on(self, service: Service, stop: threading.Event) -> None:
        session = requests.Session()
        while not stop.is_set():
            began = time.monotonic()
            answer = session.get(service.address + "/v1/search", params={"q": "失业登记"}, timeout=30)
            took = time.monotonic() - began
            degraded = bool(answer.json().get("engine", {}).get("degraded"))
            self.answers.append((began, took, degraded, answer.status_code))
            time.sleep(0.01)


def main() -> None:
    """Measure and print."""
    data = Path(tempfile.mkdtemp(prefix="failover-"))
    try:
        _seed(data)
        with running_elasticsearch(quick=False) as server, indexed_on(server, data) as indexed:
            _measure(indexed)
    finally:
        shutil.rmtree(data)


def _seed(data: Path) -> None:
    settings = Settings(data=data)
    migrate(settings.store)
    catalog = open_catalog(settings)
    load_seed(catalog, settings.seed)
    catalog.rebuild()  # the spare index
    catalog.close()


def _measure(indexed: Indexed) -> None:
    asked, stop = Asked(), threading.Event()
    with indexed.serving() as service, indexed.indexing():
        asking = threading.Thread(target=asked.go_on, args=(service, stop))
        asking.start()
        try:
            for number in range(ROUNDS):
                time.sleep(SETTLE_S)
                _round(number, indexed, service, asked)
        finally:
            stop.set()
            asking.join()
    print(f"answers {len(asked.answers)}, not 200: {sum(each[3] != 200 for each in asked.answers)}")


def _round(number: int, indexed: Indexed, service: Service, asked: Asked) -> None:
    killed = time.monotonic()
    indexed.server.kill()
    catalog = indexed.open()
    seq = rename(catalog, f"第{number}次停机时改的")
    catalog.close()
    time.sleep(DOWN_S)
    indexed.server.restart()
    back = time.monotonic()
    while service.get("/v1/search", q="失业登记").json()["engine"]["degraded"]:
        time.sleep(0.02)
    used = time.monotonic()
    while service.get("/v1/search", q="失业登记").json()["engine"]["seq"] < seq:
        time.sleep(0.02)
    level = time.monotonic()
    around = sorted(took for began, took, _, _ in asked.answers if killed - 2 < began < killed + 3)
    while_open = [took for began, took, degraded, _ in asked.answers if degraded and killed < began < back]
    steady = sorted(while_open)[: -FIRST or None]
    p50, p99 = statistics.median(steady) * 1000, steady[int(len(steady) * 0.99)] * 1000
    print(f"round {number}: slowest answer around the kill {around[-1] * 1000:.0f} ms")
    print(f"  while open: {len(while_open)} answers, p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    print(f"  after its return: used again in {used - back:.1f} s, level in {level - back:.1f} s")


if __name__ == "__main__":
    main()
