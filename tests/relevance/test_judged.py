"""The judged queries are whole: a slip of the pen must not count as a fault of the search."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.relevance.judged import CLASSES, Half, read
from tests.seed_rows import ITEMS, SCENARIOS

IDS = {row["id"] for row in (*ITEMS, *SCENARIOS)}


def test_classes_when_listed_then_there_are_twelve() -> None:
    assert len(CLASSES) == 12


@pytest.mark.parametrize("kind", CLASSES)
def test_class_when_read_then_each_half_has_sixty_queries_and_none_is_there_twice(kind: str) -> None:
    found = list(read(kind))

    assert min(Counter(each.half for each in found)[half] for half in Half) >= 60
    assert len({(each.text, each.at_region) for each in found}) == len(found)


@pytest.mark.parametrize("kind", CLASSES)
def test_query_when_read_then_its_records_exist_and_its_grades_are_known(kind: str) -> None:
    for each in read(kind):
        assert 0 < len(each.text) <= 256, each
        assert each.grades.keys() <= IDS, each
        assert set(each.grades.values()) <= {1, 2, 3}, each
        assert (kind == "nothing") <= (not each.grades), each
        assert each.at_region in (None, "110112", "120105"), each
        assert each.owner_region in (None, "110112", "120105"), each
