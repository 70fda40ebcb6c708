"""The indexer, the reserve and what is told of them, on engines that need no server."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.indexing import holding as holding_module
from service_catalog.indexing.follower import Follower
from service_catalog.indexing.holding import Holding, follow_lease, holding, rebuild_lease, whoami
from service_catalog.indexing.indexer import Indexer
from service_catalog.indexing.reserve import Reserve
from service_catalog.indexing.viewing import Words
from service_catalog.indexing.watching import Watcher
from service_catalog.model.errors import (
    EngineBusyError,
    EngineError,
    EngineUnavailableError,
    SearchUnavailableError,
)
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import TONGZHOU, item, region
from tests.contract.catalog.conftest import DEFINITION


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    with made.write(author="t", reason="t") as transaction:
        for record in (region(TONGZHOU), item("A"), item("B")):
            transaction.put(record)
    return made


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """Stands for the server: the indexer asks nothing of it that the interface has not."""
    made = EmbeddedEngine(tmp_path / "server", DEFINITION)
    yield made
    made.close()


@pytest.fixture
def indexer(store: MemoryStore, engine: EmbeddedEngine) -> Indexer:
    return Indexer(store, engine, DEFINITION)


@pytest.fixture
def watcher(store: MemoryStore, engine: EmbeddedEngine) -> Watcher:
    return Watcher(store, engine, DEFINITION, Words(store))


def test_step_when_nothing_serves_then_an_index_is_built(indexer: Indexer, engine: EmbeddedEngine) -> None:
    indexer.step(Words(indexer.store))

    assert (engine.status().documents, engine.status().seq) == (2, 3)


def test_step_when_changes_are_missing_then_they_are_applied(
    indexer: Indexer, engine: EmbeddedEngine, store: MemoryStore
) -> None:
    words = Words(store)
    indexer.step(words)
    first = engine.status().generation
    with store.write(author="t", reason="t") as transaction:
        transaction.put(item("C"))

    indexer.step(words)

    assert (engine.status().documents, engine.status().seq) == (3, 4)
    assert engine.status().generation == first


def test_watcher_when_nothing_serves_then_it_says_what_to_run(watcher: Watcher) -> None:
    with pytest.raises(SearchUnavailableError, match="catalog index --follow"):
        watcher.view()


def test_watcher_when_the_index_is_behind_then_the_view_tells_its_age_and_nothing_is_applied(
    indexer: Indexer, watcher: Watcher, store: MemoryStore
) -> None:
    indexer.step(Words(store))
    with store.write(author="t", reason="t") as transaction:
        transaction.put(item("C"))

    freshness = watcher.view().freshness

    assert (freshness.seq, freshness.head) == (3, 4)
    assert freshness.age_s > 0


def test_watcher_when_the_index_is_of_another_log_then_it_is_not_used(
    indexer: Indexer, engine: EmbeddedEngine
) -> None:
    indexer.step(Words(indexer.store))
    other = MemoryStore()

    with pytest.raises(SearchUnavailableError, match="不是由这个数据库建立"):
        Watcher(other, engine, DEFINITION, Words(other)).view()


def test_reserve_when_the_server_fails_then_the_spare_answers_as_degraded_until_it_is_back(
    indexer: Indexer, watcher: Watcher, store: MemoryStore, tmp_path: Path
) -> None:
    indexer.step(Words(store))
    spare = Follower(store, EmbeddedEngine(tmp_path / "spare", DEFINITION), DEFINITION)
    reserve = Reserve(watcher, spare)
    view = reserve.view()
    assert view.engine is watcher.engine

    pointer = tmp_path / "server" / "serving"
    pointer.rename(tmp_path / "away")
    reserve.failed(view, EngineUnavailableError("没有答复"))
    meanwhile = reserve.view()
    trouble = reserve.trouble
    (tmp_path / "away").rename(pointer)
    while reserve.view().freshness.degraded:
        threading.Event().wait(0.05)

    assert meanwhile.engine is spare.engine
    assert meanwhile.freshness.degraded
    assert trouble is not None
    assert reserve.view().engine is watcher.engine
    reserve.close()


def test_reserve_when_the_spare_fails_too_then_its_error_comes_through(
    watcher: Watcher, store: MemoryStore, tmp_path: Path
) -> None:
    spare = Follower(store, EmbeddedEngine(tmp_path / "spare", DEFINITION), DEFINITION)
    reserve = Reserve(watcher, spare)

    with pytest.raises(EngineError, match="也坏了"):
        reserve.failed(spare.view(), EngineError("也坏了"))
    reserve.close()


def test_holding_when_another_holds_then_busy_and_it_is_told_who(store: MemoryStore) -> None:
    with (
        holding(store.upkeep, "rebuild x", state="building"),
        pytest.raises(EngineBusyError, match=whoami().replace(".", r"\.")),
        holding(store.upkeep, "rebuild x"),
    ):
        pass

    with holding(store.upkeep, "rebuild x"):
        pass


def test_holding_when_its_process_is_dead_then_it_is_taken_at_once(store: MemoryStore) -> None:
    dead = os.fork()
    if not dead:
        os._exit(0)
    os.waitpid(dead, 0)
    user_and_host = whoami().rpartition(" ")[0]
    store.upkeep.take("rebuild x", f"{user_and_host} {dead} 00", seconds=60)

    with holding(store.upkeep, "rebuild x") as held:
        held.require()


@pytest.mark.parametrize("owner", ["某人@别处 1 00", f"{whoami()} 00"], ids=["elsewhere", "alive"])
def test_holding_when_its_process_lives_or_is_elsewhere_then_busy(store: MemoryStore, owner: str) -> None:
    store.upkeep.take("rebuild x", owner, seconds=60)

    with pytest.raises(EngineBusyError), holding(store.upkeep, "rebuild x"):
        pass


def test_require_when_the_lease_went_to_another_then_busy(store: MemoryStore) -> None:
    with holding(store.upkeep, "rebuild x") as held:
        store.upkeep.release("rebuild x", held.owner)
        store.upkeep.take("rebuild x", "某人@别处 1 00", seconds=60)

        with pytest.raises(EngineBusyError):
            held.require()


def test_lease_when_held_then_it_is_renewed(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding_module, "LEASE_S", 0.2)
    renewed = threading.Event()
    renew: Callable[[Holding], bool] = Holding.renew

    def told(held: Holding) -> bool:
        if threading.current_thread().name == "lease":
            renewed.set()
        return renew(held)

    monkeypatch.setattr(Holding, "renew", told)
    with holding(store.upkeep, "rebuild x"):
        assert renewed.wait(30)


def test_names_when_leases_are_of_one_index_then_rebuilding_and_following_do_not_meet() -> None:
    assert rebuild_lease("elasticsearch a") != follow_lease("elasticsearch a")
