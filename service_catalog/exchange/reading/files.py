"""Reading a file into drafts and findings: NDJSON, CSV, XLSX."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.csv_files import read_csv
from service_catalog.exchange.reading.ndjson_files import read_lines
from service_catalog.exchange.reading.workbook_files import read_workbook
from service_catalog.exchange.sheets.profile import Profile
from service_catalog.model.errors import InvalidRequestError

LIMIT = 64 * 2**20
"""Bytes of a file. 100,000 items with a guide for every fifth take 32 MB as XLSX; without guides 60 MB as
NDJSON. What is larger is several files."""

NDJSON, CSV, XLSX = "ndjson", "csv", "xlsx"

SUFFIXES = {".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".xlsx": XLSX}

_HINTS = {
    ".xls": "；旧格式 .xls 请用 Excel 另存为“Excel 工作簿（.xlsx）”",
    ".xlsm": "；带宏的工作簿请另存为“Excel 工作簿（.xlsx）”",
    ".et": "；WPS 表格请另存为 .xlsx",
    ".json": "；JSON 请一行写一条记录，后缀 .ndjson",
    ".zip": "；请先解压",
}


def read_file(
    path: Path, profile: Profile, *, limit_bytes: int = LIMIT, skipped: Collection[str] = ()
) -> Iterator[Draft | Finding]:
    """The records of a file as drafts, with findings on what could not be read and what was done to read it.

    The findings on a row come before its draft. Where a cell is at fault, the draft has the field as if the
    cell were blank, and ``draft.place_of(field)`` is the finding's place: a later check of the same place has
    nothing to add. ``skipped``: titles of a workbook's sheets that are left alone. Raises
    InvalidRequestError if the suffix is unknown, the file is missing or larger than ``limit_bytes``.
    """
    form = file_format(path)
    size = _size(path)
    if size > limit_bytes:
        raise InvalidRequestError(
            f"文件 {path.name} 有 {size / 2**20:.1f} MB，超过上限 {limit_bytes / 2**20:g} MB；请分成几个文件"
        )
    return _read(path, profile, form, size, skipped)


def file_format(path: Path) -> str:
    """``ndjson``, ``csv`` or ``xlsx``, by suffix. Raises InvalidRequestError."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = "、".join(SUFFIXES)
        raise InvalidRequestError(f"不认识文件 {path.name} 的后缀；可用 {known}{_HINTS.get(suffix, '')}")
    return SUFFIXES[suffix]


def _size(path: Path) -> int:
    try:
        if not path.is_file():
            raise InvalidRequestError(f"没有文件 {path}")
        return path.stat().st_size
    except OSError as error:
        raise InvalidRequestError(f"文件 {path} 无法读取：{error.strerror}") from None


def _read(
    path: Path, profile: Profile, form: str, size: int, skipped: Collection[str]
) -> Iterator[Draft | Finding]:
    is_empty = True
    if size:
        for each in _READERS[form](path, profile, skipped):
            is_empty = is_empty and isinstance(each, Finding) and each.severity is not Severity.FAULT
            yield each
    if is_empty:
        yield Finding(
            Severity.FAULT, Place(path.name), "文件是空的，没有一条记录", hint="核对是否导出或传送完整"
        )


_READERS: Mapping[str, Callable[[Path, Profile, Collection[str]], Iterator[Draft | Finding]]] = {
    NDJSON: lambda path, _profile, _skipped: read_lines(path),
    CSV: lambda path, profile, _skipped: read_csv(path, profile),
    XLSX: read_workbook,
}
