"""Index definitions: ``mappings/items.json`` and ``mappings/scenarios.json`` as one frozen ``Definition``.

A file is ``{"_meta": {"version", "description", "ranking"?}, "fields": {name: {"role", "description", …}}}``.
Roles:

key      the document's id; exactly one a file
filter   whole values that narrow a search, no score
exact    whole values that score
text     tokens that score, none with white space in it

``exact`` and ``text`` fields and all entries of ``ranking`` carry a ``weight`` and the ``reason`` for it. A
``filter`` field may name its ``group``: an engine may count the fields of one group together, by their
combinations. Fields that vary independently of each other belong into different groups, else there are as
many combinations as documents.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from service_catalog.model.errors import ConfigurationError, Fault

FILES = ("items.json", "scenarios.json")
"""The files of one definition. Fields of one name must be declared alike: both kinds share one index."""

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""Names that every engine accepts; names with a leading underscore are left to the engines' own fields."""

META_KEYS = {"version", "description", "ranking"}
PLAIN_KEYS = {"role", "description"}
WEIGHED_KEYS = {"weight", "reason"}

GROUP = "record"
"""The group of filter fields that name none."""


class Role(StrEnum):
    """What a field is for."""

    KEY = "key"
    FILTER = "filter"
    EXACT = "exact"
    TEXT = "text"


SCORING = (Role.EXACT, Role.TEXT)
"""Roles whose fields add to the score and therefore need a weight and its reason."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a document. ``weight`` and ``reason`` are None where the role does not score."""

    name: str
    role: Role
    description: str
    weight: float | None = None
    reason: str | None = None
    group: str = GROUP


@dataclass(frozen=True, slots=True)
class Definition:
    """What a document consists of and what its parts weigh. ``hash`` is SHA-256 (hex) over both files."""

    fields: Mapping[str, Field]
    ranking: Mapping[str, float]
    version: int
    hash: str
    key: str = field(init=False)
    """Name of the field that holds the document's id."""
    groups: tuple[str, ...] = field(init=False)
    """The groups of the filter fields, in order of name."""

    def __post_init__(self) -> None:
        key = next(each.name for each in self.fields.values() if each.role is Role.KEY)
        groups = sorted({each.group for each in self.fields.values() if each.role is Role.FILTER})
        object.__setattr__(self, "key", key)  # both are asked for with every document written
        object.__setattr__(self, "groups", tuple(groups))

    def weight(self, field: str) -> float:
        """The weight of a scoring field. Raises ConfigurationError for any other name."""
        declared = self.fields.get(field)
        if declared is None or declared.weight is None:
            raise ConfigurationError(f"索引定义中没有计分字段 {field}")
        return declared.weight


def load_definition(folder: Path) -> Definition:
    """Read and check both files of ``folder``. Raises ConfigurationError with all faults at once."""
    faults: list[Fault] = []
    contents = {name: content for name in FILES if (content := _read(folder / name, faults)) is not None}
    for name, content in contents.items():
        faults.extend(_file_faults(name, content))
    if not faults:
        faults.extend(_disagreements(contents))
    if faults:
        raise ConfigurationError(f"索引定义有 {len(faults)} 处错误（{folder}）", faults=tuple(faults))
    return _definition([contents[name] for name in FILES])


