"""Names in a profile that nothing answers to: misspelt, they would have no effect, and nobody would know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from marshmallow import Schema
from marshmallow import fields as f

from service_catalog.exchange.schemas import SCHEMAS
from service_catalog.exchange.sheets.columns import EXTRA
from service_catalog.exchange.sheets.vocabularies import FREE, OPEN, WORDS

NOT_BY_DEFAULT = ("kind", "id", "version", "deleted")
"""Fields that make a record what it is, and are never the same for all."""

LISTS = (*WORDS, *OPEN, "theme_natural_person", "theme_legal_person")
"""Lists of words that a profile may add to."""

SHOWN_NAMES = 20

_Names = Mapping[str, Any]
"""Known names, each with those below it; None where it holds no object."""


def default_faults(defaults: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the fields that ``defaults`` names."""
    yield from _unknown(defaults, _record_names(), "defaults")


def list_faults(values: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the lists that ``values`` names, and with the codes of closed ones."""
    for name, words in values.items():
        if name not in LISTS:
            yield f"values 里没有“{name}”这个词表；{_nearest(name, LISTS)}"
        elif name in WORDS and name not in FREE:
            codes = dict.fromkeys(WORDS[name].values())
            for word, code in words.items():
                if code not in codes or isinstance(code, bool) != (name == "yes_no"):
                    shown = [_json(each) for each in codes]
                    yield f"values.{name}.{word} 是 {_json(code)}，没有这个值；{_nearest(str(code), shown)}"


def _unknown(data: Mapping[str, Any], known: _Names, where: str) -> Iterator[str]:
    for name, value in data.items():
        if name not in known:
            yield f"{where} 里没有“{name}”这个字段；{_nearest(name, tuple(known))}"
        elif isinstance(value, Mapping) and known[name] is not None:
            yield from _unknown(value, known[name], f"{where}.{name}")


def _nearest(name: str, known: Sequence[str] | Collection[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"最接近的是 {near[0]}" if near else "可用的有 " + "、".join(list(known)[:SHOWN_NAMES])


def _json(code: Any) -> str:
    return {True: "true", False: "false"}[code] if isinstance(code, bool) else str(code)


@cache
def _record_names() -> _Names:
    """The fields that records of any kind have."""
    names: dict[str, Any] = {}
    for schema in SCHEMAS.values():
        names |= {name: below for name, below in _names(schema()).items() if names.get(name) is None}
    return {name: below for name, below in (*names.items(), (EXTRA, None)) if name not in NOT_BY_DEFAULT}


def _names(schema: Schema) -> dict[str, Any]:
    return {
        name: _names(field.schema) if isinstance(field, f.Nested) else None
        for name, field in schema.fields.items()
    }
