"""From records to documents, and which documents a change touches."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalog.config import Settings
from service_catalog.engines.definition import load_definition
from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.projection import (
    ABOUT_CHARACTERS,
    RELATED,
    Projection,
    changed_documents,
    runs,
    sources_digest,
)
from service_catalog.model import Document, Kind, Record, Revision
from service_catalog.model.records import SEARCHABLE
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import (
    HEBEI,
    TONGZHOU,
    acceptance,
    changed,
    counterpart,
    item,
    region,
    scenario,
    step,
    tombstone,
)
from tests.contract.store.builders import put

PROJECTION = Projection(Dictionary(words={}, pairs={}, documents=0))

DEFINITION = load_definition(Settings().mappings)


def revision(record: Record, seq: int = 1) -> Revision:
    return Revision(record, seq, f"{seq:064}", "a", "r", "2026-03-01T00:00:00.000Z")


def document(record: Record, *related: Record) -> Document:
    return PROJECTION.document(revision(record), [revision(each) for each in related], seq=7)


def fragment(record: Record, *related: Record) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(document(record, *related).fragment)
    return shown


ONE = item(
    "TZ0001",
    name="失業登記（Ａ類）",
    aliases=["丢饭碗"],
    department="公安局",
    group="就业",
    objects=["natural_person"],
    themes=["natural_person:085"],
    basic_code="000123456789",
    guide={"summary": "办成后能领失业金"},
)


def test_item_when_projected_then_its_name_codes_and_aliases_are_found_exactly() -> None:
    fields = document(ONE).fields

    assert fields["id"] == ("110112-TZ0001",)
    assert set(fields["exact"]) >= {"丢饭碗", "110112-TZ0001", "TZ0001", "000123456789"}
    assert "失业登记" in fields["exact"][0]
    assert {"失业", "登记"} <= set(fields["words"])
    assert {"失业", "业登", "登记"} <= set(fields["bigrams"])
    assert {"丢饭", "饭碗", "丢", "碗"} <= set(fields["alias"])
    assert {"公安", "就业", "失业"} <= set(fields["about"])
    assert "shi" in fields["syllables"]
    assert "shiye" in fields["syllables"]
    assert "sy" in fields["initials"]
    assert "syd" in fields["initials"]


def test_item_when_projected_then_can_be_filtered_by_all_its_values() -> None:
    fields = document(ONE, acceptance(ONE.id), acceptance(ONE.id, owner="130100", mode="online")).fields

    assert fields["kind"] == ("item",)
    assert fields["owner"] == (TONGZHOU,)
    assert fields["department"] == ("公安局",)
    assert fields["object"] == ("natural_person",)
    assert fields["theme"] == ("natural_person:085",)
    assert fields["item_type"] == ("20",)
    assert fields["mode"] == ("agent", "online", "agent@120105", "online@130100")


def test_item_when_little_is_known_then_is_projected_all_the_same() -> None:
    bare = item("A", name="办", department=None)

    made = document(bare)

    assert made.fields["department"] == made.fields["object"] == made.fields["theme"] == ()
    assert made.fields["about"] == ()
    assert made.fields["bigrams"] == ("办",)
    assert fragment(bare)["department"] is None


STORY = Record(
    Kind.SCENARIO,
    "120105-S",
    HEBEI,
    1,
    {
        **scenario("S", step(1), step(2)).content,
        "name": "开办企业",
        "object": "legal_person",
        "lead_department": "市监局",
        "life_stage": "设立",
    },
)


def test_scenario_when_projected_then_its_steps_are_found_and_its_lead_is_its_department() -> None:
    fields = document(STORY).fields

    assert fields["kind"] == ("scenario",)
    assert fields["department"] == ("市监局",)
    assert fields["object"] == ("legal_person",)
    assert "步" in fields["steps"]
    assert "steps" not in document(ONE).fields
    assert "mode" not in fields


@pytest.mark.parametrize("record", [ONE, STORY])
def test_document_when_made_then_the_mappings_define_its_fields(record: Record) -> None:
    assert set(document(record).fields) <= set(DEFINITION.fields)


def test_fragment_when_made_then_shows_the_item_as_it_is_written() -> None:
    other = f"{HEBEI}-B"
    shown = fragment(
        ONE, acceptance(ONE.id), counterpart(other, ONE.id), counterpart(ONE.id, "130100-C", owner=TONGZHOU)
    )

    assert shown == {
        "kind": "item",
        "id": ONE.id,
        "region": TONGZHOU,
        "code": "TZ0001",
        "name": "失業登記（Ａ類）",
        "department": "公安局",
        "summary": "办成后能领失业金",
        "provenance": "sample",
        "version": 1,
        "item_type": "20",
        "objects": ["natural_person"],
        "has_guide": True,
        "acceptances": [{"region": HEBEI, "mode": "agent", "note": None}],
        "counterparts": [other, "130100-C"],
    }


def test_fragment_when_made_then_shows_the_scenario_with_its_number_of_steps() -> None:
    shown = fragment(STORY)

    assert (shown["steps"], shown["life_stage"], shown["object"]) == (2, "设立", "legal_person")
    assert "acceptances" not in shown


@pytest.mark.parametrize("guide", [None, {}])
def test_fragment_when_the_guide_is_missing_or_empty_then_says_there_is_none(guide: Any) -> None:
    assert fragment(item("A", guide=guide))["has_guide"] is False


def test_filters_when_made_then_tell_where_and_how_it_is_accepted() -> None:
    fields = document(ONE, acceptance(ONE.id)).fields

    assert fields["mode"] == ("agent", f"agent@{HEBEI}")
    assert fields["accepted_at"] == (HEBEI,)


def test_facts_when_made_then_hold_the_names_for_ranking() -> None:
    facts = document(ONE, acceptance(ONE.id)).facts

    assert facts["aliases"] == ["丢饭碗"]
    assert facts["initials"].startswith("sydj")
    assert json.loads(json.dumps(facts)) == facts


def test_tombstone_when_projected_then_is_a_deletion() -> None:
    assert document(tombstone(ONE)) == Document(id=ONE.id, seq=7, deleted=True)


def test_about_when_the_summary_is_endless_then_only_its_beginning_counts() -> None:
    long = item("A", department="局", guide={"summary": "甲乙丙丁" * 1_000 + "尾声"})

    assert len("".join(document(long).fields["about"])) <= ABOUT_CHARACTERS


@given(st.text(min_size=1), st.lists(st.text(), max_size=2))
def test_document_when_the_name_is_any_text_then_is_made(name: str, aliases: list[str]) -> None:
    made = document(item("A", name=name, aliases=aliases, department=name, guide={"summary": name}))

    assert json.loads(made.fragment)["name"] == name
    assert "" not in made.fields["exact"]


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [("abc", 2, ["ab", "bc"]), ("abc", 3, ["abc"]), ("ab", 3, []), ("", 2, []), ("a", 1, ["a"])],
)
def test_runs_when_cut_then_are_all_stretches(text: str, length: int, expected: list[str]) -> None:
    assert runs(text, length) == expected


def test_digest_when_the_order_differs_then_is_the_same_and_else_not() -> None:
    one, two = revision(ONE, 1), revision(acceptance(ONE.id), 2)
    same = sources_digest([one, two])

    assert sources_digest([two, one]) == same
    others = [
        [one],
        [],
        [one, two, two],
        [one, replace(two, hash="0" * 64)],
        [one, revision(replace(two.record, version=2), 2)],
        [one, revision(replace(two.record, id="x"), 2)],
    ]
    assert same not in {sources_digest(each) for each in others}
    assert len({sources_digest(each) for each in others}) == len(others)
    assert sources_digest([replace(one, seq=9, author="b", changed_at="later"), two]) == same


# Which documents a change touches.

A, B, C = item("A"), item("B", owner=HEBEI), item("C")
ACCEPTED = acceptance(A.id)
LINK = counterpart(B.id, A.id)
NEEDS_A = scenario("S", step(1, A.id))
EVERYTHING = (A, B, C, ACCEPTED, LINK, NEEDS_A)

TOUCHED: dict[str, tuple[Record, list[str]]] = {
    "an item": (changed(A, name="改名"), [A.id]),
    "an item that goes": (tombstone(A), [A.id]),
    "a scenario": (changed(NEEDS_A, name="改名"), [NEEDS_A.id]),
    "an acceptance": (changed(ACCEPTED, mode="online"), [A.id]),
    "an acceptance that goes": (tombstone(ACCEPTED), [A.id]),
    "a link": (changed(LINK, basis="similar_name"), [B.id, A.id]),
    "a link that goes": (tombstone(LINK), [B.id, A.id]),
    "a link that leads elsewhere": (changed(LINK, a=B.id, b=C.id), [B.id, C.id, A.id]),
    "an acceptance of an unknown item": (acceptance("130100-X"), []),
    "an acceptance of a scenario": (acceptance(NEEDS_A.id), [NEEDS_A.id]),
    "a term": (Record(Kind.TERM, "120105-T-1", HEBEI, 1, {"word": "词", "target": {"name": "甲"}}), []),
    "a region": (region(HEBEI), []),
}


def touched(store: MemoryStore, after: int) -> list[Document]:
    return list(changed_documents(store, PROJECTION, store.changes(after, 1_000)))


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    put(made, *EVERYTHING)
    return made


@pytest.mark.parametrize(("record", "ids"), TOUCHED.values(), ids=TOUCHED)
def test_change_when_written_then_exactly_these_documents_are_made_anew(
    store: MemoryStore, record: Record, ids: list[str]
) -> None:
    put(store, record)

    documents = touched(store, len(EVERYTHING))

    assert sorted(each.id for each in documents) == sorted(ids)
    assert {each.seq for each in documents} <= {len(EVERYTHING) + 1}


@pytest.mark.parametrize("going", [ACCEPTED, LINK])
def test_related_record_when_it_goes_then_leaves_every_document_it_was_part_of(
    store: MemoryStore, going: Record
) -> None:
    before = {each.id: each for each in touched(store, 0)}
    put(store, tombstone(going))

    for after in touched(store, len(EVERYTHING)):
        shown = json.loads(after.fragment)
        assert after.facts["sources"] != before[after.id].facts["sources"]
        assert (shown["acceptances"], shown["counterparts"]).count([]) >= 1
        assert going.id not in after.fragment


def test_link_when_it_leads_elsewhere_then_the_old_row_forgets_it(store: MemoryStore) -> None:
    put(store, changed(LINK, b=C.id))

    shown = {each.id: json.loads(each.fragment)["counterparts"] for each in touched(store, len(EVERYTHING))}
    assert shown == {A.id: [], B.id: [C.id], C.id: [B.id]}


def test_link_when_it_moved_and_went_within_one_batch_then_no_row_keeps_it(store: MemoryStore) -> None:
    moved = changed(LINK, b=C.id)
    put(store, moved, tombstone(moved))

    shown = {each.id: json.loads(each.fragment)["counterparts"] for each in touched(store, len(EVERYTHING))}
    assert shown == {A.id: [], B.id: [], C.id: []}


def test_item_when_it_arrives_after_its_acceptance_then_its_document_has_it() -> None:
    store = MemoryStore()
    put(store, ACCEPTED)
    put(store, A)

    assert [each.fields["accepted_at"] for each in touched(store, 1)] == [(HEBEI,)]


def test_item_when_changed_twice_in_a_batch_then_there_is_one_document_of_its_current_row(
    store: MemoryStore,
) -> None:
    second = changed(A, name="再次")
    put(store, second, changed(second, name="最后"))

    (made,) = touched(store, len(EVERYTHING))
    assert (json.loads(made.fragment)["name"], made.seq) == ("最后", len(EVERYTHING) + 2)


def test_batch_when_it_is_late_then_its_documents_are_of_the_current_rows(store: MemoryStore) -> None:
    put(store, changed(A, name="改名"))
    late = store.changes(0, len(EVERYTHING))

    documents = {each.id: each for each in changed_documents(store, PROJECTION, late)}
    assert json.loads(documents[A.id].fragment)["name"] == "改名"
    assert documents[A.id].seq == len(EVERYTHING)


def whole(store: MemoryStore) -> dict[str, tuple[Any, ...]]:
    """All documents, made from the records as they stand."""
    made = {}
    for kind in SEARCHABLE:
        for row in store.listing(kind, limit=1_000):
            related = store.referrers([row.record.id], RELATED).get(row.record.id, ())
            one = PROJECTION.document(row, related, seq=0)
            made[one.id] = (one.fields, one.facts, one.fragment)
    return made


def any_record(dice: random.Random) -> Record:
    """A record of a small world in which everything refers to everything."""
    rows = [
        item(code, owner=owner, name=f"名{dice.random()}") for code in "AB" for owner in (TONGZHOU, HEBEI)
    ]
    one, other = dice.sample(rows, 2)
    makers: list[Callable[[], Record]] = [
        lambda: one,
        lambda: acceptance(one.id, owner=HEBEI, mode=dice.choice(["agent", "online"])),
        # The ids of links stay while their ends move.
        lambda: replace(counterpart(one.id, other.id), id=f"{HEBEI}-CP-{dice.choice('XY')}"),
        lambda: scenario("S", step(1, dice.choice([one.id, None]))),
    ]
    return dice.choice(makers)()


@pytest.mark.parametrize("seed", range(30))
def test_documents_when_followed_through_any_changes_then_are_those_of_a_rebuild(seed: int) -> None:
    dice = random.Random(seed)
    store, held, at = MemoryStore(), dict[str, tuple[Any, ...]](), 0
    for _ in range(60):
        record = any_record(dice)
        current = store.get(record.id)
        version = current.record.version + 1 if current else 1
        if current is not None and dice.random() < 0.3:
            record = replace(record, content={}, deleted=True)
        put(store, replace(record, version=version))
        if dice.random() < 0.4:
            for each in touched(store, at):
                held.pop(each.id, None)
                if not each.deleted:
                    held[each.id] = (each.fields, each.facts, each.fragment)
            at = store.head()
            assert held == whole(store)
