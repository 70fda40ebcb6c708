"""Finding the row of headings in a sheet as people make it: with a title above, or over two merged rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service_catalog.exchange.drafts import Finding, Place, Severity
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, ORDER, OTHERS
from service_catalog.exchange.sheets.profile import SheetProfile, plain_heading

SEARCHED_ROWS = 10
"""Rows looked at for headings."""

_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of a sheet: by position its heading as the file has it, and the path it stands for.

    ``begin``: the first row below them. Unknown columns have the path ``extra``."""

    columns: Mapping[int, tuple[str, str]]
    begin: int


def find_headings(
    rows: Sequence[tuple[int, Sequence[str]]], sheet: SheetProfile
) -> tuple[Headings, list[tuple[Severity, str, str]]] | None:
    """The headings among the first rows of a sheet, given with their row numbers; None if there are none.

    With them what there is to tell: how grave, the heading, the message.
    """
    counts = [_count(cells, sheet) for _, cells in rows]
    if not counts or not max(counts):
        return None
    at = counts.index(max(counts))
    used, names = _with_neighbours(rows, at, sheet)
    last = rows[max(used)][0]
    columns = {
        position: (name, sheet.by_heading.get(plain_heading(name), EXTRA))
        for position, name in names.items()
        if name.strip()
    }
    told = [*_told_of_place(rows, used), *_told_of_columns(columns, sheet)]
    return Headings(columns, last + 1), told


def known_headings(cells: Sequence[str], sheet: SheetProfile) -> int:
    """How many of a row's cells are headings of a sheet."""
    return _count(cells, sheet)


def no_headings(place: Place, rows: Sequence[tuple[int, Sequence[str]]], sheet: SheetProfile) -> Finding:
    """The finding for a sheet without a known heading: which are expected, and which come near."""
    expected = list(sheet.columns)
    seen = [cell for _, cells in rows for cell in cells if cell.strip()]
    near = [
        f"“{cell}”是否指“{match[0]}”"
        for cell in dict.fromkeys(seen)
        if (match := difflib.get_close_matches(cell, expected, n=1, cutoff=_NEAR))
    ]
    hint = "；".join(near[:5]) or "标题改为与配置相同，或在配置里写上这些标题（--profile）"
    return Finding(
        Severity.FAULT,
        place,
        f"前 {SEARCHED_ROWS} 行里没有认识的标题；应有：{'、'.join(expected[:12])}",
        hint=hint,
    )


def _count(cells: Sequence[str], sheet: SheetProfile) -> int:
    return len({plain for cell in cells if cell and (plain := plain_heading(cell)) in sheet.by_heading})


def _with_neighbours(
    rows: Sequence[tuple[int, Sequence[str]]], at: int, sheet: SheetProfile
) -> tuple[list[int], dict[int, str]]:
    """A heading merged over two rows stands in the upper one, a group's parts in the lower."""
    names = {position: cell for position, cell in enumerate(rows[at][1]) if cell.strip()}
    used = [at]
    for other in (at - 1, at + 1):
        if not 0 <= other < len(rows):
            continue
        more = {
            position: cell
            for position, cell in enumerate(rows[other][1])
            if plain_heading(cell) in sheet.by_heading
            and plain_heading(names.get(position, "")) not in sheet.by_heading
        }
        if more and (other < at or _is_heading_row(rows[other][1], more)):
            names.update(more)
            used.append(other)
    return used, names


def _is_heading_row(cells: Sequence[str], more: Mapping[int, str]) -> bool:
    """Below the headings data may begin; only a row of nothing but headings is one of them."""
    return sum(bool(cell.strip()) for cell in cells) == len(more)


def _told_of_place(
    rows: Sequence[tuple[int, Sequence[str]]], used: Sequence[int]
) -> Iterator[tuple[Severity, str, str]]:
    numbers = sorted(rows[each][0] for each in used)
    if len(numbers) > 1:
        yield (
            Severity.NOTE,
            "",
            f"标题在第 {'、'.join(map(str, numbers))} 行，合并读取；数据从第 {numbers[-1] + 1} 行开始",
        )
    elif numbers[0] != 1:
        yield Severity.NOTE, "", f"标题在第 {numbers[0]} 行，上面的行没有读"


def _told_of_columns(
    columns: Mapping[int, tuple[str, str]], sheet: SheetProfile
) -> Iterator[tuple[Severity, str, str]]:
    seen: dict[str, str] = {}
    for heading, path in columns.values():
        key = path if path not in (EXTRA, ONLY_SHOWN) else f"{path}:{plain_heading(heading)}"
        if key in seen and path != ONLY_SHOWN:
            yield (
                Severity.FAULT,
                heading,
                f"标题“{heading}”与“{seen[key]}”重复，不知道以哪一列为准；请删去一列",
            )
        seen.setdefault(key, heading)
        if path == EXTRA and plain_heading(heading) not in sheet.by_heading:
            known = [each for each, its in sheet.columns.items() if its not in (ORDER, OTHERS)]
            near = difflib.get_close_matches(heading, known, n=1, cutoff=_NEAR)
            hint = f"（是否指“{near[0]}”？）" if near else ""
            yield Severity.DOUBT, heading, f"不认识标题“{heading}”{hint}，内容原样存入 extra"
