"""A workbook opened for reading, after a look at whether it may be opened at all.

openpyxl finds the sheets, the table of strings and the formats of dates. Its own way of opening one reads
every sheet that does not say its size as a whole, before the first row is given.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from service_catalog.exchange.drafts import Finding, Place, Severity
from service_catalog.exchange.reading.clean_xml import CleanXml
from service_catalog.exchange.reading.sheet_xml import read_strings
from service_catalog.exchange.sheets.cells import shown

UNPACKED_BYTES = 512 * 2**20
"""What all parts of a workbook may unpack to. 100,000 rows of 30 columns take a fifth of it."""

STRINGS_BYTES = 128 * 2**20
"""What the table of shared strings may unpack to: it is held in memory as a whole."""

RATIO = 200
"""How many times its packed size a part may unpack to. Real sheets reach 40."""

_UNCHECKED_BYTES = 2**20

DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    SyntaxError,  # xml.etree's ParseError is one
    RuntimeError,
    ExpatError,
    zlib.error,
    NotImplementedError,
    OSError,  # a position before the beginning; one that names a file is not about what is in it
)
"""What openpyxl and the zip and XML readers raise where a workbook is not as it should be."""


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook. ``sheets``: by title the part of the archive, in the order of the tabs."""

    archive: zipfile.ZipFile
    sheets: Mapping[str, str]
    strings: list[str]
    dates: frozenset[int]
    spans: frozenset[int]
    """Styles of cells that hold days, and lengths of time."""
    epoch: Any

    @contextmanager
    def source(self, title: str) -> Iterator[CleanXml]:
        """The XML of a sheet."""
        with self.archive.open(self.sheets[title]) as source:
            yield CleanXml(source)

    def close(self) -> None:
        """Let go of the file."""
        self.archive.close()


def open_book(path: Path) -> Book | Finding:
    """The workbook, or a finding that says why it is not opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            fault = _unsafe(archive.infolist(), path.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles, margins and such, which nobody asks for here
            return fault or _opened(path)
    except DAMAGE as error:
        return damaged(path.name, error)


def damaged(file: str, error: BaseException) -> Finding:
    """The finding for a file that is no workbook, or not a whole one. Raises OSError that names a file."""
    if isinstance(error, OSError) and error.filename is not None:
        raise error
    return Finding(
        Severity.FAULT,
        Place(file),
        "不是有效的 XLSX 工作簿，或已损坏，或设有密码",
        value=shown(error),
        hint="用 Excel 打开，去掉密码，另存为“Excel 工作簿（.xlsx）”",
    )


def _unsafe(parts: list[zipfile.ZipInfo], file: str) -> Finding | None:
    """A finding for a file that would fill memory or disk. What a zip says of sizes holds: no more is
    unpacked."""
    total = sum(part.file_size for part in parts)
    strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    bombs = [
        part
        for part in parts
        if part.file_size > _UNCHECKED_BYTES and part.file_size > RATIO * max(part.compress_size, 1)
    ]
    if total <= UNPACKED_BYTES and strings <= STRINGS_BYTES and not bombs:
        return None
    return Finding(
        Severity.FAULT,
        Place(file),
        f"文件解压后有 {total / 2**20:,.0f} MB，像是压缩炸弹，没有打开",
        hint=f"解压后不超过 {UNPACKED_BYTES // 2**20} MB（文字表 {STRINGS_BYTES // 2**20} MB），"
        f"每部分不超过压缩后的 {RATIO} 倍；只保留数据，另存为新的工作簿，或分成几个文件",
    )


def _opened(path: Path) -> Book:
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - 0.2 s that only spreadsheets need
    from openpyxl.styles.stylesheet import apply_stylesheet  # noqa: PLC0415 - as above
    from openpyxl.xml.constants import SHARED_STRINGS  # noqa: PLC0415 - as above

    reader = ExcelReader(str(path), read_only=True, keep_links=False)
    try:
        reader.read_manifest()
        reader.read_workbook()
        with suppress(*DAMAGE):  # without formats days are numbers, which is told where they stand
            apply_stylesheet(reader.archive, reader.wb)
        sheets = {
            sheet.name: relation.target
            for sheet, relation in reader.parser.find_sheets()
            if relation.target in reader.valid_files and "chartsheet" not in relation.Type
        }
        package: Any = reader.package
        table = package.find(SHARED_STRINGS)
        strings: list[str] = []
        if table is not None:
            with reader.archive.open(table.PartName[1:]) as source:
                strings = read_strings(CleanXml(source))
    except BaseException:
        reader.archive.close()
        raise
    book: Any = reader.wb
    dates, spans = frozenset(book._date_formats), frozenset(book._timedelta_formats)
    return Book(reader.archive, sheets, strings, dates, spans, book.epoch)
