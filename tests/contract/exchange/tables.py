"""Files as people make them, and what reading them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from service_catalog.exchange.drafts import Draft, Finding, Severity
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.sheets.profile import Profile

Rows = Sequence[Sequence[Any]]

ITEM = {
    "区划": "110112",
    "事项编码": "TZ1",
    "事项名称": "失业登记",
    "事项类型": "公共服务",
    "实施主体": "某局",
    "数据来源": "官方",
}
"""An item with what every item must have."""


def one_item(**cells: Any) -> Rows:
    """Headings and one row."""
    row = ITEM | cells
    return [list(row), list(row.values())]


def workbook(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook as Excel and openpyxl write it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def read(path: Path, profile: Profile) -> tuple[list[Draft], list[Finding]]:
    """The drafts and the findings of a file."""
    found = list(read_file(path, profile))
    drafts = [each for each in found if isinstance(each, Draft)]
    return drafts, [each for each in found if isinstance(each, Finding)]


def faults(findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep a file from being imported."""
    return [each for each in findings if each.severity is Severity.FAULT]