def _read(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(Fault(path.name, f"无法读取：{error.strerror or error}"))
    except ValueError as error:
        faults.append(Fault(path.name, f"不是有效的 JSON：{error}"))
    else:
        if isinstance(content, dict):
            return content
        faults.append(Fault(path.name, "应为 JSON 对象"))
    return None


def _file_faults(file: str, content: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _unknown_keys(file, content, {"_meta", "fields"})
    meta, fields = content.get("_meta"), content.get("fields")
    if isinstance(meta, dict):
        yield from _meta_faults(f"{file}: _meta", meta)
    else:
        yield Fault(f"{file}: _meta", "缺少，或不是 JSON 对象")
    if isinstance(fields, dict):
        yield from _fields_faults(f"{file}: fields", fields)
    else:
        yield Fault(f"{file}: fields", "缺少，或不是 JSON 对象")


def _meta_faults(place: str, meta: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _unknown_keys(place, meta, META_KEYS)
    version = meta.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield Fault(f"{place}.version", "应为正整数")
    ranking = meta.get("ranking", {})
    if not isinstance(ranking, dict):
        yield Fault(f"{place}.ranking", "应为 JSON 对象")
        return
    for name, entry in ranking.items():
        if isinstance(entry, dict):
            yield from _unknown_keys(f"{place}.ranking.{name}", entry, WEIGHED_KEYS)
            yield from _weight_faults(f"{place}.ranking.{name}", entry)
        else:
            yield Fault(f"{place}.ranking.{name}", "应为含 weight 与 reason 的 JSON 对象")


def _fields_faults(place: str, fields: Mapping[str, Any]) -> Iterator[Fault]:
    for name, entry in fields.items():
        if FIELD_NAME.fullmatch(name) is None:
            yield Fault(f"{place}.{name}", "字段名应为小写字母开头的字母、数字与下划线")
        if isinstance(entry, dict):
            yield from _field_faults(f"{place}.{name}", entry)
        else:
            yield Fault(f"{place}.{name}", "应为 JSON 对象")
    keys = [
        name for name, entry in fields.items() if isinstance(entry, dict) and entry.get("role") == Role.KEY
    ]
    if len(keys) != 1:
        yield Fault(place, f"role 为 key 的字段应恰有一个，实有 {len(keys)} 个")


def _field_faults(place: str, entry: Mapping[str, Any]) -> Iterator[Fault]:
    role = entry.get("role")
    scores = role in SCORING
    if role not in tuple(Role):
        yield Fault(f"{place}.role", f"应为 {'、'.join(Role)} 之一")
        scores = "weight" in entry
    if not _is_sentence(entry.get("description")):
        yield Fault(f"{place}.description", "缺少说明")
    if scores:
        yield from _weight_faults(place, entry)
    if "group" in entry and FIELD_NAME.fullmatch(str(entry["group"])) is None:
        yield Fault(f"{place}.group", "组名应为小写字母开头的字母、数字与下划线")
    further = WEIGHED_KEYS if scores else {"group"} if role == Role.FILTER else set()
    yield from _unknown_keys(place, entry, PLAIN_KEYS | further)


def _weight_faults(place: str, entry: Mapping[str, Any]) -> Iterator[Fault]:
    weight = entry.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < math.inf:
        yield Fault(f"{place}.weight", "应为大于 0 的数")
    if not _is_sentence(entry.get("reason")):
        yield Fault(f"{place}.reason", "缺少取此权重的理由")


def _unknown_keys(place: str, entry: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    for key in entry:
        if key not in known:
            yield Fault(f"{place}.{key}", "此处不认识该设置", hint="、".join(sorted(known)))


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _disagreements(contents: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """Where the two files, each sound by itself, contradict one another."""
    (first, items), (second, scenarios) = ((name, contents[name]) for name in FILES)
    for place, one, other in (
        ("fields", items["fields"], scenarios["fields"]),
        ("_meta.ranking", items["_meta"].get("ranking", {}), scenarios["_meta"].get("ranking", {})),
    ):
        for name in one.keys() & other.keys():
            if one[name] != other[name]:
                yield Fault(f"{place}.{name}", f"{first} 与 {second} 的声明不一致")
    if _key(items) != _key(scenarios):
        yield Fault("fields", f"{first} 与 {second} 的 key 字段不同：{_key(items)}、{_key(scenarios)}")
    if items["_meta"]["version"] != scenarios["_meta"]["version"]:
        yield Fault("_meta.version", f"{first} 与 {second} 的版本不同")


def _key(content: Mapping[str, Any]) -> str:
    names: Iterator[str] = (name for name, entry in content["fields"].items() if entry["role"] == Role.KEY)
    return next(names)


def _definition(contents: list[dict[str, Any]]) -> Definition:
    fields = {
        name: Field(
            name=name,
            role=Role(entry["role"]),
            description=entry["description"],
            weight=float(entry["weight"]) if "weight" in entry else None,
            reason=entry.get("reason"),
            group=entry.get("group", GROUP),
        )
        for content in contents
        for name, entry in content["fields"].items()
    }
    ranking = {
        name: float(entry["weight"])
        for content in contents
        for name, entry in content["_meta"].get("ranking", {}).items()
    }
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Definition(
        fields=MappingProxyType(fields),
        ranking=MappingProxyType(ranking),
        version=contents[0]["_meta"]["version"],
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )
