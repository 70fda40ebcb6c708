"""From rows of a table to drafts: what workbooks and CSV files have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.headings import Headings
from service_catalog.exchange.reading.identity import NAMES, complete, part_keys, part_names, sum_up_fees
from service_catalog.exchange.sheets.cells import Raw, Tell, Unfit, as_text, plain, shown
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, ORDER, OTHERS, Field, is_kept
from service_catalog.exchange.sheets.converters import Converter, Shown
from service_catalog.exchange.sheets.paths import MISSING, get_path
from service_catalog.exchange.sheets.profile import Profile, SheetProfile
from service_catalog.exchange.sheets.sheet_records import (
    NOTHING,
    Cells,
    Layout,
    Others,
    assemble,
    still_shows,
)

FEES = "guide.fee.items"
"""What is charged, one by one."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value: a formula or one of Excel's errors, with what to do."""

    message: str
    hint: str


Cell = Raw | Broken


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a record, as its row gives it: what it belongs to, its position, its cells."""

    keys: tuple[str, ...]
    order: float | None
    data: Mapping[str, Any]
    row: int
    names: Mapping[str, str] = field(default_factory=dict)
    """What it says of its record, each name as the row has it."""


class RowCells(Mapping[str, Place]):
    """Places of a record's fields, made when asked for: 100,000 rows have millions of cells."""

    def __init__(self, place: Place, headings: Mapping[str, str]) -> None:
        self._own = (place, headings)
        self._parts: list[tuple[str, Place, Mapping[str, str]]] = []

    def add(self, prefix: str, place: Place, headings: Mapping[str, str]) -> None:
        """Add the cells of a part at ``prefix``."""
        self._parts.append((prefix, place, headings))

    def __getitem__(self, path: str) -> Place:
        place, headings = self._own
        if path in headings:
            return _at(place, headings[path])
        for prefix, part, below in self._parts:
            if path == prefix:
                return part
            if path.startswith(f"{prefix}.") and path[len(prefix) + 1 :] in below:
                return _at(part, below[path[len(prefix) + 1 :]])
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        yield from self._own[1]
        for prefix, _, below in self._parts:
            yield prefix
            yield from (f"{prefix}.{path}" for path in below)

    def __len__(self) -> int:
        return len(self._own[1]) + sum(1 + len(below) for _, _, below in self._parts)


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one sheet. Findings are collected and taken with each row."""

    profile: Profile
    sheet: SheetProfile
    headings: Headings
    place: Place
    """The sheet."""
    parts: tuple[str, ...] = ()
    """Paths of parts that the file has sheets for."""
    lines: Mapping[int, int] = field(default_factory=dict)
    """The line at which a row begins, where that is not the row's number."""
    _layout: Layout = field(init=False)
    _plan: list[tuple[int, str, str, Field | None, Converter | None]] = field(init=False)
    _by_path: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        table = self.sheet.table
        columns = [
            (at, heading, path, table.fields.get(path))
            for at, (heading, path) in sorted(self.headings.columns.items())
            if path != ONLY_SHOWN
        ]
        self._plan = [
            (at, heading, path, of, self.profile.converter(of) if of else None)
            for at, heading, path, of in sorted(columns, key=lambda each: each[2] != OTHERS)
        ]
        fields = [(of, made) for *_, of, made in self._plan if of and made and not of.path.startswith("@")]
        self._layout = Layout(table, fields, [path for path in self.parts if not is_kept(path)])
        self._by_path = {of.fills: heading for _, heading, _, of, _ in self._plan if of}
        kept = [heading for _, heading, path, *_ in self._plan if path == EXTRA]
        self._by_path |= {f"{EXTRA}.{heading.strip()}": heading for heading in kept}

    @property
    def columns(self) -> Sequence[int]:
        """Positions that are read."""
        return [at for at, *_ in self._plan]

    @property
    def heading_by_path(self) -> Mapping[str, str]:
        """The heading of each field."""
        return self._by_path

    def draft(
        self,
        row: int,
        cells: Sequence[Cell],
        take_parts: Callable[
            [Mapping[str, Any]], Mapping[str, Sequence[tuple[Part, Place, Mapping[str, str]]]]
        ],
    ) -> Iterator[Draft | Finding]:
        """The draft of a row, after what there is to say of its cells."""
        found: list[Finding] = []
        values, extras = self._cells(row, cells, found)
        place = self._place(row)
        parts = take_parts(self._named(values)) if self.parts else {}
        if parts:
            whole = {path: [part.data for part, *_ in rows] for path, rows in parts.items()}
            extras |= {path.partition(".")[2]: rows for path, rows in whole.items() if is_kept(path)}
            values = Cells(values.values, values.shown, whole, values.others)
        own = self._identity(_with_extras(assemble(self._layout, values), extras))
        if FEES in parts and "version" not in own:  # an export says itself what the texts are
            sum_up_fees(get_path(own, FEES.rpartition(".")[0]), get_path(own, FEES))
        record_id = own["id"] if isinstance(own.get("id"), str) else None
        yield from (_with_id(each, record_id) for each in found)
        where = RowCells(place, self._by_path)
        for path in self.parts:
            where.add(path, place, {})  # also without a row: the file says that there is none
            for number, (_, part_place, below) in enumerate(parts.get(path, ())):
                where.add(f"{path}.{number}", part_place, below)
        version = own.get("version")
        seen = version if isinstance(version, int) and not isinstance(version, bool) else None
        yield Draft({"kind": str(self.sheet.table.kind), **own}, place, seen, where, self.profile.defaults)

    def part(self, row: int, cells: Sequence[Cell], found: list[Finding]) -> Part | None:
        """The part that a row gives; None, with a finding, if it does not say what it belongs to."""
        values, extras = self._cells(row, cells, found)
        keys = part_keys(values.values)
        if not keys:
            said = "、".join(heading for _, heading, path, *_ in self._plan if path.startswith("@"))
            place = self._place(row, said.split("、")[0] or None)
            missing = f"这一行没有写属于哪条记录（{said}）" if said else "没有“编号”一列，不知道属于哪条记录"
            found.append(Finding(Severity.FAULT, place, missing))
            return None
        order = values.values.get(ORDER)
        data: Mapping[str, Any] = extras
        if not self.sheet.table.is_kept:
            data = _with_extras(assemble(self._layout, values), extras)
        return Part(
            keys, order if isinstance(order, int | float) else None, data, row, part_names(values.values)
        )

    def _cells(self, row: int, cells: Sequence[Cell], found: list[Finding]) -> tuple[Cells, dict[str, Any]]:
        values: dict[str, Any] = {}
        seen: dict[str, Shown] = {}
        extras: dict[str, Any] = {}
        others = NOTHING
        for at, heading, path, of, converter in self._plan:
            raw = cells[at] if at < len(cells) else None
            if raw is None or raw == "":
                continue
            tell = self._teller(row, heading, of, raw, found)
            try:
                value = plain(_whole(raw), tell)
                if value is None:
                    continue
                if of is not None and converter is not None:
                    seen[path] = _as_shown(value)
                    if not others.tree or not self._is_known(of, converter, seen[path], others.tree):
                        values[path] = converter.read(value, tell)
                elif path == EXTRA:
                    extras[heading.strip()] = as_text(value, tell)
                elif path == ORDER:
                    values[ORDER] = self.profile.converters["number"].read(value, tell)
                elif path == OTHERS:
                    others = _others(value)
            except Unfit as unfit:
                tell(Severity.FAULT, unfit.message, unfit.hint)
        self._read_edited(values, seen, others, row, found)
        return Cells(values, seen, others=others), extras

    def _is_known(self, of: Field, converter: Converter, cell: Shown, tree: Mapping[str, Any]) -> bool:
        """Whether what is said beside the cells holds: it is as exported, also if nobody could type it."""
        known = get_path(tree, of.fills)
        if known is MISSING:
            return False
        # Of columns that fill a field together all must be seen first.
        return of.fills in self._layout.shared or still_shows(converter.show(known), cell)

    def _read_edited(
        self,
        values: dict[str, Any],
        seen: Mapping[str, Shown],
        others: Others,
        row: int,
        found: list[Finding],
    ) -> None:
        """Where one of the columns that fill a field together was edited, all of them are read."""
        if not others.tree or not self._layout.shared:
            return
        edited = self._layout.edited(others.tree, seen)
        for _, heading, path, of, converter in self._plan:
            if of is None or converter is None or of.fills not in edited or path not in seen:
                continue
            tell = self._teller(row, heading, of, seen[path], found)
            try:
                values[path] = converter.read(seen[path], tell)
            except Unfit as unfit:
                values.pop(path, None)
                tell(Severity.FAULT, unfit.message, unfit.hint)

    def _teller(self, row: int, heading: str, of: Field | None, raw: Cell, found: list[Finding]) -> Tell:
        def tell(severity: Severity, message: str, hint: str | None) -> None:
            place = self._place(row, heading)
            value = "" if isinstance(raw, Broken) else shown(raw)
            list_path = self.sheet.table.list_path
            path = ".".join(filter(None, (list_path, of.fills))) if of else ""
            found.append(Finding(severity, place, message, path, value, hint))

        return tell

    def _place(self, row: int, heading: str | None = None) -> Place:
        return Place(self.place.file, self.place.sheet, row, heading, self.lines.get(row))

    def _named(self, cells: Cells) -> dict[str, Any]:
        """A row by its names alone, for its parts to be found."""
        known = {name: cells.values.get(name, cells.others.tree.get(name)) for name in NAMES}
        return self._identity({name: value for name, value in known.items() if value is not None})

    def _identity(self, data: dict[str, Any]) -> dict[str, Any]:
        """Fill in what the file leaves out."""
        return complete(self.sheet.table.kind, data, self.profile.defaults, self.profile.code_from)


def _with_extras(data: dict[str, Any], extras: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with the columns and sheets that the profile does not know."""
    if extras:
        kept = data.get(EXTRA)
        data[EXTRA] = {**(kept if isinstance(kept, dict) else {}), **extras}
    return data


def _whole(raw: Cell) -> Raw:
    if isinstance(raw, Broken):
        raise Unfit(raw.message, raw.hint)
    return raw


def _as_shown(value: Raw) -> Shown:
    return value if isinstance(value, str | int | float) else str(value)


def _others(value: Raw) -> Others:
    try:
        return Others.of(str(value))
    except (ValueError, RecursionError):
        hint = "恢复导出时的内容，或清空这个单元格（其中的字段保持库里的样子）"
        raise Unfit("不是完整的 JSON 对象", hint) from None


def _with_id(finding: Finding, record_id: str | None) -> Finding:
    return Finding(
        finding.severity,
        finding.place,
        finding.message,
        finding.field,
        finding.value,
        finding.hint,
        record_id,
    )


def _at(place: Place, heading: str) -> Place:
    return Place(place.file, place.sheet, place.row, heading, place.line)
