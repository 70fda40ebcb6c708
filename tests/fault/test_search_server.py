"""kill -9 of the search server and of its indexer: searches are answered, nothing is lost, all heals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service_catalog.config import Settings
from tests.servers.elasticsearch import ElasticsearchServer, running_elasticsearch
from tests.servers.indexed import Indexed, found_by, indexed_on, rename, until
from tests.servers.service import Service, kill


@pytest.fixture(scope="module")
def own_server() -> Iterator[ElasticsearchServer]:
    """A server that these tests may kill."""
    with running_elasticsearch() as server:
        yield server


@pytest.fixture
def indexed(own_server: ElasticsearchServer, fresh_settings: Settings) -> Iterator[Indexed]:
    with indexed_on(own_server, fresh_settings.data) as found:
        yield found


class Asking:
    """Searches without a pause, and what came back: (status, degraded) and how often."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[int, bool | None]] = Counter()
        self.empty = 0

    def ask(self, service: Service) -> None:
        answer = service.get("/v1/search", q="失业登记", owner_region="110112")
        body = answer.json()
        self.answers[answer.status_code, body.get("engine", {}).get("degraded")] += 1
        self.empty += not body.get("hits")


@contextmanager
def asking(service: Service) -> Iterator[Asking]:
    told, stop = Asking(), threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            told.ask(service)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def degraded(service: Service) -> bool:
    found: bool = service.get("/v1/search", q="失业登记").json()["engine"]["degraded"]
    return found


def test_server_when_killed_and_restarted_then_all_searches_are_answered_and_no_change_is_lost(
    indexed: Indexed,
) -> None:
    with indexed.serving() as service, indexed.indexing(), asking(service) as told:
        catalog = indexed.open()
        rename(catalog, "丢饭碗一号")
        until("the change is found on the server", lambda: found_by(service, "丢饭碗一号"))

        indexed.server.kill()
        until("the spare answers", lambda: degraded(service))
        rename(catalog, "丢饭碗二号")
        while_away = service.get("/v1/search", q="丢饭碗二号", owner_region="110112").json()
        indexed.server.restart()
        until("the server answers again", lambda: found_by(service, "丢饭碗二号"))
        catalog.close()

        assert while_away["hits"][0]["id"] == "110112-TZ0009"
        assert while_away["engine"] | {"seq": 0} == {
            "name": "embedded",
            "seq": 0,
            "age_s": 0.0,
            "degraded": True,
        }
    assert {status for status, _ in told.answers} == {200}
    assert told.empty == 0
    assert indexed.verified()


def test_server_when_frozen_then_searches_are_answered_and_it_is_used_again_once_it_moves(
    indexed: Indexed,
) -> None:
    with indexed.serving() as service, asking(service) as told:
        indexed.server.freeze()
        try:
            until("the spare answers", lambda: degraded(service))
        finally:
            indexed.server.thaw()
        until("the server answers again", lambda: not degraded(service))

    assert {status for status, _ in told.answers} == {200}
    assert told.empty == 0


def test_server_when_it_is_down_at_the_start_then_the_service_starts_and_answers(indexed: Indexed) -> None:
    indexed.server.kill()
    try:
        with indexed.serving() as service:
            assert degraded(service)
            assert service.get("/v1/status").json()["engine"]["state"] == "unavailable"
            page = service.get("/", q="失业登记")
            assert page.status_code == 200
            assert "备用" in page.text
    finally:
        indexed.server.restart()


def test_indexer_when_killed_then_another_takes_over_and_no_change_is_lost(indexed: Indexed) -> None:
    with indexed.indexing() as first, indexed.indexing() as second, indexed.serving() as service:
        catalog = indexed.open()
        for number in range(3):
            rename(catalog, f"丢饭碗{number}号")
        until("one follows", lambda: indexed.status()["engine"]["followed"])
        kill(first)
        rename(catalog, "丢饭碗九号")
        until("the other has taken over", lambda: found_by(service, "丢饭碗九号"))
        kill(second)
        seq = rename(catalog, "丢饭碗十号")
        catalog.close()

        answer = service.get("/v1/search", q="失业登记").json()
        assert answer["engine"]["seq"] < seq
        assert answer["engine"]["age_s"] > 0
    with indexed.indexing():
        until("it is level", lambda: indexed.status()["engine"]["seq"] == seq)
    assert indexed.verified()


def test_status_when_nobody_follows_then_it_says_what_to_run(indexed: Indexed) -> None:
    told = indexed.run("status").stdout

    assert "catalog index --follow" in told


def test_indexer_when_the_server_has_no_index_then_it_builds_one(
    own_server: ElasticsearchServer, fresh_settings: Settings
) -> None:
    empty = Indexed(fresh_settings.data, own_server, "test-empty")
    with empty.indexing():
        until("it is built", lambda: empty.status()["engine"]["state"] == "level")
    with own_server.client() as client:
        for index in client.indices.get(index="test-empty-*"):
            client.indices.delete(index=index)
