"""Makes a data folder as ``catalog init`` does, and prints how long each part took: one line of JSON.

A process of its own, so that what it measures begins with an empty heap. Settings come from the environment.

    python -m tests.bench.loading [--as-rows] [--only records|index]
"""

from __future__ import annotations

import argparse
import json
import resource
import time

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_seed
from service_catalog.store.migrate import migrate
from tests.bench.bulk import load_rows

RECORDS, INDEX = "records", "index"


def main() -> None:
    """Load the seed that the settings name, then build the index."""
    given = _arguments()
    settings = Settings.from_env()
    begin = time.perf_counter()
    migrate(settings.store)
    figures: dict[str, float] = {}
    if given.as_rows:
        figures["records"] = load_rows(settings.store, settings.seed)
    catalog = open_catalog(settings)
    if not given.as_rows and given.only != INDEX:
        figures["records"] = load_seed(catalog, settings.seed).applied
    if given.only != INDEX:
        figures["load_s"] = round(time.perf_counter() - begin, 2)
    if given.only != RECORDS:
        loaded = time.perf_counter()
        catalog.rebuild()
        figures["build_s"] = round(time.perf_counter() - loaded, 2)
        figures["documents"] = catalog.status().engine.documents
    catalog.close()
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    print(json.dumps(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make a data folder and measure it.")
    parser.add_argument("--as-rows", action="store_true", help="records as they are, unchecked (bulk.py)")
    parser.add_argument("--only", choices=(RECORDS, INDEX), help="do only one part")
    return parser.parse_args()


if __name__ == "__main__":
    main()
