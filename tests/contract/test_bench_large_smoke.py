"""The large bench works: a quick run on a real Elasticsearch gives a whole table. Figures do not count."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from service_catalog.exchange.seeding import seed_files
from service_catalog.store.canonical import canonical_json
from tests.bench.generate import generate
from tests.bench.queries import STANDING_IN, target, targets

ROOT = Path(__file__).resolve().parents[2]

LABELS = (
    "records put into the store, s",
    "index built, s",
    "index built, documents/s",
    "most memory while building, MB",
    "index, MB",
    "search, requests/s, 1 connection",
    "search, p50 · p99, ms, 1 connection",
    "**p99 ÷ p99 at the size before, 1 connection**",
    "search, requests/s, 8 connections",
    "search, p50 · p99, ms, 8 connections",
    "**p99 ÷ p99 at the size before, 8 connections**",
    "memory of a worker, RSS · PSS, MB",
    "memory of Elasticsearch, RSS, MB",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one quick run has filled."""
    folder = tmp_path_factory.mktemp("bench-large")
    command = [sys.executable, str(ROOT / "tests" / "bench" / "large.py"), "--quick", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generated seed folder."""
    folder = tmp_path_factory.mktemp("generated")
    generate(folder, ROOT / "seed", documents=1_500)
    return folder


def table(results: Path) -> list[list[str]]:
    """The cells of the table's lines, its head included, the rule below that not."""
    lines = (results / "large.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in row] for row in rows]


def test_large_bench_when_run_then_the_table_has_every_row_once_and_names_each_size(results: Path) -> None:
    head, *rows = table(results)

    assert head[1:4] == ["1,215 documents", "1,500 documents", "2,000 documents"]
    assert tuple(row[0] for row in rows) == LABELS


def test_large_bench_when_run_then_every_cell_but_the_first_ratio_holds_a_figure(results: Path) -> None:
    _, *rows = table(results)

    empty = [(row[0], place) for row in rows for place in (1, 2, 3) if not re.search(r"\d", row[place])]
    assert empty == [(label, 1) for label in LABELS if "÷" in label]


def test_large_bench_when_run_then_one_line_with_every_round_is_added(results: Path) -> None:
    (line,) = (results / "large-history.jsonl").read_text(encoding="utf-8").splitlines()

    sizes = json.loads(line)["sizes"]

    rounds = [load for size in sizes for loads in size["loads"].values() for load in loads.values()]
    assert [len(each) for each in rounds] == [1] * 6


def test_generated_lines_when_loaded_as_rows_then_they_are_in_the_form_the_store_keeps(
    generated: Path,
) -> None:
    lines = [line for path in seed_files(generated) for line in path.read_text(encoding="utf-8").splitlines()]

    assert [line for line in lines if canonical_json(json.loads(line)) != line] == []


def test_targets_when_made_then_every_generated_name_is_asked_for_once_a_region(generated: Path) -> None:
    made = (generated / "items-generated.ndjson").read_text(encoding="utf-8").splitlines()
    names = [json.loads(line)["name"] for line in made]

    asked = Counter(targets(generated, random.Random(1)))

    assert {asked[target(name, region)] for name in names for region in STANDING_IN} == {1}
