"""Records into files: NDJSON, XLSX and CSV, so that reading them again gives the same records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from service_catalog.catalog.reading import KIND_LABELS
from service_catalog.exchange.reading.files import CSV, NDJSON, file_format
from service_catalog.exchange.sheets.cells import Tell
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, ORDER, OTHERS
from service_catalog.exchange.sheets.converters import Converter, Shown
from service_catalog.exchange.sheets.guarding import guarded
from service_catalog.exchange.sheets.paths import get_path
from service_catalog.exchange.sheets.profile import Profile, SheetProfile
from service_catalog.exchange.sheets.sheet_records import Cells, Layout, lay_out
from service_catalog.exchange.writing.new_files import creating
from service_catalog.exchange.writing.workbooks import (
    LONGEST_TEXT,
    Column,
    SheetWriter,
    Value,
    cell_length,
    writing_workbook,
)
from service_catalog.model import Kind, Record
from service_catalog.model.errors import InvalidRequestError

Progress = Callable[[int], None]

GUIDE = "说明"
"""The first sheet of a workbook."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What an export shows: the catalogue at ``seq``, written at ``exported_at`` (as people read it)."""

    seq: int
    exported_at: str


def export_records(
    path: Path,
    records: Iterable[Record],
    *,
    profile: Profile,
    moment: Moment,
    kinds: Sequence[Kind] = tuple(Kind),
    progress: Progress = lambda _done: None,
) -> int:
    """Write records of ``kinds`` to a new file, in the format of its suffix. Returns their number.

    Memory does not grow with them. Raises InvalidRequestError if the file exists, the suffix is unknown, or
    the format cannot hold them (CSV holds one kind; a cell of XLSX 32,767 characters): then no file is left;
    OSError.
    """
    form = file_format(path)
    if form == NDJSON:
        with creating(path) as file:
            return write_lines(file, records, progress)
    if form == CSV:
        return _export_csv(path, records, profile, kinds, progress)
    return _export_workbook(path, records, profile, moment, kinds, progress)


def write_lines(file: IO[bytes], records: Iterable[Record], progress: Progress = lambda _done: None) -> int:
    """Write records as NDJSON, fields in order of their names."""
    count = 0
    for count, record in enumerate(records, start=1):
        line = json.dumps(record.as_json(), ensure_ascii=False, sort_keys=True)
        file.write(line.encode("utf-8") + b"\n")
        progress(count)
    return count


class _SheetRows:
    """Makes the rows of one sheet."""

    def __init__(self, profile: Profile, sheet: SheetProfile, parts: Sequence[str]) -> None:
        self.sheet = sheet
        self.columns = [(heading, path) for heading, path in sheet.shown_columns() if path != EXTRA]
        fields = [sheet.table.fields[path] for _, path in self.columns if path in sheet.table.fields]
        self._converters = {of.path: profile.converter(of) for of in fields}
        own = [(of, self._converters[of.path]) for of in fields if not of.path.startswith("@")]
        self._layout = Layout(sheet.table, own, parts)
        self._can_say_all = any(path == OTHERS for _, path in self.columns)

    def widths(self) -> list[Column]:
        """The columns as a workbook has them."""
        return [self._column(heading, path) for heading, path in self.columns]

    def row(self, data: Mapping[str, Any], parent: Mapping[str, Any], order: int) -> list[Value]:
        """The row of a record, or of a part of ``parent``."""
        cells = lay_out(self._layout, data, _read_back)
        others = cells.others.text()
        if others and not self._can_say_all:
            raise InvalidRequestError(
                f"{parent['id']} 有工作表“{self.sheet.name}”的列放不下的内容；"
                "请在配置里加一列“其他字段”（*），或导出为 NDJSON"
            )
        return [self._value(path, cells, others, parent, order) for _, path in self.columns]

    def _value(
        self, path: str, cells: Cells, others: str | None, parent: Mapping[str, Any], order: int
    ) -> Value:
        if path == OTHERS:
            return others
        if path == ORDER:
            return order
        if path == ONLY_SHOWN:
            return str(parent.get("name", ""))
        if path.startswith("@"):
            return self._converters[path].show(parent.get(path[1:]))
        return cells.shown.get(path)

    def _column(self, heading: str, path: str) -> Column:
        of = self.sheet.table.fields.get(path)
        if of is None:
            width = {OTHERS: 24, ORDER: 6}.get(path, 30)
            return Column(heading, width, is_text=path == OTHERS)
        converter = self._converters[path]
        is_number = of.form in ("whole", "number")
        return Column(heading, of.width, converter.choices, is_text=not is_number)


