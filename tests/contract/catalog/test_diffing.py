"""What a diff of two forms of a record names."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalog.catalog.diffing import FieldChange, differences

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "甲", "乙"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from("abc"), json_values, max_size=3)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="nothing"),
        pytest.param({"a": 1, "version": 1}, {"a": 1, "version": 2}, [], id="version alone"),
        pytest.param({"a": 1}, {"a": True}, [("a", 1, True)], id="true is not one"),
        pytest.param({"a": None}, {"a": ""}, [("a", None, "")], id="empty is not unknown"),
        pytest.param({}, {"a": [1]}, [("a", None, [1])], id="field that is new"),
        pytest.param({"a": [1]}, {}, [("a", [1], None)], id="field that is gone"),
        pytest.param({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("a.b.c", 1, 2)], id="deep"),
        pytest.param({"a": "x"}, {"a": ["x"]}, [("a", "x", ["x"])], id="text and list"),
        pytest.param({"a": ["x"]}, {"a": "x"}, [("a", ["x"], "x")], id="list and text"),
        pytest.param({"a": [1, 2]}, {"a": [0, 1, 2]}, [("a.0", None, 0)], id="inserted in front"),
        pytest.param({"a": [1, 2, 3]}, {"a": [1, 3]}, [("a.1", 2, None)], id="removed in the middle"),
        pytest.param(
            {"a": [{"n": "身份证", "c": 1}, {"n": "照片"}]},
            {"a": [{"n": "身份证", "c": 2}, {"n": "照片"}]},
            [("a.0.c", 1, 2)],
            id="field of an element",
        ),
        pytest.param(
            {"a": ["甲", "乙"]}, {"a": ["乙", "甲"]}, [("a.0", None, "乙"), ("a.1", "乙", None)], id="order"
        ),
    ],
)
def test_diff_when_made_then_names_exactly_what_changed(
    before: dict[str, Any], after: dict[str, Any], changes: list[tuple[str, Any, Any]]
) -> None:
    assert differences(before, after) == [FieldChange(*each) for each in changes]


@given(objects, objects)
def test_diff_when_values_are_any_then_empty_only_for_equal_ones(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = copy.deepcopy((before, after))
    changes = differences(before, after)

    assert (changes == []) == (repr(_sorted(before)) == repr(_sorted(after)))
    assert (before, after) == kept


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, _sorted(inner)) for name, inner in sorted(value.items())]
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value
