"""Sheets that a profile does not know: their rows are kept with the records they name, as they are.

A row ends up where unknown columns do, in ``extra``, under the name of its sheet. Which record it belongs to
says a column with one of the headings that the known sheets have for an id or a code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from service_catalog.exchange.reading.headings import known_headings
from service_catalog.exchange.reading.identity import NAMES, part_keys
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, Field, Table
from service_catalog.exchange.sheets.profile import Profile, SheetProfile, plain_heading
from service_catalog.model import Kind

_FORMS = {
    "owner": "region",
    "basic_code": "code12",
    "implementation_code": "code31",
    "handling_code": "code33",
}


def kept_sheet(
    title: str, rows: Sequence[Sequence[str]], profile: Profile, kinds: Collection[Kind]
) -> SheetProfile | None:
    """How to read an unknown sheet, given its first rows, beside records of ``kinds``; None if no column says
    what its rows belong to."""
    best: tuple[int, SheetProfile] | None = None
    for kind in Kind:
        if kind not in kinds:
            continue
        keys = _sheet(title, kind, key_headings(profile, kind))
        count = max((known_headings(cells, keys) for cells in rows), default=0)
        if count and (best is None or count > best[0]):
            at = next(cells for cells in rows if known_headings(cells, keys) == count)
            if _names_records(at, keys):
                best = count, _with_all(keys, at)
    return best[1] if best else None


def key_headings(profile: Profile, kind: Kind) -> dict[str, str]:
    """Headings that say which record a row belongs to, with the path of each."""
    return {
        heading: f"@{name}"
        for sheet in profile.sheets_of(kind)
        for heading, path in sheet.columns.items()
        if (name := path.removeprefix("@")) in NAMES and path.startswith("@") == sheet.table.is_part
    }


def _sheet(title: str, kind: Kind, columns: Mapping[str, str]) -> SheetProfile:
    fields = {f"@{name}": Field(f"@{name}", _FORMS.get(name, "code")) for name in NAMES}
    table = Table(title, kind, fields, f"{EXTRA}.{title}")
    return SheetProfile(
        title, table, columns, {plain_heading(heading): path for heading, path in columns.items()}
    )


def _names_records(cells: Sequence[str], keys: SheetProfile) -> bool:
    """Whether the headings are enough to find a record: a region alone is not."""
    paths = {keys.by_heading.get(plain_heading(cell), ONLY_SHOWN) for cell in cells}
    return bool(part_keys(dict.fromkeys(paths, "x")))


def _with_all(keys: SheetProfile, cells: Sequence[str]) -> SheetProfile:
    """All other columns are kept, which need not be told of each."""
    others = {cell: EXTRA for cell in cells if cell and plain_heading(cell) not in keys.by_heading}
    return _sheet(keys.name, keys.table.kind, {**keys.columns, **others})
