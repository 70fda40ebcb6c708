"""The bench itself works: one quick run gives a whole table. Its figures are not looked at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LABELS = (
    "search, requests/s, 1 connection",
    "bare route, requests/s, 1 connection",
    "**search ÷ bare route, 1 connection**",
    "search, p50 · p99, ms, 1 connection",
    "bare route, p50 · p99, ms, 1 connection",
    "search, requests/s, 8 connections",
    "bare route, requests/s, 8 connections",
    "**search ÷ bare route, 8 connections**",
    "search, p50 · p99, ms, 8 connections",
    "bare route, p50 · p99, ms, 8 connections",
    "bytes of an answer, search · bare route",
    "cold start to ready, s",
    "memory of a worker, RSS · PSS, MB",
    "records loaded, s",
    "index built, s",
    "most memory while loading and building, MB",
    "text folded and segmented, characters/s",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one quick run has filled."""
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, str(ROOT / "tests" / "bench" / "run.py"), "--quick", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def table(results: Path) -> list[list[str]]:
    """The cells of the table's lines, its head included, the rule below that not."""
    lines = (results / "latest.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in row] for row in rows]


def test_bench_when_run_then_the_table_has_every_row_once(results: Path) -> None:
    _, *rows = table(results)

    assert tuple(row[0] for row in rows) == LABELS


def test_bench_when_run_then_every_cell_of_both_sizes_holds_a_figure(results: Path) -> None:
    _, *rows = table(results)

    assert [row for row in rows if not all(re.search(r"\d", cell) for cell in row[1:3])] == []


def test_bench_when_run_then_the_head_names_both_sizes(results: Path) -> None:
    head, *_ = table(results)

    assert head[1:3] == ["1,215 documents", "2,000 documents"]


def test_bench_when_run_then_one_line_with_every_round_is_added(results: Path) -> None:
    (line,) = (results / "history.jsonl").read_text(encoding="utf-8").splitlines()

    sizes = json.loads(line)["sizes"]

    rounds = [load for size in sizes for loads in size["loads"].values() for load in loads.values()]
    assert [len(each) for each in rounds] == [1] * 8
