"""Between the rows of a sheet and a record, both ways, so that nothing is lost on the way.

Reading puts a record together from its cells; a blank cell means unknown, written as the table of columns
says (``columns.Blank``). Writing reads back in thought what the cells would give, and puts the difference to
the record into one more cell, as JSON: fields that have no column, and values that a cell cannot show
exactly. On reading, a value from there holds as long as its cell still shows what was written for it; a cell
that somebody has edited wins.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from service_catalog.exchange.sheets.cells import CONTROL, SURE_DIGITS, Unfit
from service_catalog.exchange.sheets.columns import PARTS, Blank, Field, Table
from service_catalog.exchange.sheets.converters import Converter, Shown, tidy
from service_catalog.exchange.sheets.paths import MISSING, drop_path, get_path, set_path

WITHOUT = "~without"
"""In the cell of JSON: paths of fields that the record does not have, though a blank cell would give them."""


@dataclass(frozen=True, slots=True)
class Others:
    """What the cell of JSON says."""

    tree: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def text(self) -> str | None:
        """As the cell holds it; None if there is nothing to say."""
        whole = {**self.tree, **({WITHOUT: sorted(self.without)} if self.without else {})}
        if not whole:
            return None
        text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    @classmethod
    def of(cls, text: str) -> Others:
        """The inverse of ``text``. Raises ValueError."""
        whole = json.loads(text)
        if not isinstance(whole, dict):
            raise ValueError
        without = whole.pop(WITHOUT, [])
        if not isinstance(without, list):
            raise ValueError
        return cls(whole, frozenset(str(path) for path in without))


NOTHING = Others()

ROUNDS = 6
"""Deepest nesting of objects that columns reach into, and one more."""


class Layout:
    """The columns that a file has of one table: fields of the record with what reads and shows each, and the
    paths of parts that have sheets of their own."""

    def __init__(
        self, table: Table, fields: Sequence[tuple[Field, Converter]], parts: Sequence[str] = ()
    ) -> None:
        self.fields, self.parts = fields, parts
        known = {part.list_path: part.blank for part in PARTS[table.kind]}
        self.part_blanks = [(path, known[path]) for path in parts]
        targets = [of.fills for of, _ in fields]
        self.plan = [
            (of.path, of.fills, of.blank, converter, "." not in of.fills and targets.count(of.fills) == 1)
            for of, converter in fields
        ]
        """The same, ready for use: path, path of the record's field, what a blank means, converter, and
        whether the field is one of the record itself that no other column fills."""
        reached = [
            (path, blank)
            for path, blank in table.objects.items()
            if any(each.startswith(f"{path}.") for each in (*targets, *parts))
        ]
        self.objects = sorted(reached, key=lambda each: each[0].count("."))
        """Objects that the columns reach into, the innermost last."""
        self.shared = {
            target: [(of.path, converter) for of, converter in fields if of.fills == target]
            for target in targets
            if targets.count(target) > 1
        }
        """Fields that several columns fill together, with these columns."""

    def edited(self, tree: Mapping[str, Any], shown: Mapping[str, Shown]) -> set[str]:
        """Of the fields that several columns fill, those of which one no longer shows what ``tree`` has: what
        is known holds for all of their columns or for none."""
        found = set()
        for target, columns in self.shared.items():
            known = get_path(tree, target)
            if known is not MISSING and not all(
                still_shows(converter.show(known), shown.get(path)) for path, converter in columns
            ):
                found.add(target)
        return found


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: by path of the column the value that its cell gives and what the cell shows; of a blank cell
    neither. ``parts``: by path the parts found in other sheets."""

    values: Mapping[str, Any]
    shown: Mapping[str, Shown]
    parts: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    others: Others = NOTHING


def assemble(layout: Layout, cells: Cells) -> dict[str, Any]:
    """The record or part that a row gives."""
    others = cells.others
    data: dict[str, Any] = _copied(others.tree) if others.tree else {}
    blanks = _fill(layout, cells, data)
    for path, blank in layout.part_blanks:
        found = cells.parts.get(path)
        said = get_path(others.tree, path)
        if found:
            set_path(data, path, list(found))
        elif said is MISSING or _has_parts(said):
            drop_path(data, path)
            blanks.append((path, blank))
    for path, blank in layout.objects:
        if get_path(data, path) is MISSING:
            _fill_blank(data, path, blank, others.without)
    places: dict[str, Any] = {"": data}  # most blanks are fields of one object
    for path, blank in blanks:
        parent = path.rpartition(".")[0]
        if parent not in places:
            places[parent] = get_path(data, parent)
        if isinstance(places[parent], dict):
            _fill_blank(data, path, blank, others.without)
    return data


