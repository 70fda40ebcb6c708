"""What a person decided on proposed pairs: records, tombstones, and every fault at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.counterparts.decisions import Decision, Settled, Verdict
from service_catalog.model import Kind
from service_catalog.model.errors import GoneError, InvalidRequestError
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import (
    HEBEI,
    READER,
    TONGZHOU,
    counterpart,
    item,
    region,
    written,
)
from tests.contract.catalog.conftest import OpenCatalog

A, B, OTHER_A, OTHER_B = f"{HEBEI}-A", f"{TONGZHOU}-B", f"{HEBEI}-A2", f"{TONGZHOU}-B2"
NAMES = {A: "失业登记", B: "失业人员登记", OTHER_A: "残疾人证申领", OTHER_B: "残疾人证新办"}
LINK = f"{HEBEI}-CP-{A}~{B}"


@pytest.fixture(autouse=True)
def districts(catalog: Catalog) -> None:
    """Two districts with two items each."""
    written(
        catalog,
        region(HEBEI),
        region(TONGZHOU),
        item("A", owner=HEBEI, name=NAMES[A], provenance={"status": "reference"}),
        item("A2", owner=HEBEI, name=NAMES[OTHER_A]),
        item("B", name=NAMES[B], provenance={"status": "official"}),
        item("B2", name=NAMES[OTHER_B]),
    )


def decision(a: str = A, b: str = B, verdict: Verdict = Verdict.ACCEPT, **fields: Any) -> Decision:
    given: dict[str, Any] = {"row": 2, "basis": "similar_name", "confidence": 0.81, "reviewer": "复核岗"}
    names = {"a_name": NAMES.get(a, ""), "b_name": NAMES.get(b, "")}
    return Decision(a=a, b=b, verdict=verdict, **{**given, **names, **fields})


def decide(catalog: Catalog, *decisions: Decision, **options: bool) -> Settled:
    return catalog.decide_counterparts(decisions, author="甲", reason="核对", **options)


def faults(outcome: Settled) -> list[tuple[int, str]]:
    return [(fault.row, fault.field) for fault in outcome.faults]


REFUSE = Verdict.REFUSE


def test_accepted_pair_when_written_then_it_is_a_confirmed_record_of_the_first_district(
    catalog: Catalog,
) -> None:
    assert decide(catalog, decision()).accepted == (LINK,)

    revision = catalog.record(LINK, Kind.COUNTERPART)
    content = revision.record.content
    assert (revision.record.owner, revision.author, revision.reason) == (HEBEI, "甲", "核对")
    assert (content["a"], content["b"], content["basis"]) == (A, B, "similar_name")
    assert (content["confidence"], content["reviewer"]) == (1.0, "复核岗")
    assert "0.81" in content["provenance"]["note"]
    assert READER.read(revision.record.as_json()) == revision.record
    assert [link.record.id for link, _ in catalog.item(B).counterparts] == [LINK]


@pytest.mark.parametrize(
    ("a", "b", "status"),
    [
        ("official", "official", "official"),
        ("official", "reference", "reference"),
        ("sample", "reference", "sample"),
    ],
)
def test_accepted_pair_when_written_then_it_is_as_official_as_the_weaker_row(
    catalog: Catalog, a: str, b: str, status: str
) -> None:
    written(
        catalog,
        item("A", owner=HEBEI, version=2, name=NAMES[A], provenance={"status": a}),
        item("B", version=2, name=NAMES[B], provenance={"status": b}),
    )
    decide(catalog, decision())

    assert catalog.record(LINK, Kind.COUNTERPART).record.content["provenance"]["status"] == status


def test_reviewer_when_not_given_then_it_is_the_author(catalog: Catalog) -> None:
    decide(catalog, decision(reviewer=""))

    assert catalog.record(LINK, Kind.COUNTERPART).record.content["reviewer"] == "甲"


def test_refused_pair_when_written_then_nobody_sees_it_and_its_history_tells(catalog: Catalog) -> None:
    assert decide(catalog, decision(verdict=REFUSE)).refused == (LINK,)

    assert catalog.item(A).counterparts == []
    assert catalog.listing(Kind.COUNTERPART, limit=10)[0] == []
    with pytest.raises(GoneError):
        catalog.record(LINK, Kind.COUNTERPART)
    newest = catalog.history(LINK, Kind.COUNTERPART)[0]
    assert (newest.record.deleted, newest.author) == (True, "甲")


def test_decisions_when_taken_in_again_then_nothing_changes(catalog: Catalog, store: MemoryStore) -> None:
    both = (decision(), decision(OTHER_A, OTHER_B, REFUSE, row=3))
    decide(catalog, *both)
    head = store.head()
    again = decide(catalog, *both)

    assert (again.accepted, again.refused, len(again.unchanged)) == ((), (), 2)
    assert store.head() == head


def test_pair_when_the_other_district_has_linked_it_then_accepting_changes_nothing(
    catalog: Catalog, store: MemoryStore
) -> None:
    written(catalog, counterpart(B, A, owner=TONGZHOU))
    head = store.head()

    assert decide(catalog, decision()).unchanged == (f"{TONGZHOU}-CP-{B}~{A}",)
    assert store.head() == head


def test_link_when_nobody_has_reviewed_it_then_accepting_confirms_it_once(catalog: Catalog) -> None:
    written(catalog, counterpart(A, B))

    assert decide(catalog, decision()).accepted == (LINK,)
    assert decide(catalog, decision()).unchanged == (LINK,)
    record = catalog.record(LINK, Kind.COUNTERPART).record
    assert (record.version, record.content["confidence"], record.content["reviewer"]) == (2, 1.0, "复核岗")


def test_link_when_confirmed_then_it_keeps_what_the_decision_does_not_speak_of(catalog: Catalog) -> None:
    link = counterpart(A, B)
    written(catalog, replace(link, content={**link.content, "valid_to": "2030-01-01", "remark": "留着"}))
    decide(catalog, decision())

    content = catalog.record(link.id, Kind.COUNTERPART).record.content
    assert (content["valid_to"], content["remark"]) == ("2030-01-01", "留着")


def test_dry_run_when_asked_for_then_tells_and_writes_nothing(catalog: Catalog, store: MemoryStore) -> None:
    head = store.head()

    assert decide(catalog, decision(), dry_run=True).accepted == (LINK,)
    assert store.head() == head


FAULTY: dict[str, tuple[Decision, str, str]] = {
    "an id that is unknown": (decision(a=f"{HEBEI}-X"), "a", "没有编号"),
    "an id of another kind": (decision(b=TONGZHOU), "b", "没有编号"),
    "a withdrawn item": (decision(a=f"{HEBEI}-GONE"), "a", "撤回"),
    "a name of another row": (decision(b_name="别的事项"), "b_name", "不一致"),
    "two rows of one district": (
        decision(a=OTHER_B, b=B),
        "b",
        "同一个区划",
    ),
}


@pytest.mark.parametrize(("wrong", "field", "message"), FAULTY.values(), ids=FAULTY)
def test_decision_when_it_cannot_stand_then_its_field_is_named_and_nothing_is_written(
    catalog: Catalog, store: MemoryStore, wrong: Decision, field: str, message: str
) -> None:
    written(catalog, item("GONE", owner=HEBEI))
    catalog.withdraw(f"{HEBEI}-GONE", Kind.ITEM, author="甲", reason="取消")
    head = store.head()

    outcome = decide(catalog, decision(OTHER_A, OTHER_B, row=3), replace(wrong, row=7))

    assert faults(outcome) == [(7, field)]
    assert message in outcome.faults[0].message
    assert outcome.faults[0].hint
    assert store.head() == head


def test_decisions_when_several_are_wrong_then_all_are_told(catalog: Catalog) -> None:
    outcome = decide(
        catalog,
        decision(a=f"{HEBEI}-X", b=f"{TONGZHOU}-Y"),
        decision(a_name="改", row=3),
        decision(verdict=REFUSE, row=4),
    )

    assert faults(outcome) == [(2, "a"), (2, "b"), (3, "a_name"), (4, "verdict")]


def test_item_when_accepted_twice_then_the_second_row_is_at_fault(catalog: Catalog) -> None:
    outcome = decide(catalog, decision(), decision(b=OTHER_B, row=3))

    assert faults(outcome) == [(3, "a")]
    assert "第 2 行" in outcome.faults[0].message


def test_pair_when_decided_in_two_rows_then_the_second_is_at_fault(catalog: Catalog) -> None:
    outcome = decide(catalog, decision(), decision(verdict=REFUSE, row=3))

    assert faults(outcome) == [(3, "verdict")]


def test_item_when_it_has_another_counterpart_then_accepting_a_second_is_a_fault(catalog: Catalog) -> None:
    decide(catalog, decision())
    outcome = decide(catalog, decision(b=OTHER_B))

    assert faults(outcome) == [(2, "a")]
    assert B in outcome.faults[0].message


def test_item_when_several_are_allowed_then_it_gets_a_second_counterpart(catalog: Catalog) -> None:
    decide(catalog, decision())
    decide(catalog, decision(b=OTHER_B), several=True)

    assert len(catalog.item(A).counterparts) == 2


def test_item_when_its_other_counterpart_is_withdrawn_then_it_may_get_a_new_one(catalog: Catalog) -> None:
    decide(catalog, decision())
    catalog.withdraw(B, Kind.ITEM, author="甲", reason="取消")

    assert decide(catalog, decision(b=OTHER_B)).faults == ()


def test_linked_pair_when_refused_then_it_is_a_fault_that_says_how_to_withdraw(catalog: Catalog) -> None:
    decide(catalog, decision())
    outcome = decide(catalog, decision(verdict=REFUSE))

    assert faults(outcome) == [(2, "verdict")]
    assert f"counterparts withdraw {LINK}" in outcome.faults[0].hint


def test_pair_when_refused_meanwhile_then_accepting_needs_that_it_was_seen(catalog: Catalog) -> None:
    decide(catalog, decision(verdict=REFUSE))
    blind = decide(catalog, decision())
    seeing = decide(catalog, decision(saw_refusal=True))

    assert faults(blind) == [(2, "verdict")]
    assert seeing.accepted == (LINK,)
    assert catalog.record(LINK, Kind.COUNTERPART).record.content["confidence"] == 1.0


def test_decision_when_the_node_does_not_write_for_the_first_district_then_it_is_a_fault(
    open_catalog: OpenCatalog, store: MemoryStore
) -> None:
    head = store.head()
    outcome = decide(open_catalog(TONGZHOU), decision())

    assert faults(outcome) == [(2, "a")]
    assert "CATALOG_REGIONS" in outcome.faults[0].hint
    assert store.head() == head


def suggested(catalog: Catalog, *, everything: bool = False) -> list[tuple[str, str]]:
    found = catalog.suggest_counterparts(
        HEBEI, TONGZHOU, limit=1, min_confidence=0.1, everything=everything
    ).found
    return [(each.pair.a.id, each.pair.b.id) for each in found]


def test_suggestions_when_a_pair_is_accepted_then_its_items_are_left_out(catalog: Catalog) -> None:
    decide(catalog, decision())

    found = catalog.suggest_counterparts(HEBEI, TONGZHOU, limit=3, min_confidence=0.0)
    assert found.linked == (1, 1)
    assert {each.pair.a.id for each in found.found} <= {OTHER_A}


def test_suggestions_when_a_pair_is_refused_then_it_does_not_come_back(catalog: Catalog) -> None:
    assert (A, B) in suggested(catalog)
    decide(catalog, decision(verdict=REFUSE))

    assert (A, B) not in suggested(catalog)
    assert (A, B) in suggested(catalog, everything=True)


def test_suggestions_when_all_are_wanted_then_links_and_refusals_are_told(catalog: Catalog) -> None:
    decide(catalog, decision(verdict=REFUSE), decision(OTHER_A, OTHER_B, row=3))

    found = catalog.suggest_counterparts(HEBEI, TONGZHOU, limit=1, min_confidence=0.1, everything=True).found
    told = {each.pair.a.id: (each.a_links, each.was_refused) for each in found}
    assert told == {A: ((), True), OTHER_A: ((OTHER_B,), False)}


@pytest.mark.parametrize("other", [HEBEI, "999999"])
def test_suggestions_when_the_regions_are_wrong_then_says_so(catalog: Catalog, other: str) -> None:
    with pytest.raises(InvalidRequestError):
        catalog.suggest_counterparts(HEBEI, other, limit=1, min_confidence=0.5)


def test_index_when_pairs_are_decided_then_it_stays_level(fresh: Catalog) -> None:
    found = fresh.suggest_counterparts(HEBEI, TONGZHOU, limit=2, min_confidence=0.6, everything=True).found
    pair = next(each.pair for each in found if each.pair.rank > 1)
    refused = decision(
        pair.a.id,
        pair.b.id,
        REFUSE,
        a_name=pair.a.content["name"],
        b_name=pair.b.content["name"],
    )

    assert len(decide(fresh, refused).refused) == 1
    fresh.warm()
    assert fresh.verify().is_equal
