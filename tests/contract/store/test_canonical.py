"""Canonical JSON against the examples of RFC 8785."""

from __future__ import annotations

import hashlib
import json

import pytest

from service_catalog.model.errors import InvalidRecordError
from service_catalog.store.canonical import MAX_DEPTH, MAX_NUMBER, canonical_json, content_hash
from tests.contract.store.builders import item, tombstone


def test_keys_are_sorted_by_utf16_units_as_in_section_3_2_3() -> None:
    # Code point order would put U+1F600 after U+FB33.
    value = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, "ö": 7}
    keys = list(json.loads(canonical_json(value)))

    assert keys == ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"]


def test_literals_and_numbers_are_written_as_in_section_3_2_2() -> None:
    value = {"numbers": [4.50, 2e-3, 1e-27, 1.0, -0.0], "literals": [None, True, False]}

    assert canonical_json(value) == '{"literals":[null,true,false],"numbers":[4.5,0.002,1e-27,1,0]}'


def test_text_is_kept_as_it_is_but_for_control_characters() -> None:
    assert canonical_json('€$\u000f\nA\'B"\\\\"/ 中') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/ 中"'


def test_largest_number_is_accepted_and_the_next_refused() -> None:
    assert canonical_json([MAX_NUMBER, -MAX_NUMBER]) == "[9007199254740991,-9007199254740991]"
    with pytest.raises(InvalidRecordError):
        canonical_json(float(MAX_NUMBER + 1))


def test_deepest_nesting_is_accepted_and_the_next_refused() -> None:
    value: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]

    assert canonical_json(value) == "[" * MAX_DEPTH + "]" * MAX_DEPTH
    with pytest.raises(InvalidRecordError):
        canonical_json([value])


def test_content_hash_is_sha256_of_the_records_canonical_json() -> None:
    record = item("TZ0001", name="甲", department="乙")
    text = (
        '{"code":"TZ0001","department":"乙","id":"110112-TZ0001",'
        '"kind":"item","name":"甲","owner":"110112","version":1}'
    )

    assert content_hash(record) == hashlib.sha256(text.encode()).hexdigest()


def test_content_hash_differs_between_versions_and_between_record_and_tombstone() -> None:
    record = item("TZ0001")
    hashes = {content_hash(record), content_hash(item("TZ0001", 2)), content_hash(tombstone(record, 2))}

    assert len(hashes) == 3
