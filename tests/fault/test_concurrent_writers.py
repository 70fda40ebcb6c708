"""Many writers on one record over real HTTP, and a server that dies between a write and its answer."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from service_catalog.app import open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from tests.contract.catalog.builders import item, region, written
from tests.servers.service import PROGRAM, Service, run, serving

ID = "120105-A"
ITEM = f"/v1/items/{ID}"
WRITERS = 50
PATIENCE_S = 30
RETRY_TOKEN = "5b0f9c1e-7a36-4a52-9d5e-0a1b2c3d4e5f"

DYING = """
import os, signal
from service_catalog.{module} import {name}
whole = {name}.{method}
def dying(self, *arguments):
    whole(self, *arguments)
    os.killpg(os.getpgid(0), signal.SIGKILL)
{name}.{method} = dying
"""
"""kill -9 of the whole server, workers included, the moment a method has done its work."""

BEFORE_COMMIT = DYING.format(module="store.writing", name="SqlWriteTransaction", method="flush")
AFTER_COMMIT = DYING.format(module="catalog.keyed", name="KeyedWriting", method="_once")


@dataclass(frozen=True)
class Place:
    """A catalogue with one item, and a key that may write it."""

    settings: Settings
    token: str

    @contextmanager
    def opened(self) -> Iterator[Catalog]:
        """The catalogue, as another process sees it."""
        catalog = open_catalog(self.settings)
        yield catalog
        catalog.close()

    @contextmanager
    def serving(self, program: str = PROGRAM) -> Iterator[Service]:
        """A server with two workers on it."""
        with serving(
            self.settings.data, program=program, CATALOG_STORE_URL=self.settings.store, CATALOG_WORKERS="2"
        ) as service:
            yield service

    def versions(self) -> list[int]:
        """The item's versions, newest first."""
        with self.opened() as catalog:
            return [revision.record.version for revision in catalog.history(ID, Kind.ITEM)]

    def put(
        self, service: Service, body: dict[str, Any], tag: str, session: Any = requests, **headers: str
    ) -> requests.Response:
        """A change."""
        answer: requests.Response = session.put(
            service.address + ITEM,
            params={"reason": "并发"},
            json=body,
            headers={"Authorization": f"Bearer {self.token}", "If-Match": tag, **headers},
            timeout=PATIENCE_S,
        )
        return answer


@pytest.fixture
def place(migrated_url: str, tmp_path: Path) -> Place:
    """On each server, with its index built."""
    settings = Settings(data=tmp_path / "data", store_url=migrated_url)
    settings.data.mkdir()
    catalog = open_catalog(settings)
    written(catalog, region("120105"), item("A", owner="120105"))
    issued = catalog.keys.add(name="测试岗", scopes=["write"], regions=["120105"], expires=None)
    catalog.rebuild()
    catalog.close()
    return Place(settings, issued.token)


class Person:
    """One writer: reads, changes, writes; reads again where it came too late.

    A connection for each write: one idle worker might accept all fifty and keep them.
    """

    def __init__(self, place: Place, service: Service, number: int, rounds: int) -> None:
        self._place, self._service, self._number, self._rounds = place, service, number, rounds
        self._dice = random.Random(number)
        self.statuses: Counter[int] = Counter()

    def work(self) -> list[int]:
        """The versions of its own writes."""
        written: list[int] = []
        for number in range(self._rounds):
            with requests.Session() as session:
                written.append(self._write(session, f"{self._number}/{number}"))
        return written

    def _write(self, session: requests.Session, remark: str) -> int:
        while True:
            seen = session.get(f"{self._service.address}{ITEM}/record", timeout=PATIENCE_S)
            body = {**seen.json(), "remark": remark}
            answer = self._place.put(self._service, body, seen.headers["ETag"], session)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                return int(answer.json()["version"])
            assert answer.status_code == 412, answer.text
            time.sleep(self._dice.uniform(0, 0.5))  # else all fifty come back at one moment, again and again


