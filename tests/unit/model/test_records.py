"""Records: one JSON object and back, and what each kind refers to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalog.model import Kind, Record, references
from service_catalog.model.records import ENVELOPE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
CONTENT = st.dictionaries(st.text().filter(lambda key: key not in ENVELOPE), JSON, max_size=4)
RECORDS = st.builds(
    Record,
    kind=st.sampled_from(Kind),
    id=st.text(),
    owner=st.text(),
    version=st.integers(),
    content=CONTENT,
    deleted=st.booleans(),
)


@given(RECORDS)
def test_record_when_made_json_and_read_back_then_is_the_same(record: Record) -> None:
    assert Record.from_json(record.as_json()) == record


@given(RECORDS)
def test_record_when_made_json_then_holds_only_what_json_can_say(record: Record) -> None:
    made = record.as_json()

    assert type(made["kind"]) is str
    assert json.loads(json.dumps(made)) == made


@given(RECORDS)
def test_json_when_read_and_made_again_then_is_the_same(record: Record) -> None:
    made = record.as_json()

    assert Record.from_json(made).as_json() == made


def test_record_when_it_is_not_deleted_then_its_json_does_not_speak_of_it() -> None:
    alive = Record(Kind.ITEM, "110112-A", "110112", 1, {"name": "甲"})

    assert alive.as_json() == {
        "kind": "item",
        "id": "110112-A",
        "owner": "110112",
        "version": 1,
        "name": "甲",
    }
    assert Record.from_json({**alive.as_json(), "deleted": False}) == alive


@pytest.mark.parametrize("missing", ["kind", "id", "owner", "version"])
def test_json_when_it_lacks_its_envelope_then_is_no_record(missing: str) -> None:
    made = Record(Kind.ITEM, "110112-A", "110112", 1, {}).as_json()
    del made[missing]

    with pytest.raises(KeyError):
        Record.from_json(made)


def record(kind: Kind, **content: Any) -> Record:
    return Record(kind, "x", "110112", 1, content)


@pytest.mark.parametrize(
    ("given_record", "expected"),
    [
        (record(Kind.ACCEPTANCE, item="A"), ["A"]),
        (record(Kind.ACCEPTANCE), []),
        (record(Kind.COUNTERPART, a="A", b="B"), ["A", "B"]),
        (record(Kind.COUNTERPART, a="A", b="A"), ["A"]),
        (record(Kind.COUNTERPART, b="B"), ["B"]),
        (
            record(Kind.SCENARIO, steps=[{"item": "B"}, {"item": None}, {}, {"item": "A"}, {"item": "B"}]),
            ["B", "A"],
        ),
        (record(Kind.SCENARIO), []),
        (record(Kind.ITEM, item="A", a="B", steps=[{"item": "C"}]), []),
        (record(Kind.TERM, target={"name": "A"}), []),
        (record(Kind.REGION, item="A"), []),
        (Record(Kind.COUNTERPART, "x", "110112", 2, {}, deleted=True), []),
    ],
)
def test_references_when_asked_then_each_once_in_order(given_record: Record, expected: list[str]) -> None:
    assert list(references(given_record)) == expected


def test_kinds_when_listed_then_each_stands_after_those_it_refers_to() -> None:
    order = list(Kind)

    for kind, target in (
        (Kind.SCENARIO, Kind.ITEM),
        (Kind.ACCEPTANCE, Kind.ITEM),
        (Kind.COUNTERPART, Kind.ITEM),
        (Kind.ITEM, Kind.REGION),
    ):
        assert order.index(kind) > order.index(target)
