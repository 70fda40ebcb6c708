"""What a record of a table goes by: its id, owner and code, of which a file may leave out what follows from
the others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from service_catalog.model import Kind

CODED = (Kind.ITEM, Kind.SCENARIO)
"""Kinds whose id is owner and code."""

NAMES = ("id", "owner", "code", "item", "handling_code", "implementation_code", "basic_code")
"""Fields by which a part may say what it belongs to."""


def part_keys(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What a part belongs to, by every name its row has for it; the surest first."""
    keys = [str(values["@id"])] if values.get("@id") else []
    owner = values.get("@owner")
    if owner and values.get("@code"):
        keys.append(f"{owner}-{values['@code']}")
    if owner and values.get("@item"):
        keys.append(f"{owner}:{values['@item']}")
    names = ("@handling_code", "@implementation_code", "@basic_code", "@code")
    keys += [f"{name}={values[name]}" for name in names if values.get(name)]
    return tuple(keys)


def part_names(values: Mapping[str, Any]) -> dict[str, str]:
    """Every name that the row of a part has for its record."""
    return {name: str(values[f"@{name}"]) for name in NAMES[1:] if values.get(f"@{name}")}


def contradiction(names: Mapping[str, str], data: Mapping[str, Any]) -> str | None:
    """The name by which a part would be another record's than the one it was found to belong to."""
    others = [data.get(name) for name in NAMES if name.endswith("_code")]
    for name, said in names.items():
        is_made_up = name == "code" and data.get(name) in others
        if data.get(name) and str(data[name]) != said and not is_made_up:
            return name
    return None


def record_keys(data: Mapping[str, Any]) -> tuple[str, ...]:
    """What parts may call a record; the inverse of ``part_keys``.

    Also the id that owner and code make: where a mistyped id is at fault, its parts are not."""
    names = ("handling_code", "implementation_code", "basic_code", "code")
    own = [f"@{name}={data[name]}" for name in names if data.get(name)]
    made = (f"{data.get('owner')}-{data.get('code')}", f"{data.get('owner')}:{data.get('item')}")
    return tuple(dict.fromkeys((str(data.get("id", "")), *made, *own)))


def complete(
    kind: Kind, data: dict[str, Any], defaults: Mapping[str, Any], code_from: Sequence[str]
) -> dict[str, Any]:
    """``data`` with the names that the file leaves out: from the defaults of the profile, a code from the
    fields of ``code_from``, and id, owner and code where the others tell them."""
    for name in NAMES:
        if name in defaults and data.get(name) is None:
            data[name] = defaults[name]
    if kind in CODED and not data.get("code"):
        code = next((data[name] for name in code_from if data.get(name)), None)
        if code:
            data["code"] = code
    record_id = data.get("id")
    if isinstance(record_id, str) and record_id:
        _from_id(kind, record_id, data)
    elif (made := _id_of(kind, data)) is not None:
        data["id"] = made
    if kind is Kind.SCENARIO and isinstance(data.get("steps"), list):
        for step in data["steps"]:
            if isinstance(step, dict) and "order" in step:
                step.setdefault("key", f"{data.get('code')}#{step['order']}")
    return data


def sum_up_fees(fee: dict[str, Any], fees: Sequence[Mapping[str, Any]]) -> None:
    """The national tables list what is charged one by one; a guide shows it as one text, in ``fee``, if the
    table has none."""
    amounts = ["：".join(str(each[name]) for name in ("name", "amount") if each.get(name)) for each in fees]
    bases = [str(each["basis"]) for each in fees if each.get("basis")]
    for name, texts in (("amount", amounts), ("basis", bases)):
        text = "；".join(dict.fromkeys(text for text in texts if text))
        if text and not fee.get(name):
            fee[name] = text


def _from_id(kind: Kind, record_id: str, data: dict[str, Any]) -> None:
    mark = ":" if kind is Kind.ACCEPTANCE else "-"
    owner, _, rest = record_id.partition(mark)
    if not data.get("owner"):
        data["owner"] = owner
    if kind in CODED and not data.get("code") and rest:
        data["code"] = rest


def _id_of(kind: Kind, data: Mapping[str, Any]) -> str | None:
    owner = data.get("owner")
    if not owner:
        return None
    if kind in CODED:
        return f"{owner}-{data['code']}" if data.get("code") else None
    if kind is Kind.ACCEPTANCE:
        return f"{owner}:{data['item']}" if data.get("item") else None
    if kind is Kind.COUNTERPART:
        return f"{owner}-CP-{data['a']}~{data['b']}" if data.get("a") and data.get("b") else None
    if kind is Kind.TERM:
        return _term_id(str(owner), data)
    return str(owner)


def _term_id(owner: str, data: Mapping[str, Any]) -> str | None:
    if not data.get("word") or not isinstance(data.get("target"), dict):
        return None
    target = json.dumps(data["target"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(f"{data['word']}\n{target}".encode()).hexdigest()
    return f"{owner}-T-{digest[:8]}"
