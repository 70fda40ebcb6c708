"""The proof of tests/fault/test_store_crash.py, longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fault.log_proof import run_proof

CHANGES = 20_000


@pytest.mark.soak
def test_log_when_many_writers_are_killed_then_readers_see_each_change_once_and_nothing_acknowledged_is_lost(
    migrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run_proof(migrated_url, tmp_path, changes=CHANGES, seed=5)
    with capsys.disabled():
        print(f"\n{report}")

    assert report.faults == []
    assert report.changes >= CHANGES
    assert sum(report.kills.values()) == 200
