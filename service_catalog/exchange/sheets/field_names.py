"""What editors call a field: the headings of our own tables, for changes told by path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from service_catalog.exchange.sheets.columns import EXTRA, TABLES
from service_catalog.model import Kind

_NUMBER = re.compile(r"(?:^|(?<=\.))[0-9]+(?=\.|$)")

_WHOLE = {"guide": "办事指南", "deleted": "撤回", "provenance": "数据来源", "target": "指向"}
"""Fields without a column of their own."""


def field_name(kind: Kind, path: str) -> str:
    """``aliases.0`` as 别名第 1 项, ``guide.materials.1.copies`` as 材料第 2 项的份数; a path that no table
    has stays as it is."""
    if path.startswith(f"{EXTRA}."):
        return path.partition(".")[2]
    names, general = _names(kind), _NUMBER.sub("*", path)
    numbers = [int(number) + 1 for number in _NUMBER.findall(path)]
    if not numbers:
        return names.get(general) or _above(names, general)
    place, _, own = general.partition(".*")
    where = f"{names.get(place) or _above(names, place)}第 {numbers[0]} 项"
    return f"{where}的{names.get(general, own.strip('.'))}" if own else where


def _above(names: Mapping[str, str], path: str) -> str:
    """The name of an object, by its first column."""
    below = next((name for each, name in names.items() if each.startswith(f"{path}.")), None)
    return _WHOLE.get(path) or (f"{below}等" if below else path)


@cache
def _names(kind: Kind) -> Mapping[str, str]:
    return dict(_headings(kind))


def _headings(kind: Kind) -> Iterator[tuple[str, str]]:
    text = files(__package__).joinpath("profiles", "catalogue.json").read_text(encoding="utf-8")
    for name, sheet in json.loads(text)["sheets"].items():
        table = TABLES[sheet["table"]]
        if table.kind is not kind:
            continue
        if table.is_part:
            yield table.list_path, name
        for heading, path in sheet["columns"].items():
            if path in table.fields and not path.startswith("@"):
                yield f"{table.list_path}.*.{path}" if table.is_part else table.fields[path].fills, heading