def difference(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> Others:
    """What must be said beside the cells that give ``given``, so that ``wanted`` comes of them."""
    without: set[str] = set()
    tree = _difference(given, wanted, "", without)
    return Others(tree, frozenset(without))


def lay_out(layout: Layout, data: Mapping[str, Any], read_back: Callable[[Converter, Shown], Any]) -> Cells:
    """The row that shows a record or part, with everything beside it that the cells cannot say.

    ``read_back``: reads a shown cell again; raises Unfit where it cannot be read.
    """
    shown, values = {}, {}
    for of, converter in layout.fields:
        cell = _shown_at(data, of, converter)
        if cell is None:
            continue
        shown[of.path] = cell
        with suppress(Unfit):  # then the whole field is said beside the cells
            values[of.path] = read_back(converter, cell)
    found = {path: get_path(data, path) for path in layout.parts}
    parts = {path: value for path, value in found.items() if _has_parts(value)}
    return _with_others(layout, Cells(values, shown, parts), data)


def _shown_at(data: Mapping[str, Any], of: Field, converter: Converter) -> Shown:
    value = get_path(data, of.fills)
    return None if value is MISSING or value is None else converter.show(value)


def _with_others(layout: Layout, cells: Cells, wanted: Mapping[str, Any]) -> Cells:
    """A field that is said brings its object about, and with it the blanks of that object: so again, until
    nothing differs."""
    for _ in range(ROUNDS):
        more = difference(assemble(layout, cells), wanted)
        if not more.tree and not more.without:
            return cells
        others = Others(_merged(cells.others.tree, more.tree), frozenset(cells.others.without | more.without))
        cells = replace(cells, others=others)
    return cells


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same, types included: ``True`` is not ``1``."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _fill(layout: Layout, cells: Cells, data: dict[str, Any]) -> list[tuple[str, Blank]]:
    """Put the values of cells into ``data``. Returns the fields whose cells are blank."""
    blanks: list[tuple[str, Blank]] = []
    filled: set[str] = set()
    tree, values = cells.others.tree, cells.values
    edited = layout.edited(tree, cells.shown) if tree and layout.shared else ()
    for fills in edited:
        drop_path(data, fills)
    for path, fills, blank, converter, is_own in layout.plan:
        known = get_path(tree, fills) if tree and fills not in edited else MISSING
        if known is not MISSING and still_shows(converter.show(known), cells.shown.get(path)):
            continue
        if path not in values:
            if known is not MISSING and fills not in filled:
                drop_path(data, fills)
            if blank is not Blank.ABSENT:
                blanks.append((fills, blank))
        elif is_own:
            data[fills] = values[path]
        elif fills in filled and isinstance(get_path(data, fills), list):
            get_path(data, fills).extend(values[path])
        else:
            set_path(data, fills, values[path])
            filled.add(fills)
    return blanks


def still_shows(written: Shown, found: Shown) -> bool:
    """Whether a cell is as it was written.

    A workbook may give 1.0 back as 1 and keeps 15 digits of a number; a CSV file knows no numbers.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        return _digits(written) == _digits(found)
    return _cell_text(written) == _cell_text(found)


def _digits(value: Shown) -> str | None:
    try:
        return None if value is None else f"{float(value):.{SURE_DIGITS}g}"
    except (ValueError, OverflowError):
        return str(value)


def _cell_text(value: Shown) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else tidy(str(value))


def _copied(value: Any) -> Any:
    """A copy of a JSON value; a fifth of what ``deepcopy`` takes."""
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _fill_blank(data: dict[str, Any], path: str, blank: Blank, without: frozenset[str]) -> None:
    """Say that a field is unknown, where the object exists that it belongs to."""
    if blank is Blank.ABSENT or path in without:
        return
    parent, _, last = path.rpartition(".")
    place = get_path(data, parent) if parent else data
    if isinstance(place, dict):
        place.setdefault(last, [] if blank is Blank.EMPTY else None)


def _difference(
    given: Mapping[str, Any], wanted: Mapping[str, Any], path: str, without: set[str]
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in wanted.items():
        if name not in given:
            tree[name] = value
        elif isinstance(value, dict) and isinstance(given[name], dict):
            inner = _difference(given[name], value, f"{path}{name}.", without)
            if inner:
                tree[name] = inner
        elif not same(value, given[name]):
            tree[name] = value
    without.update(f"{path}{name}" for name in given if name not in wanted)
    return tree


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for name, value in other.items():
        here = merged.get(name)
        is_inner = isinstance(here, dict) and isinstance(value, dict)
        merged[name] = _merged(here, value) if is_inner and here is not None else value
    return merged
