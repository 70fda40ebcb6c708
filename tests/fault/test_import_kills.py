"""kill -9 at any moment of an import, on both servers: the store has all of it or nothing, and goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from tests.servers.service import environment, run

OWNER = "110112"

IMPORTER = """
import os, sys
from service_catalog.app import wiring
from service_catalog.cli.commands import make_group
from service_catalog.text.folding import fold
from service_catalog.text.pinyin import syllables
from service_catalog.text.segmentation import Segmenter
syllables(Segmenter({}).words(fold("測試")))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            make_group(wiring())(["import", line.strip(), "--confirm"], standalone_mode=False)
        finally:
            os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("over", flush=True)
"""
"""Starts each import as a process of its own, without the second that Python and its word lists need."""


@dataclass(frozen=True)
class Importer:
    """Starts imports, and kills them."""

    process: subprocess.Popen[str]

    def begin(self, path: Path) -> int:
        """Start one; returns its process."""
        assert self.process.stdin
        assert self.process.stdout
        print(path, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def wait(self) -> None:
        """Until the import is over, one way or the other."""
        assert self.process.stdout
        while (line := self.process.stdout.readline()) != "over\n":
            assert line, "the importer has ended"

    def run(self, path: Path) -> float:
        """Import undisturbed; returns the seconds it took."""
        began = time.monotonic()
        self.begin(path)
        self.wait()
        return time.monotonic() - began

    def kill_after(self, path: Path, seconds: float) -> None:
        """Import, and kill it meanwhile."""
        process = self.begin(path)
        time.sleep(seconds)
        with suppress(ProcessLookupError):  # it was over already
            os.kill(process, signal.SIGKILL)
        self.wait()


@contextmanager
def importing(data: Path, url: str) -> Iterator[Importer]:
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTER],
        env=environment(data, CATALOG_STORE_URL=url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Importer(process)
    finally:
        process.kill()
        process.communicate()


def write_batch(path: Path, batch: int, items: int) -> Path:
    """A file whose records all carry the number of their batch."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(items):
            record = {
                "kind": "item",
                "id": f"{OWNER}-K{number}",
                "owner": OWNER,
                "code": f"K{number}",
                "name": f"事项{number}",
                "item_type": "20",
                "department": "某局",
                "provenance": {"status": "sample", "note": "测试"},
                "batch": batch,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def stored(settings: Settings) -> tuple[set[int], set[int], int, int]:
    """The batches and versions that the store holds, how many records, and the head of its log."""
    catalog = open_catalog(settings)
    try:
        records = [row.record for row in catalog.listing(Kind.ITEM, limit=10_000)[0]]
        head = catalog.status().head
    finally:
        catalog.close()
    batches = {record.content["batch"] for record in records}
    return batches, {record.version for record in records}, len(records), head


def kill_imports(url: str, data: Path, *, kills: int, items: int) -> None:
    """So many imports, each killed at a moment of its own, spread over the work; the store after each."""
    settings = Settings(data=data, store_url=url)
    data.mkdir()
    path, dice = data / "batch.ndjson", random.Random(20261125)
    with importing(data, url) as importer:
        importer.run(write_batch(path, 0, items))
        whole_s = importer.run(write_batch(path, 1, items))
        assert stored(settings) == ({1}, {2}, items, 2 * items)
        batch, version = 1, 2
        for number in range(kills):
            wanted = number + 2
            importer.kill_after(write_batch(path, wanted, items), whole_s * (number + dice.random()) / kills)
            found = stored(settings)
            if found[0] == {wanted}:
                batch, version = wanted, version + 1
            assert found == ({batch}, {version}, items, version * items), f"import {number} was torn"
        assert version < kills + 2, "every import was over before it was killed: nothing was tried"
        importer.run(write_batch(path, kills + 2, items))
        assert stored(settings)[0] == {kills + 2}
    assert run(data, "verify", CATALOG_STORE_URL=url).returncode == 0


def test_import_when_killed_at_any_moment_then_it_is_whole_or_absent(
    migrated_url: str, tmp_path: Path
) -> None:
    kill_imports(migrated_url, tmp_path / "data", kills=20, items=40)


@pytest.mark.soak
def test_import_when_a_large_one_is_killed_at_many_moments_then_it_is_whole_or_absent(
    migrated_url: str, tmp_path: Path
) -> None:
    kill_imports(migrated_url, tmp_path / "data", kills=60, items=3_000)
