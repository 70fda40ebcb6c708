"""Makes a data folder as ``catalog init`` does, and prints how long each part took: one line of JSON.

A process of its own, so that what it measures begins with an empty heap. Settings come from the environment.
"""

from __future__ import annotations

import json
import resource
import time

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_seed
from service_catalog.store.migrate import migrate


def main() -> None:
    """Load the seed that the settings name, then build the index."""
    settings = Settings.from_env()
    begin = time.perf_counter()
    migrate(settings.store)
    catalog = open_catalog(settings)
    records = load_seed(catalog, settings.seed).applied
    loaded = time.perf_counter()
    catalog.rebuild()
    built = time.perf_counter()
    documents = catalog.status().engine.documents
    catalog.close()
    figures = {
        "records": records,
        "documents": documents,
        "load_s": round(loaded - begin, 2),
        "build_s": round(built - loaded, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
