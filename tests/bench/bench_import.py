"""How long an import of 100,000 rows takes and how much memory: NDJSON and XLSX, into an empty catalogue.

Two lists, both made of the reference catalogue's items under other codes and names:

- ``items``: 100,000 items without guides, one row each;
- ``guides``: items with guides, so many that the workbook has 100,000 rows in all its sheets together.

Each import is the command itself, a process of its own; the time and the peak are without the search index,
which is built after the records are written and is measured by ``run.py``. ``cpu_s`` is the time of the whole
process on a processor: on a busy machine the figure to compare.

    python -m tests.bench.bench_import [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from service_catalog.app import open_catalog, prepare
from service_catalog.config import Settings
from service_catalog.exchange.exporting import Moment, export_records
from service_catalog.exchange.importing import FileImport
from service_catalog.exchange.ndjson import read_records
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.sheets.profile import load_profile
from service_catalog.model import Record
from tests.servers.service import environment

ROOT = Path(__file__).resolve().parents[2]

OWNER = "110112"

LIMIT = 2**30
"""Bytes of a file: what the command refuses as too large is not the matter here."""

CHILD_ROWS = ("materials", "steps", "legal_basis", "questions", "windows")
"""Parts of a guide that have a row each in a workbook."""


def items(*, with_guides: bool) -> Iterator[Record]:
    """Items without end: those of the reference catalogue again and again, each time under other codes."""
    models = list(read_records(ROOT / "seed" / f"items-{OWNER}.ndjson"))
    if with_guides:
        models = [record for record in models if record.content["guide"]]
    for number, model in enumerate(cycle(models), start=1):
        code = f"B{number:06}"
        content = {**model.content, "code": code, "name": f"{model.content['name']}（{number}）"}
        if not with_guides:
            content["guide"] = None
        yield replace(model, id=f"{OWNER}-{code}", content=content)


def rows_of(record: Record) -> int:
    """Rows that an item takes in all sheets of a workbook."""
    guide = record.content["guide"] or {}
    return 1 + sum(len(guide.get(name) or ()) for name in CHILD_ROWS)


def taken(records: Iterator[Record], rows: int) -> Iterator[Record]:
    """As many records as have so many rows."""
    done = 0
    for record in records:
        done += rows_of(record)
        if done > rows:
            return
        yield record


def write_workbook(path: Path, records: Iterator[Record]) -> None:
    """The list as an export writes it."""
    export_records(path, records, profile=load_profile(), moment=Moment(0, "2026-01-01 00:00"))


def write_lines(path: Path, records: Iterator[Record]) -> None:
    """The list, one record a line."""
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")


def measure(path: Path, data: Path) -> dict[str, Any]:
    """Import one file into a new catalogue, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_import", "--import", str(path)]
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environment(data), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"process_s": round(time.perf_counter() - began, 1), "mb": path.stat().st_size >> 20}


def import_one(path: Path) -> dict[str, Any]:
    """What the command does, up to the search index."""
    settings = Settings.from_env()
    prepare(settings)
    catalog = open_catalog(settings)
    profile = load_profile(labels=catalog.labels)
    began = time.perf_counter()
    with FileImport(catalog, today="2026-01-01") as work:
        plan = work.check([path], lambda each: read_file(each, profile, limit_bytes=LIMIT))
        assert not work.findings.faults, work.findings.kept[:5]
        checked = time.perf_counter()
        work.write(plan, author="bench", reason="bench")
    written = time.perf_counter()
    catalog.close()
    return {
        "records": plan.changes,
        "check_s": round(checked - began, 1),
        "write_s": round(written - checked, 1),
        "seconds": round(written - began, 1),
        "cpu_s": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a file."""
    parser = argparse.ArgumentParser(description="Measure imports.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--import", dest="path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.path is not None:
        print(json.dumps(import_one(given.path)))
        return
    os.nice(10)
    with tempfile.TemporaryDirectory() as folder:
        for name, with_guides in (("items", False), ("guides", True)):
            count = sum(1 for _ in taken(items(with_guides=with_guides), given.rows))
            for suffix, write in ((".ndjson", write_lines), (".xlsx", write_workbook)):
                path = Path(folder, name + suffix)
                write(path, islice(items(with_guides=with_guides), count))
                found = measure(path, Path(folder, f"data-{path.name}"))
                rate = round(given.rows / found["seconds"])
                print(f"{path.name}: {given.rows} rows, {json.dumps(found)}, {rate} rows/s", flush=True)


if __name__ == "__main__":
    main()
