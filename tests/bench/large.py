"""Measures the service on Elasticsearch from the seed to a million items: one table (``make bench-large``).

A real server of its own for each size, the records put into the store as they are (``bulk.py``), the index
built by the catalogue, requests answered by ``catalog serve``. docs/bench.md says how to read the table.

    python tests/bench/large.py [--quick] [--documents 50000 1000000] [--kept FOLDER] [--out build/bench]

``--kept`` names a folder where generated files and filled stores stay and are used again: generating and
loading a million items takes longer than measuring them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # run as a file, Python looks beside it only

from tests.bench.generate import generate  # noqa: E402
from tests.bench.loading import INDEX, RECORDS  # noqa: E402
from tests.bench.measuring import CONNECTIONS, SEARCH, Bench, Plan  # noqa: E402
from tests.bench.run import ANSWER_BYTES, QUICK, report, surroundings  # noqa: E402
from tests.bench.servers import SERVE, Server, memory, run_module, running, say, workers  # noqa: E402
from tests.bench.table import Figures, Row, memory_of_worker, middle_of, rate, times  # noqa: E402
from tests.servers.elasticsearch import ElasticsearchServer, running_elasticsearch  # noqa: E402
from tests.servers.service import free_port  # noqa: E402

SIZES = (50_000, 1_000_000)
QUICK_SIZES = (1_500, 2_000)

HEAP_MB, QUICK_HEAP_MB = 1024, 256
"""The server's own memory; the index lies in the machine's file cache beside it."""

SEARCH_S = "20"
"""Longest wait for the server. The default would answer a slow search from the spare index, and that is not
what is measured here; at a million items a worker would also build it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures one size after the other. ``kept``: folder of generated files and filled stores."""

    bench: Bench
    kept: Path
    is_quick: bool

    def measure(self, name: str, documents: int | None) -> dict[str, Any]:
        """All figures of one size; None: the seed as it is."""
        say(f"{name} on Elasticsearch")
        seed = ROOT / "seed" if documents is None else self._generated(name, documents)
        data = self.kept / name
        found = self._records(data, seed)
        heap_mb = QUICK_HEAP_MB if self.is_quick else HEAP_MB
        with running_elasticsearch(heap_mb=heap_mb, quick=self.is_quick) as server:
            settings = {
                "CATALOG_SEED": str(seed),
                "CATALOG_ENGINE_URL": server.url,
                "CATALOG_ENGINE_TIMEOUT": SEARCH_S,
            }
            found |= run_module("loading", "--only", INDEX, data=data, **settings)
            found["index_mb"] = _index_mb(server)
            asked = self.bench.write_targets(name, seed)
            with running(SERVE, data, free_port(), path="/readyz", **settings) as service:
                found["loads"] = self.bench.loads({SEARCH: service}, asked)
                found |= _memories(service, server)
            found["server"] = server.version
        _require_no_spare(data)
        return found

    def _generated(self, name: str, documents: int) -> Path:
        folder = self.kept / f"{name}-seed"
        whole = folder / "whole"
        if not whole.exists():
            generate(folder, ROOT / "seed", documents=documents)
            whole.touch()
        return folder

    @staticmethod
    def _records(data: Path, seed: Path) -> dict[str, Any]:
        """Fill the store, unless it is kept; returns the figures of doing so."""
        told = data / "records.json"
        if not told.exists():
            data.mkdir(exist_ok=True)
            found = run_module("loading", "--as-rows", "--only", RECORDS, data=data, CATALOG_SEED=str(seed))
            told.write_text(json.dumps({name: found[name] for name in ("records", "load_s")}))
        figures: dict[str, Any] = json.loads(told.read_text())
        return figures


def _index_mb(server: ElasticsearchServer) -> float:
    with server.client() as client:
        stats = client.indices.stats(index="_all", metric="store")
    return round(stats["_all"]["primaries"]["store"]["size_in_bytes"] / 1e6, 1)


def _memories(service: Server, server: ElasticsearchServer) -> dict[str, float]:
    memories = [memory(pid) for pid in workers(service.pid)]
    return {
        "rss_mb": max(each.rss for each in memories),
        "pss_mb": max(each.pss for each in memories),
        "server_mb": memory(server.pid).rss,
    }


def _require_no_spare(data: Path) -> None:
    """Had a worker given up on the server, it would have built the spare index, and answered from it."""
    if any((data / "index").rglob("meta.json")):
        raise RuntimeError(f"the spare index was built: {(data / 'server.log').read_text()[-4000:]}")


def rows() -> Iterator[Row]:
    """The lines of the table."""
    yield Row("records put into the store, s", lambda size: f"{size['records']:,} in {size['load_s']:.0f}")
    yield Row("index built, s", lambda size: f"{size['build_s']:.1f}")
    yield Row("index built, documents/s", lambda size: f"{size['documents'] / size['build_s']:,.0f}")
    yield Row("most memory while building, MB", lambda size: f"{size['peak_mb']:.0f}")
    yield Row("index, MB", lambda size: f"{size['index_mb']:,.1f}")
    for connections in CONNECTIONS:
        at = "1 connection" if connections == 1 else f"{connections} connections"
        yield Row(f"search, requests/s, {at}", partial(rate, connections=connections, name=SEARCH))
        yield Row(f"search, p50 · p99, ms, {at}", partial(times, connections=connections, name=SEARCH))
        ratio = partial(_ratio, connections=connections)
        yield Row(f"**p99 ÷ p99 at the size before, {at}**", ratio, "≤ 3 at 1,000,000")
    yield Row("memory of a worker, RSS · PSS, MB", memory_of_worker)
    yield Row("memory of Elasticsearch, RSS, MB", lambda size: f"{size['server_mb']:.0f}")


def _ratio(size: Figures, *, connections: int) -> str:
    ratio = size["p99_ratio"].get(str(connections))
    return "–" if ratio is None else f"**{ratio:.2f}**"


def _add_ratios(sizes: Sequence[dict[str, Any]]) -> None:
    """How much longer p99 is than at the size before. Between small ones it says little."""
    for place, size in enumerate(sizes):
        size["p99_ratio"] = {}
        if place:
            for each in CONNECTIONS:
                here, before = (middle_of(one, each, SEARCH, "p99_ms") for one in (size, sizes[place - 1]))
                size["p99_ratio"][str(each)] = round(here / before, 2)


def measure(sizes: Sequence[int], plan: Plan, kept: Path | None, *, is_quick: bool) -> dict[str, Any]:
    """All figures of one run."""
    with tempfile.TemporaryDirectory(prefix="catalog-bench-") as folder:
        bench = Bench(Path(folder), plan)
        run = surroundings(plan)
        run["ceiling"] = bench.ceiling(ANSWER_BYTES)
        with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="catalog-stores-") as stores:
            each = Sizes(bench, Path(stores), is_quick)
            run["sizes"] = [each.measure("seed", None)]
            run["sizes"] += [each.measure(f"{size}", size) for size in sizes]
    _add_ratios(run["sizes"])
    return run


def main() -> None:
    """One run, one table."""
    given = _arguments()
    if given.kept:
        given.kept.mkdir(parents=True, exist_ok=True)
    sizes = given.documents or (QUICK_SIZES if given.quick else SIZES)
    run = measure(sizes, QUICK if given.quick else Plan(), given.kept, is_quick=given.quick)
    report(given.out, "large", run, rows())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the service on Elasticsearch at several sizes.")
    parser.add_argument(
        "--quick", action="store_true", help="tries the bench itself: the figures mean nothing"
    )
    parser.add_argument("--documents", type=int, nargs="+", help="sizes of the generated catalogues")
    parser.add_argument("--kept", type=Path, help="folder of generated files and stores, used again")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder of the results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
