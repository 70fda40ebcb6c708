"""Measures the service and prints one table (``make bench``). docs/bench.md says how and how to read it.

Writes the table to ``latest.md`` and all figures as a line of ``history.jsonl``, in the folder ``--out``::

    python tests/bench/run.py [--quick] [--documents 50000] [--out build/bench]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # run as a file, Python looks beside it only

from tests.bench.generate import generate  # noqa: E402
from tests.bench.measuring import Bench, Plan  # noqa: E402
from tests.bench.servers import load_average, run_module, say  # noqa: E402
from tests.bench.table import Row, markdown, rows_beside_bare  # noqa: E402

QUICK = Plan(rounds=1, seconds=0.3, starts=1, warm_up_s=0.2)
QUICK_DOCUMENTS = 2_000

HISTORY = {"latest": "history.jsonl", "large": "large-history.jsonl"}
"""Where the figures of all runs are kept, by name of the table."""

ANSWER_BYTES = 7_000
"""About what a search answer has on average, for measuring the load generator alone."""


def main() -> None:
    """One run, one table."""
    given = _arguments()
    run = measure(given.documents, Plan() if not given.quick else QUICK)
    report(given.out, "latest", run, rows_beside_bare(run["text"]))


def report(folder: Path, name: str, run: dict[str, Any], rows: Iterable[Row]) -> None:
    """Print the table of a run, keep it under ``name``, and add all figures to the history."""
    folder.mkdir(parents=True, exist_ok=True)
    table = markdown(run, rows)
    (folder / f"{name}.md").write_text(table, encoding="utf-8")
    with (folder / HISTORY[name]).open("a", encoding="utf-8") as history:
        history.write(json.dumps(run, ensure_ascii=False) + "\n")
    print(table)


def measure(documents: int, plan: Plan) -> dict[str, Any]:
    """All figures of one run: the seed as it is, and a generated catalogue of so many documents."""
    run = surroundings(plan)
    with tempfile.TemporaryDirectory(prefix="catalog-bench-") as folder:
        bench = Bench(Path(folder), plan)
        say("text")
        run["text"] = run_module("bench_text", "--rounds", str(plan.rounds), data=bench.folder)
        say("load generator")
        run["ceiling"] = bench.ceiling(ANSWER_BYTES)
        say("the seed")
        run["sizes"] = [bench.measure("seed", ROOT / "seed")]
        say(f"{documents:,} documents")
        generate(bench.folder / "generated-seed", ROOT / "seed", documents=documents)
        run["sizes"].append(bench.measure("generated", bench.folder / "generated-seed"))
    run["load_after"] = load_average()
    return run


def surroundings(plan: Plan) -> dict[str, Any]:
    """Where, when and how a run is measured."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": _machine(),
        "plan": asdict(plan),
        "load_before": load_average(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the service beside a bare Flask route.")
    parser.add_argument(
        "--quick", action="store_true", help="tries the bench itself: the figures mean nothing"
    )
    parser.add_argument(
        "--documents", type=int, help="size of the generated catalogue (50,000; quick: 2,000)"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder of the results")
    given = parser.parse_args()
    if given.documents is None:
        given.documents = QUICK_DOCUMENTS if given.quick else 50_000
    return given


def _machine() -> dict[str, Any]:
    processors = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "processor": processors[0] if processors else platform.machine(),
        "memory_gb": round(pages * page_bytes / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
