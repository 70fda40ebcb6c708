"""Reads the source folder: the tables and the guides, as they are written."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from making.regions import HEBEI, TONGZHOU

Row = dict[str, str]

ITEM_TABLES = {TONGZHOU: "tongzhou_items.csv", HEBEI: "hebei_items.csv"}


@dataclass(frozen=True)
class Sources:
    """Everything the folder holds, in the order of the files."""

    items: dict[str, list[Row]]
    guides: dict[tuple[str, str], dict[str, Any]]
    """By region and item name."""
    scenarios: list[Row]
    steps: list[Row]
    acceptances: list[Row]
    lexicon: list[Row]
    codes: list[Row]
    materials: list[str]


def read(folder: Path) -> Sources:
    """The whole folder. Raises ``OSError`` when a file is missing."""
    return Sources(
        items={region: _table(folder / file) for region, file in ITEM_TABLES.items()},
        guides=_guides(folder / "guides"),
        scenarios=_table(folder / "scenarios.csv"),
        steps=_table(folder / "scenario_items.csv"),
        acceptances=_table(folder / "cross_region.csv"),
        lexicon=_table(folder / "lexicon.csv"),
        codes=_table(folder / "code_tables.csv"),
        materials=_materials(folder / "guides"),
    )


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _guides(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted(folder.glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            guide = json.loads(line)
            found[guide["region"], guide["name"]] = guide
    return found


def _materials(folder: Path) -> list[str]:
    lines = (line.strip() for path in folder.glob("materials*.txt") for line in path.open(encoding="utf-8"))
    return sorted({line for line in lines if line})
