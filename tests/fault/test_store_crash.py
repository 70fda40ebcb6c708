"""The log under six writers that roll back and are killed, beside three polling readers, on both servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service_catalog.model import Kind, Record
from service_catalog.store.server import connect
from service_catalog.store.sql import SqlStore, open_store
from tests.fault import log_verdict
from tests.fault.log_actors import KEPT, ROLLED_BACK, line_of
from tests.fault.log_proof import run_proof

CHANGES = 4_000


def test_log_when_writers_are_killed_then_readers_see_each_change_once_and_nothing_acknowledged_is_lost(
    migrated_url: str, tmp_path: Path
) -> None:
    report = run_proof(migrated_url, tmp_path, changes=CHANGES, seed=20_261_124)

    assert report.faults == []
    assert report.changes >= CHANGES
    assert sum(report.kills.values()) == 40
    assert report.rolled_back > 100


@pytest.fixture
def witnessed(migrated_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    """A store with three changes of one record, which a living writer acknowledged and a reader saw."""
    store = open_store(migrated_url)
    for version in (1, 2, 3):
        with store.write(author="writer-1", reason=KEPT) as transaction:
            transaction.put(Record(Kind.ITEM, "110112-R01", "110112", version, {"number": version}))
    log = store.changes(0, 10)
    (tmp_path / "acknowledged-writer-1").write_text("".join(f"{c.id} {c.version} {c.seq}\n" for c in log))
    (tmp_path / "seen-reader-1").write_text("".join(line_of(change) for change in log))
    yield store
    store.close()


def _statement(statement: str) -> Callable[[str, Path], None]:
    def spoil(url: str, _folder: Path) -> None:
        server = connect(url, create=False)
        with server.writer.begin() as connection:
            connection.execute(text(statement))
        server.close()

    return spoil


def _lines(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[str, Path], None]:
    def spoil(_url: str, folder: Path) -> None:
        path = folder / name
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    return spoil


def test_verdict_when_nothing_is_wrong_then_it_finds_nothing(witnessed: SqlStore, tmp_path: Path) -> None:
    assert log_verdict.faults(witnessed, tmp_path, killed=[]) == []


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(_statement("DELETE FROM change WHERE seq = 2"), "the log is not 1, 2, 3", id="gap"),
        pytest.param(_statement("UPDATE counter SET seq = 4"), "the log is not 1, 2, 3", id="gap at the end"),
        pytest.param(_statement("DELETE FROM revision WHERE seq = 2"), "history is not", id="lost revision"),
        pytest.param(
            _statement("UPDATE record SET author = 'x'"), "current row is not", id="old current row"
        ),
        pytest.param(
            _statement(f"UPDATE revision SET reason = '{ROLLED_BACK}' WHERE seq = 2"),
            "rolled-back write is there",
            id="rolled back",
        ),
        pytest.param(
            _lines("seen-reader-1", lambda lines: [lines[0], lines[2]]), "2 changes seen of 3", id="skipped"
        ),
        pytest.param(
            _lines("seen-reader-1", lambda lines: [*lines, lines[2]]), "4 changes seen of 3", id="seen twice"
        ),
        pytest.param(
            _lines("seen-reader-1", lambda lines: [lines[1], lines[0], lines[2]]),
            "other than the log from 1 on",
            id="order",
        ),
        pytest.param(
            _lines("acknowledged-writer-1", lambda lines: [*lines, "110112-R01 4 4\n"]),
            "acknowledged and lost",
            id="lost",
        ),
        pytest.param(
            _lines("acknowledged-writer-1", lambda lines: lines[:2]),
            "never acknowledged change 3",
            id="unacknowledged by a living writer",
        ),
    ],
)
def test_verdict_when_something_is_wrong_then_it_says_so(
    witnessed: SqlStore,
    migrated_url: str,
    tmp_path: Path,
    spoil: Callable[[str, Path], None],
    sentence: str,
) -> None:
    spoil(migrated_url, tmp_path)

    found = log_verdict.faults(witnessed, tmp_path, killed=[])
    assert any(sentence in fault for fault in found), found


def test_verdict_allows_a_killed_writer_its_unacknowledged_change(
    witnessed: SqlStore, migrated_url: str, tmp_path: Path
) -> None:
    _lines("acknowledged-writer-1", lambda lines: lines[:2])(migrated_url, tmp_path)

    assert log_verdict.faults(witnessed, tmp_path, killed=["writer-1"]) == []
