"""Writing: what a change does, when it counts, and who sees it."""

from __future__ import annotations

import pytest

from service_catalog.engines.base import Engine
from service_catalog.model import AppliedCounts, Document
from service_catalog.model.errors import EngineError
from tests.contract.engines.elsewhere import elsewhere
from tests.contract.engines.kit import EngineKit, document, generation, gone, ids, query, serve, words


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Documents a and b at seq 10."""
    return serve(engine, [document("a", 10, "旧"), document("b", 10, "另")], seq=10)


def test_apply_when_a_document_is_new_then_it_is_found_beside_the_others(filled: Engine) -> None:
    counts = filled.apply([document("c", 11, "新")], seq=11)

    assert counts == AppliedCounts(applied=1)
    assert ids(filled.search(words("新")).candidates) == ["c"]
    assert ids(filled.search(query()).candidates) == ["a", "b", "c"]


def test_apply_when_a_document_exists_then_it_is_replaced_as_a_whole(filled: Engine) -> None:
    filled.apply([document("a", 11, "新")], seq=11)

    assert ids(filled.search(words("旧")).candidates) == []
    assert [(each.id, each.facts["seq"]) for each in filled.search(words("新")).candidates] == [("a", 11)]
    assert filled.status().documents == 2


def test_apply_when_a_document_is_deleted_then_it_disappears(filled: Engine) -> None:
    filled.apply([gone("a", 11)], seq=11)

    assert ids(filled.search(query()).candidates) == ["b"]
    assert ids(filled.search(words("旧")).candidates) == []
    assert filled.status().documents == 1


def test_apply_when_a_deleted_document_returns_then_it_is_found_again(filled: Engine) -> None:
    filled.apply([gone("a", 11)], seq=11)
    filled.apply([document("a", 12, "新")], seq=12)

    assert ids(filled.search(words("新")).candidates) == ["a"]


def test_apply_when_what_is_deleted_was_never_there_then_only_the_seq_moves(filled: Engine) -> None:
    filled.apply([gone("z", 11)], seq=11)

    assert (filled.status().seq, filled.status().documents) == (11, 2)


def test_apply_when_there_is_no_document_then_the_seq_moves(filled: Engine) -> None:
    assert filled.apply([], seq=15) == AppliedCounts(applied=0)
    assert filled.status().seq == 15


def test_apply_when_repeated_then_nothing_changes(filled: Engine) -> None:
    batch = [document("a", 11, "新"), gone("b", 11)]
    filled.apply(batch, seq=11)

    assert filled.apply(batch, seq=11) == AppliedCounts(applied=0, stale=2)
    assert (ids(filled.search(query()).candidates), filled.status().seq) == (["a"], 11)


@pytest.mark.parametrize("seq", [10, 9, 0])
def test_apply_when_the_seq_is_not_new_then_nothing_happens(filled: Engine, seq: int) -> None:
    assert filled.apply([document("a", seq, "新")], seq=seq) == AppliedCounts(applied=0, stale=1)
    assert ids(filled.search(words("新")).candidates) == []
    assert filled.status().seq == 10


def test_apply_when_one_document_is_older_than_the_one_held_then_only_that_one_is_stale(
    filled: Engine,
) -> None:
    counts = filled.apply([document("a", 9, "更旧"), document("b", 11, "新")], seq=11)

    assert counts == AppliedCounts(applied=1, stale=1)
    assert ids(filled.search(words("旧", "新")).candidates) == ["a", "b"]


def test_apply_when_a_batch_holds_a_document_twice_then_the_newer_one_counts(filled: Engine) -> None:
    filled.apply(
        [document("c", 12, "后"), document("c", 11, "前"), document("d", 12, "x"), gone("d", 12)], seq=12
    )

    assert ids(filled.search(words("后")).candidates) == ["c"]
    assert ids(filled.search(words("前", "x")).candidates) == []


def test_apply_when_nothing_serves_then_engine_error(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.apply([document("a", 1)], seq=1)


def test_apply_when_a_generation_is_named_then_it_changes_and_the_serving_one_does_not(
    filled: Engine,
) -> None:
    filled.build(generation("g2", 10), [document("a", 10, "旧")])

    filled.apply([document("a", 11, "新")], seq=11, generation="g2")

    assert (filled.status().seq, ids(filled.search(words("新")).candidates)) == (10, [])
    filled.activate("g2")
    assert (filled.status().seq, ids(filled.search(words("新")).candidates)) == (11, ["a"])


def test_apply_when_the_named_generation_does_not_exist_then_engine_error(filled: Engine) -> None:
    with pytest.raises(EngineError):
        filled.apply([document("a", 11)], seq=11, generation="none")


def test_apply_when_it_fails_then_seq_and_documents_stay(filled: Engine) -> None:
    with pytest.raises(EngineError):
        filled.apply([document("c", 11, "新"), Document("d", 11, {"no_such": ("x",)})], seq=11)

    assert (filled.status().seq, ids(filled.search(query()).candidates)) == (10, ["a", "b"])
    assert filled.apply([document("c", 11, "新")], seq=11).applied == 1


def test_apply_when_done_by_another_engine_object_then_seen_after_the_next_status(
    kit: EngineKit, filled: Engine
) -> None:
    other = kit.open()
    assert ids(other.search(words("旧")).candidates) == ["a"]

    filled.apply([document("a", 11, "新")], seq=11)

    assert other.status().seq == 11
    assert (ids(other.search(words("旧")).candidates), ids(other.search(words("新")).candidates)) == (
        [],
        ["a"],
    )


def test_apply_when_done_by_another_process_then_each_sees_the_others_changes(
    kit: EngineKit, filled: Engine
) -> None:
    with elsewhere(kit) as other:
        assert other.ask(find="旧") == {"seq": 10, "ids": ["a"]}
        filled.apply([document("a", 11, "新")], seq=11)
        assert other.ask(find="新") == {"seq": 11, "ids": ["a"]}
        assert other.ask(apply=[12, "c", "新"]) == 1
        assert filled.status().seq == 12
        assert ids(filled.search(words("新")).candidates) == ["a", "c"]


def test_apply_when_done_many_times_then_every_change_is_in_the_next_answer(filled: Engine) -> None:
    for seq in range(11, 51):
        filled.apply([document("a", seq, f"第{seq}")], seq=seq)
        assert [each.facts["seq"] for each in filled.search(words(f"第{seq}")).candidates] == [seq]

    assert (filled.status().seq, filled.status().documents) == (50, 2)
