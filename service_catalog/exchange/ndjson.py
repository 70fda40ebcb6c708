"""NDJSON: one JSON object a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from service_catalog.exchange.record_reader import RecordReader
from service_catalog.model import Record
from service_catalog.model.errors import CatalogError, InvalidRecordError


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file, checked, in order. Raises InvalidRecordError that names file and line."""
    reader = RecordReader()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _read_line(reader, line, f"{path.name} 第 {number} 行")


def count_lines(path: Path) -> int:
    """Lines of a file, for progress."""
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _read_line(reader: RecordReader, line: bytes, place: str) -> Record:
    try:
        return reader.read(json.loads(line))
    except RecursionError:
        raise InvalidRecordError(f"{place} 嵌套过深") from None
    except ValueError as error:
        raise InvalidRecordError(f"{place} 不是有效的 JSON：{error}") from None
    except CatalogError as error:
        raise InvalidRecordError(f"{place}：{error.detail}", faults=error.faults) from None
