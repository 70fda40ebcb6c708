"""The rows of one sheet of a workbook, read from its XML as it streams by.

openpyxl finds the sheets, the shared strings and the formats of dates; its own reader of rows takes five
times as long and makes an object of every cell (27 s against 5 s for 41,000 rows). What a cell may hold is
ECMA-376, part 1, section 18.3.1.4 and 18.18.11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from service_catalog.exchange.drafts import Finding, Place, Severity
from service_catalog.exchange.reading.clean_xml import CleanXml
from service_catalog.exchange.reading.rows import Broken, Cell
from service_catalog.exchange.reading.tables import Row
from service_catalog.exchange.sheets.cells import CONTROL, Raw, shown

if TYPE_CHECKING:
    from service_catalog.exchange.reading.open_book import Book

MOST_COLUMNS = 256
"""Columns that are read; what is further right is not."""

BLANK_ROWS = 1_000
"""Blank rows in a row after which the rest of a sheet is only searched for anything at all. Excel may store
a million of them, each with formatted cells."""

PASTE = "复制这个单元格，用“选择性粘贴—数值”覆盖它"

MOST_STRINGS = 2_000_000
"""Strings of the table that all cells share; it is held in memory, some 100 bytes a string."""

MOST_DIGITS = 18
"""Digits up to which a number is read exactly. Excel keeps 15 of them."""

_CHUNK = 2**16

_LOCAL = {name: name for name in ("c", "v", "t", "is", "row", "f")}
"""Most files write these without a prefix."""

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

_CONTENT = re.compile(rb"<(?:[A-Za-z0-9]+:)?[vtf][ >]")
_END = b"sheetData>"


def read_strings(source: CleanXml) -> list[str]:
    """The table of strings that cells refer to by number, without phonetic guides. Raises ValueError."""
    table = _Strings()
    parser = _new_expat(table.start, table.end, table.characters)
    while chunk := source.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return table.strings


class _Strings:
    """Puts strings together from their pieces: a string with several fonts has one for each."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._inside = {"rPh": 0, "t": 0}

    def start(self, name: str, _: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self._pieces.clear()
        elif name in self._inside:
            self._inside[name] += 1

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in self._inside:
            self._inside[name] -= 1
        elif name == "si":
            if len(self.strings) >= MOST_STRINGS:
                raise ValueError(f"不同的文字超过 {MOST_STRINGS:,} 条，请分成几个文件")
            self.strings.append(_unescaped("".join(self._pieces)))

    def characters(self, text: str) -> None:
        if self._inside["t"] and not self._inside["rPh"]:
            self._pieces.append(text)


class SheetRows:
    """The rows of a sheet that hold anything, with their numbers. ``faults``, once all are read: what kept
    the rest of it from being read."""

    def __init__(self, book: Book, title: str, place: Place) -> None:
        self._book, self._title, self._place = book, title, place
        self.faults: list[Finding] = []

    def __iter__(self) -> Iterator[Row]:
        parser, blank = _Parser(self._book), 0
        with self._book.source(self._title) as source:
            while chunk := source.read(_CHUNK):
                for number, cells in parser.rows(chunk):
                    if cells:
                        if blank >= BLANK_ROWS:
                            self._stop(number)
                            return
                        blank = 0
                        yield number, cells
                    else:
                        blank += 1
                if blank >= BLANK_ROWS:
                    if _has_content(source):
                        self._stop(None)
                    return
            parser.close()

    def _stop(self, number: int | None) -> None:
        at = f"第 {number} 行" if number else "后面"
        message = f"连续 {BLANK_ROWS} 多行空白之后，{at}还有内容，没有读"
        place = Place(self._place.file, self._place.sheet, number)
        self.faults.append(Finding(Severity.FAULT, place, message, hint="删去中间的空白行"))


def _has_content(source: Any) -> bool:
    """Whether what is left of a sheet has a value anywhere."""
    kept = b""
    while chunk := source.read(_CHUNK * 16):
        text = kept + chunk
        end = text.find(_END)
        if _CONTENT.search(text, 0, end if end >= 0 else len(text)):
            return True
        if end >= 0:
            return False
        kept = text[-64:]
    return False


class _Parser:
    """Takes the XML in pieces and gives the rows that are complete."""

    def __init__(self, book: Book) -> None:
        self._values = _Values(book)
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._row = self._column = 0
        self._kind, self._style = "n", 0
        self._text = self._formula = ""
        self._has_value = self._has_formula = self._is_phonetic = False
        self._take: str | None = None
        self._expat = _new_expat(self._start, self._end, self._characters)
        self._columns: dict[str, int] = {}

    def rows(self, chunk: bytes) -> list[Row]:
        """The rows that end in a piece; one without any value has no cells."""
        self._rows = []
        self._expat.Parse(chunk, False)
        return self._rows

    def close(self) -> None:
        """Say that this was all. Raises ExpatError if it cannot be."""
        self._expat.Parse(b"", True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = _LOCAL.get(name) or name.rpartition(":")[2]
        if name == "c":
            self._column = self._column_of(attributes.get("r"))
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._text = self._formula = ""
            self._has_value = self._has_formula = False
        elif name in ("v", "t"):
            self._take = None if self._is_phonetic else "v"
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column, self._cells = -1, []
        elif name == "f":
            self._take, self._has_formula = "f", True
        elif name == "rPh":
            self._is_phonetic = True

    def _end(self, name: str) -> None:
        name = _LOCAL.get(name) or name.rpartition(":")[2]
        if name in ("v", "t", "f"):
            self._take = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._rows.append((self._row, self._cells))
        elif name == "rPh":
            self._is_phonetic = False

    def _characters(self, text: str) -> None:
        if self._take == "v":
            self._text += text
            self._has_value = True
        elif self._take == "f":
            self._formula += text

    def _end_cell(self) -> None:
        if self._has_formula:
            value: Cell = Broken(f"单元格是公式（={shown(self._formula)}），不取公式的结果", PASTE)
        elif self._has_value:
            value = self._values.of(self._kind, self._text, self._style)
        else:
            return
        if 0 <= self._column < MOST_COLUMNS and value not in (None, ""):
            self._cells.extend([None] * (self._column - len(self._cells)))
            self._cells[self._column :] = [value]

    def _column_of(self, reference: str | None) -> int:
        if reference is None:
            return self._column + 1
        letters = reference.rstrip("0123456789")
        at = self._columns.get(letters)
        if at is None:
            at = self._columns[letters] = _column_number(letters)
        return at


class _Values:
    """What the text of a cell means, by the cell's type and format."""

    def __init__(self, book: Book) -> None:
        strings = book.strings
        self._dates, self._spans, self._epoch = book.dates, book.spans, book.epoch
        self._by_kind: dict[str, Callable[[str], Cell]] = {
            "s": lambda text: strings[int(text)],
            "b": lambda text: text.strip() not in ("0", ""),
            "e": lambda text: Broken(f"单元格是错误值 {text}", "改为正确的内容，或清空"),
            "str": _unescaped,
            "inlineStr": _unescaped,
            "d": _from_iso,
        }

    def of(self, kind: str, text: str, style: int) -> Cell:
        """The value."""
        if kind == "n":
            return self._number(text, style)
        return self._by_kind[kind](text)

    def _number(self, text: str, style: int) -> Cell:
        is_whole = len(text) <= MOST_DIGITS and text.lstrip("-").isdecimal()
        try:
            number = int(text) if is_whole else float(text)
        except ValueError:
            return _no_number(text)
        if not isfinite(number):
            return Broken(f"单元格里的数 {shown(text)} 太大", "改为正确的内容，编码用文本格式")
        if style not in self._dates:
            return number
        from openpyxl.utils.datetime import from_excel  # noqa: PLC0415 - 0.2 s that only spreadsheets need

        try:
            made: Raw = from_excel(number, self._epoch, timedelta=style in self._spans)
        except (OverflowError, ValueError):
            return Broken(f"单元格是日期格式，但 {shown(text)} 不是日期", "改为正确的日期，例如 2026-03-01")
        return made


def _no_number(text: str) -> Broken:
    found = CONTROL.findall(_unescaped(text))
    if not found:
        raise ValueError(f"{shown(text)} is no number")
    names = "、".join(dict.fromkeys(f"U+{ord(each):04X}" for each in found))
    left = shown(CONTROL.sub("", _unescaped(text)))
    return Broken(f"含有看不见的控制字符（{names}）", f"删去后是“{left}”")


def _from_iso(text: str) -> Cell:
    from openpyxl.utils.datetime import from_ISO8601  # noqa: PLC0415 - as above

    made: Raw = from_ISO8601(text)  # type: ignore[no-untyped-call] # openpyxl has no types here
    return made


def _unescaped(text: str) -> str:
    """A workbook writes characters that XML cannot hold as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1


def _new_expat(start: Any, end: Any, characters: Any) -> expat.XMLParserType:
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartElementHandler, made.EndElementHandler = start, end
    made.CharacterDataHandler = characters
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def _refuse_doctype(*_: Any) -> None:
    """No workbook has one; it is where files that blow up in memory begin."""
    raise ValueError("工作表里有 DOCTYPE")
