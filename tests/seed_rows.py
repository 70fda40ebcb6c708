"""Rows of the real seed, for parametrised tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SEED = Path(__file__).resolve().parent.parent / "seed"


def rows(name: str) -> list[dict[str, Any]]:
    """The records of the seed files whose name begins with ``name``."""
    paths = sorted(SEED.glob(f"{name}*.ndjson"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


ITEMS = rows("items-")
SCENARIOS = rows("scenarios")
TERMS = rows("terms")
