"""Profiles: which sheet holds what, under which headings, in which words. JSON that a district edits.

::

    {"name": "catalogue", "about": "…",
     "defaults": {"owner": "120105", "provenance": {"status": "official"}},
     "code_from": ["handling_code", "implementation_code"],
     "values": {"necessity": {"1": "required"}},
     "sheets": {"事项": {"table": "item", "columns": {"事项名称": "name"}}}}

``table`` and the paths on the right are those of ``columns``; ``*`` is the column with everything
that no other column shows (JSON), ``#`` the position of a part, ``extra`` a column kept as it is, an empty
path a column that people read and the import does not. ``values`` adds words to the lists of
``vocabularies``. ``defaults`` fill what the file leaves out in records that are not stored yet.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from service_catalog.catalog.labels import Labels
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_labels
from service_catalog.exchange.sheets.columns import EXTRA, ONLY_SHOWN, ORDER, OTHERS, TABLES, Field, Table
from service_catalog.exchange.sheets.converters import Converter, make_converters
from service_catalog.exchange.sheets.profile_names import default_faults, list_faults
from service_catalog.exchange.sheets.vocabularies import make_vocabularies
from service_catalog.model import Kind
from service_catalog.model.errors import ConfigurationError

SHIPPED = ("catalogue", "national")
"""Profiles that come with the program."""

KEYS = ("name", "about", "defaults", "code_from", "values", "sheets")

_MARKS = re.compile(r"\s+|[*＊]|[(（](?:必填|选填|必选)[)）]")


def plain_heading(text: str) -> str:
    """A heading without what people add to it: spaces, line breaks, a star or （必填）."""
    return unicodedata.normalize("NFKC", _MARKS.sub("", text))


@dataclass(frozen=True, slots=True)
class SheetProfile:
    """One sheet: its name, what its rows are, and the path under each heading, in the order of export."""

    name: str
    table: Table
    columns: Mapping[str, str]
    by_heading: Mapping[str, str] = field(default_factory=dict)
    """The same by plain heading, for reading."""

    def shown_columns(self) -> Iterator[tuple[str, str]]:
        """(heading, path) of each path once, for export; columns that are kept aside have none."""
        seen: set[str] = set()
        for heading, path in self.columns.items():
            if path == ONLY_SHOWN or (path != EXTRA and path not in seen):
                seen.add(path)
                yield heading, path


@dataclass(frozen=True, slots=True)
class Profile:
    """How a district's tables are read and written."""

    name: str
    sheets: Mapping[str, SheetProfile]
    converters: Mapping[str, Converter]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    code_from: tuple[str, ...] = ()
    """Fields from which a record's code is taken, the first that is there, where the file has none."""

    def sheets_of(self, kind: Kind) -> list[SheetProfile]:
        """The sheets with records of a kind and with their parts, in the profile's order."""
        return [sheet for sheet in self.sheets.values() if sheet.table.kind is kind]

    def main_sheets(self) -> list[SheetProfile]:
        """The sheets with records, in the order of loading."""
        kinds = list(Kind)
        found = [sheet for sheet in self.sheets.values() if not sheet.table.is_part]
        return sorted(found, key=lambda sheet: kinds.index(sheet.table.kind))

    def converter(self, of: Field) -> Converter:
        """What reads and shows a field."""
        return self.converters[of.form]


def load_profile(name_or_path: str = "catalogue", *, labels: Labels | None = None) -> Profile:
    """A shipped profile by name, or a district's own by path.

    ``labels``: the code tables; None: those of the seed folder that the settings name. Raises
    ConfigurationError that names the file and what is wrong in it.
    """
    if name_or_path in SHIPPED:
        text = files(__package__).joinpath("profiles", f"{name_or_path}.json").read_text(encoding="utf-8")
    else:
        text = _own_file(name_or_path)
    known = load_labels(Settings.from_env().seed) if labels is None else labels
    try:
        return _Reading(name_or_path, known).profile(json.loads(text))
    except ValueError as error:
        raise ConfigurationError(f"配置 {name_or_path} 不是有效的 JSON：{error}") from None


def _own_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        shipped = "、".join(SHIPPED)
        raise ConfigurationError(f"没有配置 {path}：写自带配置的名称（{shipped}）或文件路径") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"配置 {path} 不是 UTF-8 文本；请另存为 UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"配置 {path} 无法读取：{error.strerror}") from None


class _Reading:
    """Checks one profile and makes it. Every fault is told as ConfigurationError that names the file."""

    def __init__(self, place: str, labels: Labels) -> None:
        self._place, self._labels = place, labels

    def profile(self, data: Any) -> Profile:
        top = self._mapping(data, "最外层")
        self._known(top, KEYS, "最外层")
        own = {
            name: self._mapping(words, f"values.{name}") for name, words in self._part(top, "values").items()
        }
        for name, words in own.items():
            for word, value in words.items():
                if not isinstance(value, str | bool):
                    raise self._fault(f"values.{name}.{word} 应为文字、true 或 false")
        defaults = self._part(top, "defaults")
        for fault in (*list_faults(own), *default_faults(defaults)):
            raise self._fault(fault)
        converters = make_converters(make_vocabularies(self._labels, own))
        sheets = {name: self._sheet(name, sheet) for name, sheet in self._part(top, "sheets").items()}
        if not any(not sheet.table.is_part for sheet in sheets.values()):
            raise self._fault(
                "sheets 里没有一个存放记录的工作表，例如 {"
                '"事项": {"table": "item", "columns": {"事项名称": "name"}}}'
            )
        code_from = top.get("code_from", [])
        if not isinstance(code_from, list) or not all(isinstance(each, str) for each in code_from):
            raise self._fault("code_from 应为字段名的列表")
        return Profile(
            name=str(top.get("name") or self._place),
            sheets=sheets,
            converters=converters,
            defaults=defaults,
            code_from=tuple(code_from),
        )

    def _sheet(self, name: str, data: Any) -> SheetProfile:
        where = f"sheets.{name}"
        sheet = self._mapping(data, where)
        self._known(sheet, ("table", "columns"), where)
        table = TABLES.get(str(sheet.get("table")))
        if table is None:
            raise self._fault(f"{where}.table 是“{sheet.get('table')}”，只能是 {'、'.join(TABLES)} 之一")
        columns = self._mapping(sheet.get("columns"), f"{where}.columns")
        allowed = {*table.fields, ORDER, OTHERS, ONLY_SHOWN, EXTRA}
        for heading, path in columns.items():
            if not isinstance(path, str) or path not in allowed:
                fields = "、".join(table.fields)
                raise self._fault(f"{where}.columns.{heading} 是“{path}”，没有这个字段；可用的有 {fields}")
        return SheetProfile(
            name, table, columns, {plain_heading(heading): path for heading, path in columns.items()}
        )

    def _part(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        return self._mapping(data.get(name, {}), name)

    def _mapping(self, data: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            raise self._fault(f"{where} 应为 JSON 对象")
        return data

    def _known(self, data: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
        for key in data:
            if key not in keys:
                raise self._fault(f"{where} 里没有“{key}”这一项，只能有 {'、'.join(keys)}")

    def _fault(self, message: str) -> ConfigurationError:
        return ConfigurationError(f"配置 {self._place}：{message}")
