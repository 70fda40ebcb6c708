"""Reading index definitions: what a sound pair of files gives, and every fault they may have."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service_catalog.engines.definition import Role, load_definition
from service_catalog.model.errors import ConfigurationError

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"

Content = dict[str, Any]


def _items() -> Content:
    ranking = {"exact": {"weight": 10, "reason": "first"}}
    return {
        "_meta": {"version": 3, "description": "items", "ranking": ranking},
        "fields": {
            "id": {"role": "key", "description": "id"},
            "theme": {"role": "filter", "description": "themes"},
            "exact": {"role": "exact", "weight": 20, "reason": "settles it", "description": "wholes"},
            "words": {"role": "text", "weight": 2.5, "reason": "meaning", "description": "words"},
        },
    }


def _scenarios() -> Content:
    made = _items()
    del made["_meta"]["ranking"]
    del made["fields"]["theme"]
    made["fields"]["steps"] = {"role": "text", "weight": 0.4, "reason": "content", "description": "steps"}
    return made


def _write(folder: Path, items: Content, scenarios: Content) -> Path:
    for name, content in (("items.json", items), ("scenarios.json", scenarios)):
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
    return folder


def _faults(folder: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load_definition(folder)
    return [fault.field for fault in raised.value.faults]


def test_definition_when_both_files_are_sound_then_fields_weights_and_ranking_are_merged(
    tmp_path: Path,
) -> None:
    definition = load_definition(_write(tmp_path, _items(), _scenarios()))

    assert set(definition.fields) == {"id", "theme", "exact", "words", "steps"}
    assert definition.fields["theme"].role is Role.FILTER
    assert (definition.weight("words"), definition.weight("exact"), definition.weight("steps")) == (
        2.5,
        20.0,
        0.4,
    )
    assert (definition.key, definition.version, dict(definition.ranking)) == ("id", 3, {"exact": 10.0})


@pytest.mark.parametrize("field", ["theme", "id", "nothing"])
def test_weight_when_the_field_does_not_score_then_configuration_error(tmp_path: Path, field: str) -> None:
    definition = load_definition(_write(tmp_path, _items(), _scenarios()))

    with pytest.raises(ConfigurationError):
        definition.weight(field)


def test_hash_when_only_layout_or_order_differ_then_it_is_the_same(tmp_path: Path) -> None:
    first = load_definition(_write(tmp_path, _items(), _scenarios()))
    items = dict(reversed(_items().items()))
    (tmp_path / "items.json").write_text(json.dumps(items), encoding="utf-8")

    again = load_definition(tmp_path)

    assert again.hash == first.hash
    assert len(first.hash) == 64


@pytest.mark.parametrize("which", ["items.json", "scenarios.json"])
def test_hash_when_either_file_says_something_else_then_it_differs(tmp_path: Path, which: str) -> None:
    first = load_definition(_write(tmp_path, _items(), _scenarios()))
    content = json.loads((tmp_path / which).read_text(encoding="utf-8"))
    content["_meta"]["description"] = "other"
    (tmp_path / which).write_text(json.dumps(content), encoding="utf-8")

    assert load_definition(tmp_path).hash != first.hash


def test_definition_when_loaded_then_it_cannot_be_changed(tmp_path: Path) -> None:
    definition = load_definition(_write(tmp_path, _items(), _scenarios()))

    with pytest.raises(TypeError):
        definition.fields["words"] = definition.fields["id"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        definition.version = 4  # type: ignore[misc]


def _field(name: str, **changes: Any) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        for key, value in changes.items():
            if value is None:
                del content["fields"][name][key]
            else:
                content["fields"][name][key] = value

    return change


def _put(value: Any, *path: str) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


TEXT = {"role": "text", "weight": 1, "reason": "r", "description": "d"}


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (_field("words", role="token"), "fields.words.role"),
        (_field("words", role=None), "fields.words.role"),
        (_field("words", role=["text"]), "fields.words.role"),
        (_field("words", description=None), "fields.words.description"),
        (_field("theme", description=" "), "fields.theme.description"),
        (_field("words", weight=None), "fields.words.weight"),
        (_field("words", weight="2"), "fields.words.weight"),
        (_field("words", weight=True), "fields.words.weight"),
        (_field("words", weight=0), "fields.words.weight"),
        (_field("words", weight=-1), "fields.words.weight"),
        (_field("words", weight=float("nan")), "fields.words.weight"),
        (_field("words", weight=float("inf")), "fields.words.weight"),
        (_field("exact", reason=None), "fields.exact.reason"),
        (_field("exact", reason=""), "fields.exact.reason"),
        (_field("theme", weight=1), "fields.theme.weight"),
        (_field("words", wieght=1), "fields.words.wieght"),
        (_put(TEXT, "fields", "_row"), "fields._row"),
        (_put(TEXT, "fields", "Words"), "fields.Words"),
        (_put(7, "fields", "words"), "fields.words"),
        (_put([], "fields"), "fields"),
        (_put({}, "fields"), "fields"),
        (_put({"role": "key", "description": "d"}, "fields", "code"), "fields"),
        (_put(None, "_meta"), "_meta"),
        (_put(0, "_meta", "version"), "_meta.version"),
        (_put(True, "_meta", "version"), "_meta.version"),
        (_put("1", "_meta", "version"), "_meta.version"),
        (_put([], "_meta", "ranking"), "_meta.ranking"),
        (_put(3, "_meta", "ranking", "exact"), "_meta.ranking.exact"),
        (_put({"weight": 3}, "_meta", "ranking", "exact"), "_meta.ranking.exact.reason"),
        (_put({"reason": "r"}, "_meta", "ranking", "exact"), "_meta.ranking.exact.weight"),
        (_put(1, "_meta", "more"), "_meta.more"),
        (_put(1, "more"), "more"),
    ],
)
def test_definition_when_one_thing_is_wrong_then_the_fault_names_its_place(
    tmp_path: Path, spoil: Callable[[Content], None], place: str
) -> None:
    items = _items()
    spoil(items)

    assert [fault.replace(": ", ".") for fault in _faults(_write(tmp_path, items, _scenarios()))] == [
        f"items.json.{place}"
    ]


def test_definition_when_several_things_are_wrong_in_both_files_then_all_are_told(tmp_path: Path) -> None:
    items, scenarios = _items(), _scenarios()
    _field("words", weight=None, description=None)(items)
    _field("steps", reason=None)(scenarios)

    assert set(_faults(_write(tmp_path, items, scenarios))) == {
        "items.json: fields.words.weight",
        "items.json: fields.words.description",
        "scenarios.json: fields.steps.reason",
    }


def test_definition_when_a_shared_field_is_declared_otherwise_then_it_is_a_fault(tmp_path: Path) -> None:
    scenarios = _scenarios()
    _field("words", weight=3)(scenarios)
    _field("exact", description="other")(scenarios)

    assert set(_faults(_write(tmp_path, _items(), scenarios))) == {"fields.words", "fields.exact"}


def test_definition_when_versions_or_keys_of_the_files_differ_then_it_is_a_fault(tmp_path: Path) -> None:
    scenarios = copy.deepcopy(_scenarios())
    scenarios["_meta"]["version"] = 4
    scenarios["fields"]["code"] = scenarios["fields"].pop("id")

    assert set(_faults(_write(tmp_path, _items(), scenarios))) == {"_meta.version", "fields"}


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "\ufeff{}"])
def test_definition_when_a_file_holds_no_json_object_then_it_is_a_fault(tmp_path: Path, content: str) -> None:
    _write(tmp_path, _items(), _scenarios())
    (tmp_path / "scenarios.json").write_text(content, encoding="utf-8")

    assert _faults(tmp_path) == ["scenarios.json"]


def test_definition_when_the_files_are_missing_then_both_are_told(tmp_path: Path) -> None:
    assert _faults(tmp_path / "nowhere") == ["items.json", "scenarios.json"]


def test_definition_when_it_is_the_one_shipped_then_it_is_sound() -> None:
    definition = load_definition(MAPPINGS)

    assert definition.key == "id"
    assert {field.role for field in definition.fields.values()} == set(Role)
