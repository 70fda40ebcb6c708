"""Labels of codes: those of the tables, those of the catalogue's own words, and unknown codes as they are."""

from __future__ import annotations

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.labels import FIXED, Labels
from service_catalog.model import Mode
from service_catalog.model.records import SEARCHABLE
from tests.seed_rows import ITEMS

LABELS = Labels(
    {
        "item_type": {"01": "行政许可"},
        "theme_natural_person": {"085": "社会保障"},
        "theme_legal_person": {"085": "年检年审"},
        "mode": {"agent": "不是这个"},
    }
)


@pytest.mark.parametrize(
    ("facet", "value", "label"),
    [
        ("item_type", "01", "行政许可"),
        ("item_type", "99", "99"),
        ("theme", "natural_person:085", "社会保障"),
        ("theme", "legal_person:085", "年检年审"),
        ("theme", "legal_person:999", "legal_person:999"),
        ("theme", "085", "085"),
        ("theme", "", ""),
        ("mode", "agent", "异地代收代办"),
        ("mode", "teleport", "teleport"),
        ("kind", "item", "事项"),
        ("object", "natural_person", "个人"),
        ("nonsense", "01", "01"),
    ],
)
def test_label_when_asked_then_known_or_the_code_itself(facet: str, value: str, label: str) -> None:
    assert LABELS.label(facet, value) == label


def test_own_words_when_listed_then_every_mode_and_kind_of_document_has_a_label() -> None:
    assert set(FIXED["mode"]) == {str(mode) for mode in Mode}
    assert set(FIXED["kind"]) == {str(kind) for kind in SEARCHABLE}


def test_seed_when_its_items_are_labelled_then_no_code_is_left(seeded: Catalog) -> None:
    types = {row["item_type"] for row in ITEMS}
    themes = {theme for row in ITEMS for theme in row["themes"]}

    for facet, values in (("item_type", types), ("theme", themes)):
        assert [value for value in values if seeded.labels.label(facet, value) == value] == []