class _KindRows:
    """Makes the rows of the records of one kind, in the sheet of the records and those of their parts."""

    def __init__(self, profile: Profile, kind: Kind, *, has_parts: bool) -> None:
        sheets = profile.sheets_of(kind)
        main = next((sheet for sheet in sheets if not sheet.table.is_part), None)
        if main is None:
            raise InvalidRequestError(f"配置 {profile.name} 没有放{KIND_LABELS[kind]}的工作表")
        below = [sheet for sheet in sheets if sheet.table.is_part] if has_parts else []
        self.main = _SheetRows(profile, main, [sheet.table.list_path for sheet in below])
        self.parts = [_SheetRows(profile, sheet, ()) for sheet in below]

    def rows(self, record: Record) -> Iterator[tuple[_SheetRows, list[Value]]]:
        """Each row of a record with its sheet."""
        data = {name: value for name, value in record.as_json().items() if name != "kind"}
        yield self.main, self.main.row(data, data, 0)
        for sheet in self.parts:
            found = get_path(data, sheet.sheet.table.list_path)
            if isinstance(found, list) and all(isinstance(each, dict) for each in found):
                for order, part in enumerate(found, start=1):
                    yield sheet, sheet.row(part, data, order)


def _export_workbook(
    path: Path,
    records: Iterable[Record],
    profile: Profile,
    moment: Moment,
    kinds: Sequence[Kind],
    progress: Progress,
) -> int:
    makers = {kind: _KindRows(profile, kind, has_parts=True) for kind in kinds}
    count = 0
    with writing_workbook(path) as book:
        guide = book.add(GUIDE, [Column("说明", 110)])
        for line in guide_lines(moment):
            guide.append([line])
        writers: dict[str, SheetWriter] = {}
        by_name = {rows.sheet.name: rows for each in makers.values() for rows in (each.main, *each.parts)}
        for name in profile.sheets:
            if name in by_name:
                writers[name] = book.add(name, by_name[name].widths())
        for count, record in enumerate(records, start=1):
            for rows, row in makers[record.kind].rows(record):
                _refuse_long(record, rows, row)
                writers[rows.sheet.name].append(row)
            progress(count)
    return count


def _refuse_long(record: Record, rows: _SheetRows, row: Sequence[Value]) -> None:
    for (heading, _), value in zip(rows.columns, row, strict=True):
        if isinstance(value, str) and len(value) > LONGEST_TEXT // 8 and cell_length(value) > LONGEST_TEXT:
            raise InvalidRequestError(
                f"{record.id} 的“{heading}”超过 {LONGEST_TEXT} 字，工作簿放不下；请导出为 NDJSON 或 CSV"
            )


def _export_csv(
    path: Path, records: Iterable[Record], profile: Profile, kinds: Sequence[Kind], progress: Progress
) -> int:
    if len(kinds) != 1:
        raise InvalidRequestError("一个 CSV 文件只放一种记录；请用 --kind 选一种，或导出为 XLSX")
    maker = _KindRows(profile, kinds[0], has_parts=False)
    count = 0
    with ExitStack() as stack:
        file = stack.enter_context(creating(path))
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # the mark tells Excel what it is
        stack.callback(text.detach)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([guarded(heading) for heading, _ in maker.main.columns])
        for count, record in enumerate(records, start=1):
            for _, row in maker.rows(record):
                writer.writerow([_csv_cell(value) for value in row])
            progress(count)
        text.flush()
    return count


def _csv_cell(value: Value) -> str:
    return guarded(value) if isinstance(value, str) else "" if value is None else str(value)


def guide_lines(moment: Moment) -> Iterator[str]:
    """How to edit the workbook."""
    yield f"导出时间 {moment.exported_at}，目录序号 {moment.seq}。"
    yield "一行一条记录；材料、步骤、依据、问答、窗口各有工作表，用“编号”与事项相连，“序号”是先后次序。"
    yield "不要改动“编号”和“版本”：导入凭它们辨认记录，发现别人同时做的修改。"
    yield "新增记录时“编号”和“版本”留空，填区划和编码。"
    yield "空白单元格表示“未提供”，不是“没有”。一格里有多项时，一项一行（Alt+Enter）。"
    yield "有下拉列表的列从列表中选。日期写作 2026-03-01。编码列是文本格式，粘贴时选“只粘贴文本/数值”。"
    yield "不要用公式：导入只认单元格里直接写的内容。"
    yield "“其他字段”是表格没有专列的内容，由系统读写，保持原样即可。"
    yield "删除一行不会撤回记录；材料、步骤等工作表里删除一行，就是从事项里去掉它。"
    yield "数据来源为“参考”的记录是整理所得的参考数据，不是区县官方清单，以官方公布为准。"
    yield "改好后保存为 .xlsx，用 catalog import 文件名 --dry-run 先看检查结果和改动，再正式导入。"


def _read_back(converter: Converter, shown: Shown) -> Any:
    return converter.read(shown, _SILENT)


def _silent(severity: Any, message: str, hint: str | None) -> None:
    """Nobody is to be told of cells that are only tried."""


_SILENT: Tell = _silent
