"""The embedded index when its files are damaged and its processes killed: it answers rightly or not at all.

Whatever may touch a damaged file runs in a process of its own: the touch would end it.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from service_catalog.engines.embedded import CHECK_INTERVAL_S
from service_catalog.engines.embedded_checks import SEGMENT_PARTS
from service_catalog.engines.embedded_files import BUILDING
from service_catalog.model.errors import EngineBusyError, EngineDamagedError
from tests.contract.engines.elsewhere import Elsewhere, elsewhere
from tests.contract.engines.kit import EmbeddedKit, document, generation, gone, ids, query, serve, words

PARTS = {*SEGMENT_PARTS, "del"}
"""Kinds of files that hold documents: their damage must never go unnoticed."""


@pytest.fixture
def kit(tmp_path: Path) -> EmbeddedKit:
    """An index of 40 documents in two segments, some of them changed and deleted since the build."""
    made = EmbeddedKit(tmp_path / "index")
    engine = serve(made.open(), [document(f"d{number:02}", 1, f"证 第{number}") for number in range(42)])
    engine.apply([document("d00", 2, "证 新"), gone("d01", 2), gone("d02", 2)], seq=2)
    engine.close()
    return made


def _files(kit: EmbeddedKit) -> list[Path]:
    """Every file of the index that is not a lock, relative to its folder."""
    found = (path.relative_to(kit.folder) for path in kit.folder.rglob("*") if path.is_file())
    return sorted(path for path in found if path.suffix != ".lock")


def _delete(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0xFF]))


def _rest(path: Path) -> None:
    """Overwritten by its own second half: the right end, and not the right content."""
    content = path.read_bytes()
    path.write_bytes(content[len(content) // 2 :])


damage = pytest.mark.parametrize("spoil", [_delete, _empty, _halve, _flip, _rest])


def _answers(process: Elsewhere, kit: EmbeddedKit) -> object:
    """What an engine over the index says to three questions."""
    place = str(kit.folder)
    return [
        process.ask(place=place, all=True),
        *(process.ask(place=place, find=word) for word in ("证", "第7")),
    ]


def _copies(kit: EmbeddedKit, folder: Path) -> Iterator[tuple[EmbeddedKit, Path]]:
    """For each file of the index a copy of the index, and the file in it."""
    for number, file in enumerate(_files(kit)):
        copy = EmbeddedKit(shutil.copytree(kit.folder, folder / str(number)))
        yield copy, copy.folder / file


def _noticed(file: Path, answers: object, right: object) -> set[str]:
    """The kind of file if its damage was noticed, nothing if the answers are right; anything else fails."""
    if answers == right:
        return set()
    assert answers in (["EngineDamagedError"] * 3, ["EngineError"] * 3), file
    return {file.suffix.removeprefix(".") or file.name}


@damage
def test_running_engine_when_any_file_is_damaged_then_it_says_so_or_still_answers_rightly(
    kit: EmbeddedKit, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    noticed: set[str] = set()
    with elsewhere(kit) as process:
        for copy, file in _copies(kit, tmp_path):
            right = _answers(process, copy)
            spoil(file)
            time.sleep(2 * CHECK_INTERVAL_S)
            noticed |= _noticed(file, _answers(process, copy), right)

    assert noticed >= {*PARTS, "serving"}


@damage
def test_engine_when_any_file_was_damaged_before_opening_then_it_says_so_or_still_answers_rightly(
    kit: EmbeddedKit, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    noticed: set[str] = set()
    with elsewhere(kit) as process:
        right = _answers(process, kit)
        for copy, file in _copies(kit, tmp_path):
            spoil(file)
            noticed |= _noticed(file, _answers(process, copy), right)

    assert noticed >= {*PARTS, "json", "serving"}


def test_engine_when_damaged_then_it_stays_so_until_another_generation_is_activated(kit: EmbeddedKit) -> None:
    engine = kit.open()
    assert len(engine.search(query()).candidates) == 40
    file = next(kit.folder.rglob("*.term"))
    content = file.read_bytes()
    file.unlink()
    time.sleep(2 * CHECK_INTERVAL_S)

    assert engine.status().error is not None
    assert engine.status().generation == generation()
    file.write_bytes(content)
    time.sleep(2 * CHECK_INTERVAL_S)
    with pytest.raises(EngineDamagedError):
        engine.search(query())
    with pytest.raises(EngineDamagedError):
        engine.apply([document("x", 3)], seq=3)

    serve(engine, [document("a")], "g2")
    assert engine.status().error is None
    assert ids(engine.search(query()).candidates) == ["a"]
    engine.drop("g1")
    assert engine.status().generations == ("g2",)


def test_activate_when_the_generation_is_damaged_then_refused_and_the_serving_one_stays(
    kit: EmbeddedKit,
) -> None:
    engine = kit.open()
    engine.build(generation("g2"), [document("a")])
    _flip(next((kit.folder / "generations" / "g2").glob("*.idx")))

    with pytest.raises(EngineDamagedError):
        engine.activate("g2")

    assert len(engine.search(query()).candidates) == 40


def test_build_when_its_process_is_killed_then_the_serving_index_is_untouched_and_the_next_build_cleans_up(
    kit: EmbeddedKit,
) -> None:
    engine = kit.open()
    with elsewhere(kit) as process:
        process.tell(build_on="g2")
        assert process.hear() == "building"
        with pytest.raises(EngineBusyError):
            engine.build(generation("g3"), [])
        process.kill()
    left = kit.folder / "generations" / f"g2{BUILDING}"
    assert left.is_dir()

    assert len(engine.search(query()).candidates) == 40
    assert (engine.status().error, engine.status().generations) == (None, ("g1",))
    serve(engine, [document("a")], "g2")
    assert ids(engine.search(query()).candidates) == ["a"]
    assert not left.exists()


def test_apply_when_a_killed_one_left_its_file_of_deletions_then_the_same_batch_still_goes_in(
    kit: EmbeddedKit, tmp_path: Path
) -> None:
    batch = [gone("d05", 3), document("d06", 3, "证 新")]
    killed = EmbeddedKit(shutil.copytree(kit.folder, tmp_path / "killed"))
    killed.open().apply(batch, seq=3)
    left = {path.name: path for path in killed.folder.rglob("*.del")}
    for name in {*left} - {path.name for path in kit.folder.rglob("*.del")}:
        shutil.copy(left[name], kit.folder / "generations" / "g1")
        shutil.copy(left[name].with_name(".managed.json"), kit.folder / "generations" / "g1")

    engine = kit.open()
    assert engine.apply(batch, seq=3).applied == 2
    assert (engine.status().seq, engine.status().documents) == (3, 39)


@pytest.fixture
def counted(tmp_path: Path) -> EmbeddedKit:
    """An index in which each document's words and seq are the index's seq."""
    made = EmbeddedKit(tmp_path / "counted")
    serve(made.open(), [document(name, 1, "1") for name in "abc"])
    return made


def test_apply_when_its_process_is_killed_then_seq_and_documents_agree_and_nothing_acknowledged_is_lost(
    counted: EmbeddedKit,
) -> None:
    moments = random.Random(20_261_124)
    acknowledged = 1
    for _ in range(8):
        with elsewhere(counted) as process:
            process.tell(count_up=list("abc"))
            for _ in range(moments.randrange(1, 12)):
                acknowledged = process.hear()
                assert isinstance(acknowledged, int)
            time.sleep(moments.uniform(0, 0.03))
            acknowledged = [acknowledged, *process.kill()][-1]
        engine = counted.open()
        status = engine.status()
        found = engine.search(words(str(status.seq))).candidates

        assert status.error is None
        assert status.seq in (acknowledged, acknowledged + 1)
        assert [(each.id, each.facts["seq"]) for each in found] == [(name, status.seq) for name in "abc"]
        assert status.documents == len(engine.search(query()).candidates) == 3
        engine.close()


def _look_on(counted: EmbeddedKit, until: int) -> Iterator[tuple[int, set[str]]]:
    engine = counted.open()
    while (status := engine.status()).seq < until:
        assert status.error is None
        yield status.seq, {each.facts["words"] for each in engine.search(query()).candidates}


def test_apply_when_three_processes_write_then_each_seq_is_given_once_and_readers_see_whole_states(
    counted: EmbeddedKit,
) -> None:
    last = 30
    with ExitStack() as stack:
        writers = [stack.enter_context(elsewhere(counted)) for _ in range(3)]
        for writer in writers:
            writer.tell(count_up=list("abc"))
        states = list(_look_on(counted, last))
        given = [seq for writer in writers for seq in writer.kill()]

    assert all(seen == {str(seq)} for seq, seen in states)
    assert len({seq for seq, _ in states}) > 1
    assert len(given) == len(set(given))
    # Each writer may have done one write more than it could tell of before it was killed.
    reached = counted.open().status().seq
    assert reached >= last
    assert len(set(range(2, reached + 1)) - set(given)) <= len(writers)
