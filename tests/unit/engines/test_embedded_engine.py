"""What is particular to the embedded engine: one state a search, forks, growth, definitions that grow."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.engines.definition import Definition, Field, Role
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.engines.embedded_search import Kept
from service_catalog.model import Clause, Document, EngineQuery, Filter, Generation
from service_catalog.model.errors import EngineBusyError, EngineError

ID = Field("id", Role.KEY, "id")
WORDS = Field("words", Role.TEXT, "words", 1.0, "test")
LATER = Field("later", Role.TEXT, "a field of a later version", 1.0, "test")
EVERYTHING = EngineQuery()


def _definition(*fields: Field) -> Definition:
    return Definition({field.name: field for field in fields}, {}, 1, "hash")


def _document(document_id: str, seq: int) -> Document:
    return Document(document_id, seq, {"words": ("证", f"第{seq}")}, {"seq": seq})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine that serves documents a to e, all at seq 0."""
    made = EmbeddedEngine(tmp_path, _definition(ID, WORDS))
    made.build(Generation("g1", "hash", "dictionary", 0, "now"), [_document(each, 0) for each in "abcde"])
    made.activate("g1")
    yield made
    made.close()


def test_search_while_a_batch_is_applied_in_another_thread_then_it_sees_all_of_it_or_nothing(
    engine: EmbeddedEngine,
) -> None:
    seen: list[set[int]] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            engine.status()
            seen.append(
                {
                    each.facts["seq"]
                    for each in engine.search(EngineQuery((Clause("words", ("证",), 1.0),))).candidates
                }
            )

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for seq in range(1, 16):
        engine.apply([_document(each, seq) for each in "abcde"], seq=seq)
    stop.set()
    for thread in threads:
        thread.join()

    assert all(len(each) == 1 for each in seen)
    assert len(set.union(*seen)) > 1


def _search_in_child(engine: EmbeddedEngine, answers: multiprocessing.Queue[list[str]]) -> None:
    answers.put([candidate.id for candidate in engine.search(EVERYTHING).candidates])


def test_engine_when_made_before_a_fork_then_parent_and_child_both_search(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    unused = EmbeddedEngine(tmp_path, _definition(ID, WORDS))
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_search_in_child, args=(unused, answers))
    child.start()

    assert answers.get(timeout=30) == list("abcde")
    child.join()
    assert [candidate.id for candidate in unused.search(EVERYTHING).candidates] == list("abcde")


def test_engine_when_changes_come_one_by_one_then_segments_do_not_pile_up(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    for seq in range(1, 31):
        engine.apply([_document("a", seq)], seq=seq)

    assert len(list((tmp_path / "generations" / "g1").glob("*.store"))) <= 10


def test_engine_when_another_holds_the_writer_then_engine_busy_error_and_later_it_works(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    other = EmbeddedEngine(tmp_path, _definition(ID, WORDS))

    class Interrupting(list[Document]):
        """A batch that, while it is read, lets another engine try to write."""

        def __iter__(self) -> Iterator[Document]:
            with pytest.raises(EngineBusyError):
                other.apply([_document("y", 1)], seq=1)
            return super().__iter__()

    engine.apply(Interrupting([_document("x", 1)]), seq=1)

    assert other.apply([_document("y", 2)], seq=2).applied == 1


def test_generation_when_older_than_a_field_then_clauses_on_it_find_nothing_and_filters_say_so(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    newer = EmbeddedEngine(tmp_path, _definition(ID, WORDS, LATER))

    both = EngineQuery((Clause("later", ("证",), 1.0, group="later"), Clause("words", ("第0",), 1.0)))
    assert len(newer.search(both).candidates) == 5
    with pytest.raises(EngineError):
        newer.search(EngineQuery((), (Filter("later", ("证",)),)))
    newer.apply([Document("f", 1, {"words": ("第0",), "later": ("证",)})], seq=1)
    assert len(newer.search(both).candidates) == 6


def test_search_when_it_fails_on_sound_files_then_engine_error_and_the_index_is_not_called_damaged(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a query that tantivy cannot digest")

    monkeypatch.setattr("service_catalog.engines.embedded.browse", fail)

    with pytest.raises(EngineError) as raised:
        engine.search(EVERYTHING)

    assert type(raised.value) is EngineError
    assert engine.status().error is None


def test_document_when_the_same_seq_comes_with_other_content_then_the_new_content_is_shown(
    engine: EmbeddedEngine,
) -> None:
    """As after a restored backup: what was read before must not be taken for what stands there now."""
    assert len(engine.search(EVERYTHING).candidates) == 5
    engine.build(
        Generation("g2", "hash", "dictionary", 0, "now"), [Document("a", 0, {}, {"seq": "other"}, "{}")]
    )
    engine.activate("g2")

    assert [candidate.facts for candidate in engine.search(EVERYTHING).candidates] == [{"seq": "other"}]


def test_kept_when_full_then_they_keep_what_was_asked_for_lately() -> None:
    known: Kept[int, str] = Kept(capacity=20)
    read: list[int] = []

    def look_up(row: int) -> None:
        def parse(_: int) -> str:
            read.append(row)
            return str(row)

        known.of([row], parse)

    for row in range(100):
        look_up(row)
        look_up(0)
    for row in range(95, 100):
        look_up(row)

    assert read == list(range(100))
    for row in range(50):
        look_up(row)
    assert len(read) >= 100 + 50 - 20
