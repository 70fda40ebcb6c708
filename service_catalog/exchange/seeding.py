"""The seed: the reference catalogue that ``catalog init`` loads, and the code tables beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from service_catalog.catalog import Catalog
from service_catalog.catalog.labels import Labels
from service_catalog.catalog.writing import DeliveryCounts
from service_catalog.exchange.ndjson import count_lines, read_records
from service_catalog.model.errors import ConfigurationError

RECORD_FILES = ("regions", "items-*", "scenarios", "acceptances", "counterparts", "terms")
"""Files of a seed folder, in the order of loading: a record refers to those before it."""


def seed_files(folder: Path) -> list[Path]:
    """The record files of a seed folder. Raises ConfigurationError if a sort is missing."""
    if not folder.is_dir():
        raise ConfigurationError(f"种子目录 {folder} 不存在；请检查 CATALOG_SEED")
    found = {pattern: sorted(folder.glob(f"{pattern}.ndjson")) for pattern in RECORD_FILES}
    missing = [pattern for pattern, files in found.items() if not files]
    if missing:
        raise ConfigurationError(f"种子目录 {folder} 缺少 {'、'.join(missing)}；请检查 CATALOG_SEED")
    return [path for files in found.values() for path in files]


def load_seed(
    catalog: Catalog, folder: Path, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> DeliveryCounts:
    """Deliver the whole seed in one transaction. Loaded again it changes nothing; edited records stay edited.

    Raises InvalidRecordError that names file and line, ConfigurationError.
    """
    files = seed_files(folder)
    total = sum(count_lines(path) for path in files)
    records = (record for path in files for record in read_records(path))
    return catalog.deliver(
        records, author="init", reason="装载参考数据", progress=lambda done: progress(done, total)
    )


def load_labels(folder: Path) -> Labels:
    """The code tables of a seed folder; none if the file is missing (codes are then shown as they are).

    Raises ConfigurationError that names file and line.
    """
    path = folder / "code_tables.ndjson"
    tables: dict[str, dict[str, str]] = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = json.loads(line)
            tables.setdefault(row["table"], {})[row["code"]] = str(row["label"])
        except (ValueError, KeyError, TypeError):
            wanted = "应为有 table、code 和 label 的 JSON 对象"
            raise ConfigurationError(
                f"代码表 {path} 第 {number} 行有误：{wanted}；请检查 CATALOG_SEED"
            ) from None
    return Labels(tables)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []
