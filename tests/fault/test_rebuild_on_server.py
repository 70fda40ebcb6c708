"""Rebuilding on a real search server: killed between any two steps, and under searches and writes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service_catalog.app import open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.model import SearchRequest
from service_catalog.store.migrate import migrate
from tests.contract.catalog.builders import HEBEI, TONGZHOU, acceptance, item, region, written
from tests.servers.elasticsearch import ElasticsearchServer, elasticsearch_server
from tests.servers.indexed import Indexed, indexed_on, rename, until
from tests.servers.service import Service, environment

__all__ = ["elasticsearch_server"]

KILLED = """
import os, signal, sys
from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.engines.elastic_client import Server
from service_catalog.model import Kind
from dataclasses import replace

def killed_before(name):
    call = getattr(Server, name)
    def wrapped(self, *args, **options):
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(Server, name, wrapped)

def killed_at(step):
    def progress(what, done, total):
        if what == "建立索引" and done == total:
            record = catalog.record("110112-A", Kind.ITEM).record
            changed = replace(record, content={**record.content, "aliases": [f"重建时改的{os.getpid()}"]})
            catalog.publish(changed, author="t", reason="t")
        if what == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return progress

catalog = open_catalog(Settings.from_env())
where, name = sys.argv[1:]
if where == "call":
    killed_before(name)
catalog.rebuild(killed_at(name if where == "step" else ""))
"""

CALLS = (
    "create",
    "wait_until_usable",
    "bulk",
    "settle",
    "change_settings",
    "describe",
    "move_alias",
    "delete",
)
"""What a rebuild asks of the server, in this order; the last call drops the generation before last."""

STEPS = ("建立索引", "核对", "追平变更", "启用")


@pytest.fixture(scope="module")
def small(
    elasticsearch_server: ElasticsearchServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Indexed]:
    """Thirty items of two districts, on the run's server, rebuilt twice so that there is one to drop."""
    data = tmp_path_factory.mktemp("small")
    settings = Settings(data=data)
    migrate(settings.store)
    catalog = open_catalog(settings)
    items = [item("A", name="道路运输证换发"), *(item(f"B{number}") for number in range(29))]
    written(catalog, region(TONGZHOU), region(HEBEI), *items, *(acceptance(each.id) for each in items))
    catalog.close()
    with indexed_on(elasticsearch_server, data) as found:
        second = found.open()
        second.rebuild()
        second.close()
        yield found


def answers(catalog: Catalog) -> list[str]:
    page = catalog.search(SearchRequest(text="道路运输证换发"))
    assert not page.freshness.degraded
    return [hit.candidate.id for hit in page.hits[:1]]


@pytest.mark.parametrize(
    ("where", "name"), [("call", each) for each in CALLS] + [("step", each) for each in STEPS]
)
def test_rebuild_when_killed_then_search_goes_on_and_the_next_one_leaves_nothing_behind(
    small: Indexed, where: str, name: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, where, name],
        env=environment(small.data, **small.environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr

    catalog = small.open()
    try:
        assert answers(catalog) == ["110112-A"]
        catalog.rebuild()
        found = catalog.generations()
        assert answers(catalog) == ["110112-A"]
        assert catalog.verify().is_equal
    finally:
        catalog.close()
    assert found.unfinished == ()
    assert len(found.whole) == 2


def test_leftovers_when_a_rebuild_was_killed_then_the_indexer_removes_them(small: Indexed) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, "call", "describe"],
        env=environment(small.data, **small.environment),
        check=False,
        timeout=120,
    )
    catalog = small.open()
    try:
        assert len(catalog.generations().unfinished) == 1
        with small.indexing():
            until("the leftovers are gone", lambda: catalog.generations().unfinished == ())
    finally:
        catalog.close()


SEARCHES_S, WRITES_S = 50, 20
"""Searches and writes a second that a rebuild has to stand (the issue's figures)."""

GOLDEN = ("失业登记", "社会保障卡申领", "道路运输证换发", "shiyedengji")


class Load:
    """Searches and writes at their pace, and what came of them."""

    def __init__(self, service: Service, catalog: Catalog) -> None:
        self._service, self._catalog = service, catalog
        self._stop = threading.Event()
        self.searches: Counter[tuple[int, bool]] = Counter()
        self.empty: list[str] = []
        self.written: list[int] = []
        self.failures: list[str] = []

    def run(self) -> ThreadPoolExecutor:
        """Begin; ``stop`` ends it."""
        pool = ThreadPoolExecutor(5)
        for number in range(4):
            pool.submit(self._guarded, lambda number=number: self._search(number), SEARCHES_S / 4)
        pool.submit(self._guarded, self._write, WRITES_S)
        return pool

    def stop(self, pool: ThreadPoolExecutor) -> None:
        self._stop.set()
        pool.shutdown()

    def _guarded(self, act, pace: float) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - every one counts
                self.failures.append(repr(error))
            due = max(due + 1 / pace, time.monotonic() - 1)
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _search(self, number: int) -> None:
        asked = GOLDEN[(number + sum(self.searches.values())) % len(GOLDEN)]
        answer = self._service.get("/v1/search", q=asked)
        hits = answer.json().get("hits")
        self.searches[answer.status_code, answer.json().get("engine", {}).get("degraded")] += 1
        if not hits:
            self.empty.append(asked)

    def _write(self) -> None:
        number = len(self.written)
        self.written.append(
            rename(self._catalog, f"第{number}次改名", item=f"110112-TZ{1 + number % 900:04}")
        )


def rebuilt_under_load(indexed: Indexed, times: int) -> None:
    """Rebuild while searches and writes go on; nothing fails, nothing is lost, no answer is empty."""
    with indexed.serving() as service, indexed.indexing():
        catalog = indexed.open()
        load = Load(service, catalog)
        pool = load.run()
        try:
            for _ in range(times):
                before = len(load.written)
                done = indexed.run("rebuild")
                assert done.returncode == 0, done.stderr
                assert len(load.written) > before, "nothing was written meanwhile"
        finally:
            load.stop(pool)
        until("the index is level", lambda: indexed.status()["engine"]["lag"] == 0)
        catalog.close()
    assert load.failures == []
    assert {status for status, _ in load.searches} == {200}
    assert load.empty == []
    assert load.written == sorted(set(load.written))
    assert indexed.verified()


def test_rebuild_when_searches_and_writes_go_on_then_none_fails_and_no_write_is_lost(
    elasticsearch_server: ElasticsearchServer, fresh_settings: Settings
) -> None:
    with indexed_on(elasticsearch_server, fresh_settings.data) as indexed:
        rebuilt_under_load(indexed, 1)


@pytest.mark.soak
def test_rebuild_when_repeated_under_load_then_none_fails_and_no_write_is_lost(
    elasticsearch_server: ElasticsearchServer, fresh_settings: Settings
) -> None:
    with indexed_on(elasticsearch_server, fresh_settings.data) as indexed:
        rebuilt_under_load(indexed, 5)
