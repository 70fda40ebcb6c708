"""kill -9 in the middle of init, of a write, of a rebuild: after a restart nothing is half-done."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from service_catalog.model.errors import StoreUnavailableError
from tests.conftest import index_of
from tests.seed_rows import rows
from tests.servers.service import Service, environment, kill, run, serving, start

KILLS = 3
SEED_RECORDS = sum(
    len(rows(name)) for name in ("regions", "items-", "scenarios", "acceptances", "counterparts", "terms")
)

WRITER = """
import sys
from dataclasses import replace
from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
catalog = open_catalog(Settings.from_env())
items = [row.record for row in catalog.listing(Kind.ITEM, owner="110112", limit=200)[0]]
print("ready", flush=True)
for number in range(int(sys.argv[1]), 10_000):
    changed = [replace(item, version=number, content={**item.content, "batch": number}) for item in items]
    catalog.deliver(iter(changed), author="t", reason="t")
    print(number, flush=True)
"""


def moments(longest_s: float) -> Iterator[float]:
    """Moments to kill at, spread over the work and the same in every run."""
    dice = random.Random(20261124)
    for number in range(KILLS):
        yield longest_s * (number + dice.random()) / KILLS


def stored(data: Path) -> int | None:
    """Number of records, None where the store is not set up yet."""
    try:
        catalog = open_catalog(Settings(data=data))
    except StoreUnavailableError:
        return None
    try:
        return sum(catalog.status().counts.values())
    finally:
        catalog.close()


def test_init_when_killed_at_any_moment_then_it_is_whole_or_absent_and_can_be_run_again(
    tmp_path: Path,
) -> None:
    began = time.monotonic()
    assert run(tmp_path / "whole", "init").returncode == 0
    whole_s = time.monotonic() - began
    seen = set()
    for number, moment in enumerate(moments(whole_s)):
        data = tmp_path / f"killed-{number}"
        process = start(data, "init")
        time.sleep(moment)
        kill(process)
        seen.add(stored(data))

        again = run(data, "init")
        assert again.returncode == 0, again.stderr
        assert stored(data) == SEED_RECORDS
    assert run(data, "verify").returncode == 0
    assert seen <= {None, 0, SEED_RECORDS}


def test_write_when_killed_then_each_batch_is_whole_or_absent_and_search_agrees(
    fresh_settings: Settings,
) -> None:
    data, acknowledged = fresh_settings.data, 1
    for moment in moments(2.0):
        acknowledged = _write_and_kill(data, acknowledged + 1, moment)
        catalog = open_catalog(Settings(data=data))
        batches = {
            row.record.content.get("batch", 1)
            for row in catalog.listing(Kind.ITEM, owner="110112", limit=200)[0]
        }
        catalog.close()
        assert len(batches) == 1, "a batch was torn"
        stored_batch = batches.pop()
        assert stored_batch >= acknowledged, "an acknowledged write was lost"
        acknowledged = stored_batch
    assert acknowledged > 1
    assert run(data, "verify").returncode == 0


def _write_and_kill(data: Path, first: int, moment: float) -> int:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(first)],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    time.sleep(moment)
    process.kill()
    out, _ = process.communicate()
    numbers = [int(line) for line in out.split()]
    return numbers[-1] if numbers else first - 1


def test_rebuild_when_killed_at_any_moment_then_the_old_index_serves_and_nothing_remains(
    fresh_settings: Settings,
) -> None:
    data = fresh_settings.data
    with serving(data) as service:
        began = time.monotonic()
        assert run(data, "rebuild").returncode == 0
        whole_s = time.monotonic() - began
        for moment in moments(whole_s):
            process = start(data, "rebuild")
            time.sleep(moment)
            kill(process)
            assert _first(service) == "110112-TZ0009"
        assert run(data, "rebuild").returncode == 0
        assert _first(service) == "110112-TZ0009"

    assert run(data, "verify").returncode == 0
    leftovers = [path.name for path in (index_of(data) / "generations").iterdir() if not _is_whole(path)]
    assert leftovers == []


def _first(service: Service) -> str:
    answer = service.get("/v1/search", q="失业登记", owner_region="110112")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["hits"][0]["id"])


def _is_whole(path: Path) -> bool:
    return path.is_dir() and (path / "generation.json").exists() and (path / "meta.json").exists()


def test_server_when_killed_then_it_starts_again_and_answers(fresh_settings: Settings) -> None:
    data = fresh_settings.data
    for _ in range(3):
        with serving(data) as service:
            assert _first(service) == "110112-TZ0009"
            kill(service.process)
    with serving(data) as service:
        assert _first(service) == "110112-TZ0009"
