"""Two rows side by side."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.comparing import FIELDS, GUIDE_FIELDS
from service_catalog.exchange.schemas import GuideSchema
from service_catalog.model.errors import GoneError, InvalidRequestError, NotFoundError
from tests.contract.catalog.builders import HEBEI, changed, counterpart, item, limit, tombstone, written

MINE, OTHER, THIRD = item("A"), item("B", owner=HEBEI), item("C", owner=HEBEI)
LINK = counterpart(OTHER.id, MINE.id, basis="similar_name")


def verdict(catalog: Catalog, field: str, left: Any, right: Any) -> str:
    """What a comparison says of one field."""
    is_guide = field.startswith("guide.")
    name = field.removeprefix("guide.")
    content = [{"guide": {name: value}} if is_guide else {name: value} for value in (left, right)]
    written(catalog, item("A", **content[0]), item("B", owner=HEBEI, **content[1]))
    compared = catalog.comparison(MINE.id, OTHER.id)
    (found,) = [each for each in compared.differences if each.field == field]
    assert (found.left, found.right) == (left, right)
    return found.verdict


FEE, FREE = {"charged": True, "amount": "10元"}, {"charged": False}


@pytest.mark.parametrize(
    ("field", "left", "right", "expected"),
    [
        ("name", "失业登记", "失业登记", "same"),
        ("name", "失业登记", "就业登记", "different"),
        ("department", None, None, "unknown"),
        ("department", "甲局", None, "right_unknown"),
        ("department", None, "甲局", "left_unknown"),
        ("objects", [], ["natural_person"], "left_unknown"),
        ("objects", ["natural_person", "legal_person"], ["legal_person", "natural_person"], "same"),
        ("themes", ["natural_person:085"], ["natural_person:085", "legal_person:035"], "different"),
        ("guide.fee", FEE, FREE, "different"),
        ("guide.fee", FREE, FREE, "same"),
        ("guide.fee", None, FREE, "left_unknown"),
        ("guide.visits", 0, None, "right_unknown"),
        ("guide.visits", 0, 0, "same"),
        ("guide.visits", 0, 1, "different"),
        ("guide.summary", "", "办成", "left_unknown"),
        ("guide.summary", "", None, "unknown"),
        ("guide.conditions", [], None, "unknown"),
        ("guide.conditions", ["甲", "乙"], ["乙", "甲"], "different"),
        ("guide.result", {}, {"name": "证"}, "left_unknown"),
        ("guide.legal_limit", limit(5), limit(5, "calendar_day"), "different"),
        ("guide.legal_limit", limit(5), {"unit": "working_day", "value": 5}, "same"),
    ],
)
def test_field_when_compared_then_verdict(
    catalog: Catalog, field: str, left: Any, right: Any, expected: str
) -> None:
    assert verdict(catalog, field, left, right) == expected


def test_comparison_when_made_then_every_field_once_in_order(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, LINK)

    fields = [each.field for each in catalog.comparison(MINE.id).differences]

    assert fields == [*FIELDS, *(f"guide.{name}" for name in GUIDE_FIELDS)]


def test_guide_fields_when_listed_then_are_those_of_a_guide_but_its_questions() -> None:
    assert {*GUIDE_FIELDS, "questions"} == set(GuideSchema().fields)


def test_comparison_when_there_is_one_counterpart_then_compares_with_it_from_either_end(
    catalog: Catalog,
) -> None:
    written(catalog, MINE, OTHER, LINK)

    for one, other in ((MINE, OTHER), (OTHER, MINE)):
        compared = catalog.comparison(one.id)
        assert (compared.left.item.record, compared.right.item.record) == (one, other)
        assert compared.basis == "similar_name"


def test_comparison_when_both_districts_link_the_pair_then_it_is_one_counterpart(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, LINK, counterpart(MINE.id, OTHER.id, owner="110112"))

    assert catalog.comparison(MINE.id).right.item.record == OTHER


def test_comparison_when_another_row_is_chosen_then_compares_with_that(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, THIRD, LINK)

    compared = catalog.comparison(MINE.id, THIRD.id)

    assert compared.right.item.record == THIRD
    assert compared.basis == "chosen"


def test_comparison_when_the_counterpart_itself_is_chosen_then_the_basis_is_the_links(
    catalog: Catalog,
) -> None:
    written(catalog, MINE, OTHER, LINK)

    assert catalog.comparison(MINE.id, OTHER.id).basis == "similar_name"


def test_comparison_when_there_are_several_counterparts_then_the_fault_offers_them(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, THIRD, LINK, counterpart(THIRD.id, MINE.id))

    with pytest.raises(InvalidRequestError) as caught:
        catalog.comparison(MINE.id)

    fault = caught.value.faults[0]
    assert (fault.field, fault.hint) == ("with", f"{OTHER.id}、{THIRD.id}")


def test_comparison_when_there_is_no_counterpart_then_not_found_says_how_to_choose(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER)

    with pytest.raises(NotFoundError, match="with"):
        catalog.comparison(MINE.id)


def test_comparison_when_the_only_counterpart_is_withdrawn_then_not_found(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, LINK)
    written(catalog, tombstone(OTHER))

    with pytest.raises(NotFoundError, match="with"):
        catalog.comparison(MINE.id)


def test_comparison_when_the_chosen_row_is_withdrawn_then_gone(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER)
    written(catalog, tombstone(OTHER))

    with pytest.raises(GoneError):
        catalog.comparison(MINE.id, OTHER.id)


@pytest.mark.parametrize("other", ["110112-NOWHERE", LINK.id])
def test_comparison_when_the_chosen_row_is_no_item_then_not_found(catalog: Catalog, other: str) -> None:
    written(catalog, MINE, OTHER, LINK)

    with pytest.raises(NotFoundError):
        catalog.comparison(MINE.id, other)


def test_digest_when_either_row_or_the_link_changes_then_changes(catalog: Catalog) -> None:
    written(catalog, MINE, OTHER, THIRD, LINK)
    seen = [catalog.comparison(MINE.id).digest]
    for part in (changed(MINE, name="改名"), changed(OTHER, name="改名"), changed(LINK, basis="same_name")):
        written(catalog, part)
        seen.append(catalog.comparison(MINE.id).digest)

    assert len(set(seen)) == 4
    assert catalog.comparison(MINE.id, THIRD.id).digest not in seen


def test_seed_when_a_pair_is_compared_then_only_what_is_local_differs(seeded: Catalog) -> None:
    compared = seeded.comparison("120105-HB0001")

    assert (compared.right.item.record.id, compared.basis) == ("110112-TZ0086", "same_name")
    differing = [each.field for each in compared.differences if each.verdict == "different"]
    assert differing == ["department", "guide.conditions", "guide.cross_region_note"]
