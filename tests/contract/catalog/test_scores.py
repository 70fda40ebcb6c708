"""Guide scores: what counts, what is named as missing, and that they follow the log."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.scoring import ELEMENTS, score_item
from service_catalog.model import Kind
from tests.contract.catalog.builders import item, written

WHOLE: dict[str, Any] = {
    "summary": "领到新卡",
    "conditions": ["卡片损坏"],
    "materials": [{"name": "身份证", "form": "original", "necessity": "required"}],
    "steps": [{"name": "申请"}],
    "legal_limit": {"value": 20, "unit": "working_day"},
    "promised_limit": {"value": 5, "unit": "working_day"},
    "fee": {"charged": False},
    "visits": 0,
    "result": {"name": "社会保障卡", "kind": "certificate"},
    "legal_basis": [{"title": "社会保险法"}],
    "questions": [{"question": "多久", "answer": "五天"}],
    "windows": [{"hall": "大厅", "address": "某路 1 号", "phone": "12345", "hours": "9:00—17:00"}],
    "cross_region_note": "可异地办理",
}


def test_weights_when_added_then_make_a_hundred() -> None:
    assert sum(element.weight for element in ELEMENTS) == 100


def test_score_when_the_guide_is_whole_then_100_and_nothing_is_missing() -> None:
    found = score_item(item("A", guide=WHOLE))

    assert (found.score, found.missing) == (100, ())


def test_score_when_there_is_no_guide_then_0_and_everything_is_missing() -> None:
    found = score_item(item("A", item_type="01"))

    assert (found.score, len(found.missing), found.has_guide) == (0, len(ELEMENTS), False)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"materials": []}, ("materials", "material_details")),
        ({"fee": {"charged": True, "amount": "20 元"}}, ("fee",)),
        ({"visits": None}, ("visits",)),
        ({"windows": [{"hall": "大厅"}]}, ("place", "phone", "hours")),
        ({"materials": [{"name": "证明", "necessity": "conditional"}]}, ("material_details",)),
    ],
)
def test_score_when_an_element_is_unknown_then_it_is_named(
    change: dict[str, Any], missing: tuple[str, ...]
) -> None:
    found = score_item(item("A", guide=WHOLE | change))

    assert found.missing == missing
    assert found.score < 100


def test_score_when_a_public_service_names_no_legal_limit_then_that_does_not_count() -> None:
    assert score_item(item("A", item_type="20", guide=WHOLE | {"legal_limit": None})).score == 100


def test_scores_when_a_record_changes_or_goes_then_the_next_answer_knows(catalog: Catalog) -> None:
    written(catalog, item("A"), item("B", guide=WHOLE))
    assert [each.score for each in catalog.scores().items] == [0, 100]

    written(catalog, item("A", version=2, guide=WHOLE))
    assert [each.score for each in catalog.scores().items] == [100, 100]

    catalog.withdraw("110112-B", Kind.ITEM, author="test", reason="test")
    assert [each.id for each in catalog.scores().items] == ["110112-A"]


def test_scores_when_asked_for_the_seed_then_every_item_has_one_and_the_worst_come_first(
    seeded: Catalog,
) -> None:
    scores = seeded.scores()

    found = [each.score for each in scores.items]
    assert len(found) == 1174
    assert found == sorted(found)
    assert [group.items for group in scores.regions()] == [1143, 31]
    assert sum(group.without_guide for group in scores.regions()) == 931