@pytest.mark.parametrize(
    # 20 rounds take a minute; PostgreSQL twice that, and what differs there, the log's lock,
    # tests/fault/test_store_crash.py proves in every run.
    ("migrated_url", "rounds"),
    [
        ("sqlite", 4),
        pytest.param("sqlite", 20, marks=pytest.mark.soak),
        pytest.param("postgres", 20, marks=pytest.mark.soak),
    ],
    indirect=["migrated_url"],
)
def test_writers_when_fifty_change_one_record_then_one_version_for_each_200(
    place: Place, rounds: int
) -> None:
    with place.serving() as service:
        people = [Person(place, service, number, rounds) for number in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            answered = [version for versions in pool.map(Person.work, people) for version in versions]
        workers = service.worker_pids()
    with place.opened() as catalog:
        history = catalog.history(ID, Kind.ITEM)

    statuses = sum((person.statuses for person in people), Counter[int]())
    assert statuses[200] == WRITERS * rounds
    assert statuses[412] > 0
    assert sorted(answered) == list(range(2, WRITERS * rounds + 2))
    assert [revision.record.version for revision in history] == list(range(WRITERS * rounds + 1, 0, -1))
    remarks = {revision.record.content.get("remark") for revision in history[:-1]}
    assert remarks == {f"{writer}/{number}" for writer in range(WRITERS) for number in range(rounds)}
    assert len(workers) == 2
    verified = run(place.settings.data, "verify", CATALOG_STORE_URL=place.settings.store)
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize(
    ("dying", "before_retry"), [(BEFORE_COMMIT, [1]), (AFTER_COMMIT, [2, 1])], ids=["before", "after"]
)
def test_write_when_the_server_is_killed_before_it_answers_then_the_retry_gets_the_one_answer(
    place: Place, dying: str, before_retry: list[int]
) -> None:
    with place.serving(dying + PROGRAM) as service:
        seen = service.get(f"{ITEM}/record")
        body, tag = {**seen.json(), "name": "改名"}, seen.headers["ETag"]
        with pytest.raises(requests.ConnectionError):
            place.put(service, body, tag, **{"Idempotency-Key": RETRY_TOKEN})
    assert place.versions() == before_retry

    with place.serving() as service:
        retried = place.put(service, body, tag, **{"Idempotency-Key": RETRY_TOKEN})
        again = place.put(service, body, tag, **{"Idempotency-Key": RETRY_TOKEN})
        other = place.put(service, {**body, "name": "别的"}, tag, **{"Idempotency-Key": RETRY_TOKEN})

    assert (retried.status_code, retried.headers["ETag"]) == (200, '"v2"')
    assert (again.status_code, again.headers["ETag"], again.text) == (200, '"v2"', retried.text)
    assert other.status_code == 422
    assert place.versions() == [2, 1]


def test_retries_when_they_arrive_together_then_one_version_and_one_answer(place: Place) -> None:
    """A client that sends again while its first request is still at work gets that one's answer."""
    with place.serving() as service:
        seen = service.get(f"{ITEM}/record")
        body, tag = {**seen.json(), "name": "改名"}, seen.headers["ETag"]

        def send(_number: int) -> tuple[int, str]:
            answer = place.put(service, body, tag, **{"Idempotency-Key": RETRY_TOKEN})
            return answer.status_code, answer.text

        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(send, range(8)))

    assert [status for status, _ in answers] == [200]
    assert place.versions() == [2, 1]


def test_key_when_revoked_by_another_process_then_no_worker_takes_it_any_more(place: Place) -> None:
    with place.serving() as service:
        seen = service.get(f"{ITEM}/record")
        body, tag = seen.json(), seen.headers["ETag"]
        assert {place.put(service, body, tag).status_code for _ in range(20)} == {200}
        with place.opened() as catalog:
            catalog.keys.revoke(place.token)

        assert {place.put(service, body, tag).status_code for _ in range(20)} == {401}
        assert len(service.worker_pids()) == 2
        assert place.token.split(".")[1] not in (place.settings.data / "serve.log").read_text()
