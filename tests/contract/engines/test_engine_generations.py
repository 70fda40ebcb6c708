"""Building aside, switching, dropping, and what the status tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from service_catalog.engines.base import Engine
from service_catalog.model import Document
from service_catalog.model.errors import EngineBusyError, EngineError, NotFoundError
from tests.contract.engines.differences import allows
from tests.contract.engines.elsewhere import elsewhere
from tests.contract.engines.kit import EngineKit, document, generation, gone, ids, query, serve, words


def _failing(error: BaseException) -> Iterator[Document]:
    yield document("a")
    raise error


def test_status_when_nothing_was_built_then_it_has_no_generation_and_no_error(engine: Engine) -> None:
    status = engine.status()

    assert (status.generation, status.seq, status.documents, status.generations, status.error) == (
        None,
        0,
        0,
        (),
        None,
    )


def test_status_when_a_generation_serves_then_it_tells_all_of_it(engine: Engine) -> None:
    serve(engine, [document("a"), document("b")], seq=7)

    status = engine.status()

    assert status.name == engine.status().name != ""
    assert (status.generation, status.seq, status.documents) == (generation("g1", 7), 7, 2)
    assert (status.generations, status.error) == (("g1",), None)


def test_build_when_done_then_it_counts_its_documents_and_does_not_serve(engine: Engine) -> None:
    assert engine.build(generation(), [document("a"), document("b")]).applied == 2

    assert engine.status().generation is None
    assert engine.status().generations == ("g1",)
    with pytest.raises(EngineError):
        engine.search(query())


def test_build_when_there_is_no_document_then_the_generation_is_empty(engine: Engine) -> None:
    serve(engine, [], seq=3)

    assert (engine.status().seq, engine.status().documents) == (3, 0)
    assert ids(engine.search(query()).candidates) == ids(engine.search(words("x")).candidates) == []


def test_build_when_a_document_comes_twice_or_is_deleted_then_the_last_word_counts(engine: Engine) -> None:
    stream = [document("a", words="前"), document("b"), document("a", words="后"), gone("b", 1), gone("c", 1)]

    assert engine.build(generation(), stream).applied == 1
    engine.activate("g1")
    assert (
        ids(engine.search(words("前", "后")).candidates)
        == ids(engine.search(words("后")).candidates)
        == ids(engine.search(query()).candidates)
        == ["a"]
    )


def test_build_while_another_serves_then_answers_stay_the_same(engine: Engine) -> None:
    serve(engine, [document("a", words="旧")])

    engine.build(generation("g2"), [document("b", words="新")])

    assert ids(engine.search(query()).candidates) == ["a"]
    assert engine.status().generations == ("g1", "g2")


@pytest.mark.parametrize("error", [RuntimeError("broken source"), NotFoundError("gone"), KeyboardInterrupt()])
def test_build_when_its_documents_fail_then_that_error_comes_through_and_nothing_remains(
    engine: Engine, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        engine.build(generation(), _failing(error))

    assert engine.status().generations == ()
    assert engine.build(generation(), [document("a")]).applied == 1


def test_build_when_the_name_is_taken_then_engine_error_and_the_first_stays(engine: Engine) -> None:
    serve(engine, [document("a")])

    with pytest.raises(EngineError):
        engine.build(generation(), [document("b")])

    assert ids(engine.search(query()).candidates) == ["a"]


@pytest.mark.parametrize("name", ["", ".", "..", "../g1", "a/b", "g1.building", "a b", "\x00"])
def test_name_when_it_could_lead_elsewhere_then_engine_error(engine: Engine, name: str) -> None:
    with pytest.raises(EngineError):
        engine.build(generation(name), [])
    with pytest.raises(EngineError):
        engine.activate(name)


def test_build_while_another_builds_then_engine_busy_error_and_the_first_ends_well(
    kit: EngineKit, engine: Engine
) -> None:
    both = allows(kit, "two builds at once")

    def stream() -> Iterator[Document]:
        yield document("a")
        with nullcontext() if both else pytest.raises(EngineBusyError):
            kit.open().build(generation("g2"), [])
        yield document("b")

    assert engine.build(generation("g1"), stream()).applied == 2
    assert engine.status().generations == (("g1", "g2") if both else ("g1",))


def test_activate_when_done_then_every_engine_answers_from_it_and_the_one_before_is_kept(
    kit: EngineKit, engine: Engine
) -> None:
    serve(engine, [document("a", words="旧")], "g1", 1)
    other = kit.open()
    assert ids(other.search(query()).candidates) == ["a"]
    with elsewhere(kit) as process:
        assert process.ask()["generation"] == "g1"

        serve(engine, [document("b", 5, "新")], "g2", 5)

        assert process.ask() == {"generation": "g2", "seq": 5, "error": None}
    assert other.status().generation == generation("g2", 5)
    assert ids(other.search(query()).candidates) == ids(engine.search(query()).candidates) == ["b"]
    assert other.status().generations == ("g1", "g2")


def test_activate_when_going_back_then_the_earlier_one_answers_at_its_seq(engine: Engine) -> None:
    serve(engine, [document("a")], "g1", 1)
    serve(engine, [document("b")], "g2", 5)

    engine.activate("g1")

    assert (engine.status().seq, ids(engine.search(query()).candidates)) == (1, ["a"])


def test_activate_when_there_is_no_such_generation_then_engine_error_and_the_serving_one_stays(
    engine: Engine,
) -> None:
    serve(engine, [document("a")])

    with pytest.raises(EngineError):
        engine.activate("g2")

    assert ids(engine.search(query()).candidates) == ["a"]


def test_drop_when_it_serves_then_engine_error_and_it_stays(engine: Engine) -> None:
    serve(engine, [document("a")])

    with pytest.raises(EngineError):
        engine.drop("g1")

    assert ids(engine.search(query()).candidates) == ["a"]


def test_drop_when_it_does_not_serve_then_it_is_gone_for_all(kit: EngineKit, engine: Engine) -> None:
    other = kit.open()
    serve(engine, [document("a")], "g1")
    serve(engine, [document("b")], "g2")
    assert other.status().generations == ("g1", "g2")

    engine.drop("g1")

    assert engine.status().generations == other.status().generations == ("g2",)
    with pytest.raises(EngineError):
        engine.activate("g1")


def test_drop_when_it_does_not_exist_then_nothing_happens(engine: Engine) -> None:
    serve(engine, [document("a")])

    engine.drop("g9")

    assert engine.status().generations == ("g1",)


def test_close_when_repeated_then_nothing_happens(kit: EngineKit, engine: Engine) -> None:
    other = kit.open()
    serve(engine, [document("a")])
    assert ids(other.search(query()).candidates) == ["a"]

    other.close()
    other.close()

    assert ids(engine.search(query()).candidates) == ["a"]
