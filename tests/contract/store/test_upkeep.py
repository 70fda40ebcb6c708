"""Leases, events and rejections, on every kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from service_catalog.store import memory_upkeep, upkeep_sql
from service_catalog.store.base import Store
from service_catalog.store.memory import MemoryStore
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import open_store
from service_catalog.store.upkeep import IndexEvent, Rejection
from tests.contract.store.conftest import MOMENT


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.moment = MOMENT

    def __call__(self) -> datetime:
        return self.moment

    def pass_s(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def timed(request: pytest.FixtureRequest, clock: Hands) -> Iterator[Store]:
    """An empty store of each kind whose clock a test moves."""
    if request.param == "memory":
        yield MemoryStore(clock=clock)
        return
    url = request.getfixturevalue(f"{request.param}_url")
    migrate(url)
    store = open_store(url, clock=clock)
    yield store
    store.close()


def event(number: int, *, engine: str = "elasticsearch") -> IndexEvent:
    return IndexEvent("2026-03-01T08:30:15.123Z", "某机 12", engine, "built", f"g{number}", "1215 条")


def test_take_when_free_then_held_until_it_ends(timed: Store, clock: Hands) -> None:
    assert timed.upkeep.take("rebuild", "a", seconds=10, note="{}")
    assert not timed.upkeep.take("rebuild", "b", seconds=10)

    clock.pass_s(10)

    assert timed.upkeep.take("rebuild", "b", seconds=10)
    assert not timed.upkeep.take("rebuild", "a", seconds=10)


def test_take_when_held_by_oneself_then_renewed_with_its_beginning_kept(timed: Store, clock: Hands) -> None:
    timed.upkeep.take("rebuild", "a", seconds=10)
    clock.pass_s(8)
    assert timed.upkeep.take("rebuild", "a", seconds=10, note="半")
    clock.pass_s(8)

    assert not timed.upkeep.take("rebuild", "b", seconds=10)
    lease = timed.upkeep.lease("rebuild")
    assert lease is not None
    assert (lease.owner, lease.note, lease.is_held(clock())) == ("a", "半", True)
    assert lease.taken_at == "2026-03-01T08:30:15.123Z"


def test_take_when_the_name_is_another_then_free(timed: Store) -> None:
    timed.upkeep.take("rebuild", "a", seconds=10)

    assert timed.upkeep.take("follow", "b", seconds=10)


def test_release_when_held_by_oneself_then_free_and_otherwise_not(timed: Store) -> None:
    timed.upkeep.take("rebuild", "a", seconds=10)

    timed.upkeep.release("rebuild", "b")
    assert not timed.upkeep.take("rebuild", "b", seconds=10)
    timed.upkeep.release("rebuild", "a")
    assert timed.upkeep.lease("rebuild") is None
    assert timed.upkeep.take("rebuild", "b", seconds=10)


def test_lease_when_it_has_ended_then_still_told_as_not_held(timed: Store, clock: Hands) -> None:
    timed.upkeep.take("rebuild", "a", seconds=10)
    clock.pass_s(11)

    lease = timed.upkeep.lease("rebuild")

    assert lease is not None
    assert not lease.is_held(clock())


def test_events_when_recorded_then_the_newest_come_first_by_engine(store: Store) -> None:
    for number in range(3):
        store.upkeep.record(event(number))
    store.upkeep.record(event(9, engine="embedded"))

    assert [each.generation for each in store.upkeep.events("elasticsearch", 2)] == ["g2", "g1"]
    assert store.upkeep.events("embedded", 5) == [event(9, engine="embedded")]


def test_events_when_too_many_then_the_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (memory_upkeep, upkeep_sql):
        monkeypatch.setattr(module, "KEPT_EVENTS", 3)
    for number in range(5):
        store.upkeep.record(event(number))

    assert [each.generation for each in store.upkeep.events("elasticsearch", 9)] == ["g4", "g3", "g2"]


def test_rejections_when_kept_then_told_by_id_and_forgotten_once_taken(store: Store) -> None:
    refused = [Rejection("elasticsearch", "g1", name, 7, "太长") for name in ("b", "a")]
    store.upkeep.keep_rejections("elasticsearch", "g1", ["c"], refused)
    again = Rejection("elasticsearch", "g1", "a", 9, "仍太长")
    store.upkeep.keep_rejections("elasticsearch", "g1", ["b"], [again])

    assert store.upkeep.rejections("elasticsearch", "g1") == [again]
    assert store.upkeep.rejections("elasticsearch", "g2") == []


def test_rejections_when_the_generation_is_forgotten_then_gone(store: Store) -> None:
    for name in ("g1", "g2"):
        store.upkeep.keep_rejections(
            "elasticsearch", name, [], [Rejection("elasticsearch", name, "a", 7, "x")]
        )

    store.upkeep.forget_generation("elasticsearch", "g1")

    assert store.upkeep.rejections("elasticsearch", "g1") == []
    assert len(store.upkeep.rejections("elasticsearch", "g2")) == 1
