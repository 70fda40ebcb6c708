"""What the reference seed promises to those who load it: shape, counts, references, provenance."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Record = dict[str, Any]

SEED = Path(__file__).parents[2] / "seed"

COUNTS = {
    "regions.ndjson": 2,
    "items-110112.ndjson": 1143,
    "items-120105.ndjson": 31,
    "scenarios.ndjson": 41,
    "acceptances.ndjson": 1174,
    "counterparts.ndjson": 31,
    "terms.ndjson": 430,
}

ITEM = r"(?:110112-TZ\d{4}|120105-HB\d{4})"
IDS = {
    "region": r"\d{6}",
    "item": ITEM,
    "scenario": r"120105-HB-(?:YJS-\d\d|KS-\d\d)",
    "acceptance": r"(?:110112:120105-HB\d{4}|120105:110112-TZ\d{4})",
    "counterpart": r"120105-CP-120105-HB\d{4}~110112-TZ\d{4}",
    "term": r"(?:110112|120105)-T-[0-9a-f]{8}",
}

REMARKS = re.compile(
    r"curator|recalled|retrieved|corroborated|judgement|brief|github|https?:|www\.|portal|专区|湖南|四川|演示事项",
    re.IGNORECASE,
)
"""Words of the notes that came with the sources: where a row was found, who decided it."""

CODE_FIELDS = {
    "kind",
    "id",
    "owner",
    "code",
    "key",
    "item",
    "a",
    "b",
    "mode",
    "basis",
    "object",
    "objects",
    "themes",
}
CODE_FIELDS |= {"status", "relation", "word_kind", "unit", "form", "necessity", "provenance"}
"""Fields whose values are codes, not text for people."""

LATIN_WORDS = {"A", "B", "C1", "D", "SYB"}
"""Latin letters that stand in Chinese text rightly: classes of tax credit and driving licence, a course."""


def lines(name: str) -> list[str]:
    return (SEED / name).read_text(encoding="utf-8").splitlines()


def read(name: str) -> list[Record]:
    return [json.loads(line) for line in lines(name)]


FILES = {name: read(name) for name in COUNTS}
RECORDS = [record for records in FILES.values() for record in records]
ITEMS = {record["id"]: record for record in RECORDS if record["kind"] == "item"}
SCENARIOS = FILES["scenarios.ndjson"]
STEPS = [step for scenario in SCENARIOS for step in scenario["steps"]]
TERMS = FILES["terms.ndjson"]
COUNTERPARTS = FILES["counterparts.ndjson"]
ACCEPTANCES = FILES["acceptances.ndjson"]
LABELS = {(row["table"], row["code"]): row["label"] for row in read("code_tables.ndjson")}
GUIDES = [item["guide"] for item in ITEMS.values() if item["guide"]]


def texts(value: Any, field: str = "") -> Iterator[str]:
    """Every string of a record that a person may read."""
    if field in CODE_FIELDS:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, field)


def letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def reaches(words: str, name: str) -> bool:
    """Whether the letters of ``words`` stand in ``name`` in their order."""
    rest = iter(letters(name))
    return all(letter in rest for letter in letters(words))


@pytest.mark.parametrize("name", COUNTS)
def test_seed_file_has_its_count_of_records(name: str) -> None:
    assert len(FILES[name]) == COUNTS[name]


@pytest.mark.parametrize("name", [*COUNTS, "code_tables.ndjson"])
def test_seed_file_is_one_compact_object_a_line_with_sorted_keys(name: str) -> None:
    def compact(line: str) -> str:
        return json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert lines(name) == [compact(line) for line in lines(name)]
    assert (SEED / name).read_bytes().endswith(b"}\n")


@pytest.mark.parametrize("name", COUNTS)
def test_seed_file_is_sorted_by_id(name: str) -> None:
    ids = [record["id"] for record in FILES[name]]
    assert ids == sorted(ids)


def test_record_ids_are_well_formed() -> None:
    assert [record["id"] for record in RECORDS if not re.fullmatch(IDS[record["kind"]], record["id"])] == []


def test_record_ids_are_unique_over_all_files() -> None:
    assert len({record["id"] for record in RECORDS}) == len(RECORDS)


def test_every_record_starts_at_version_one_and_is_owned_by_a_region_of_the_seed() -> None:
    regions = {region["id"] for region in FILES["regions.ndjson"]}
    assert {record["version"] for record in RECORDS} == {1}
    assert {record["owner"] for record in RECORDS} == regions


def test_id_of_a_record_begins_with_its_owner() -> None:
    assert [record["id"] for record in RECORDS if not record["id"].startswith(record["owner"])] == []


def test_every_record_says_that_it_is_reference_data() -> None:
    for record in RECORDS:
        assert record["provenance"]["status"] == "reference", record["id"]
        assert record["provenance"]["note"].startswith("参考数据："), record["id"]


def test_provenance_notes_are_plain_chinese() -> None:
    notes = {record["provenance"]["note"] for record in RECORDS}
    assert [note for note in notes if REMARKS.search(note) or re.search("[A-Za-z]", note)] == []


def test_displayed_text_holds_no_provenance_remark() -> None:
    assert [text for record in RECORDS for text in texts(record) if REMARKS.search(text)] == []


def test_displayed_text_holds_no_stray_latin_letters() -> None:
    found = {
        word
        for record in RECORDS
        for text in texts(record)
        for word in re.findall("[A-Za-z][A-Za-z0-9]*", text)
    }
    assert found <= LATIN_WORDS


def test_displayed_text_is_trimmed_and_not_empty() -> None:
    assert [text for record in RECORDS for text in texts(record) if not text or text != text.strip()] == []


def test_item_names_are_unique_inside_a_district() -> None:
    names = Counter((item["owner"], item["name"]) for item in ITEMS.values())
    assert [name for name, count in names.items() if count > 1] == []


def test_item_id_is_owner_and_code() -> None:
    assert [item["id"] for item in ITEMS.values() if item["id"] != f"{item['owner']}-{item['code']}"] == []


def test_every_item_type_has_a_label() -> None:
    assert [item["id"] for item in ITEMS.values() if ("item_type", item["item_type"]) not in LABELS] == []


def test_every_theme_has_a_label_in_the_table_of_its_object() -> None:
    themes = {theme for item in ITEMS.values() for theme in item["themes"]}
    assert [
        theme for theme in themes if (f"theme_{theme.split(':')[0]}", theme.split(":")[1]) not in LABELS
    ] == []


def test_themes_of_an_item_cover_exactly_its_objects() -> None:
    for item in ITEMS.values():
        assert {theme.split(":")[0] for theme in item["themes"]} == set(item["objects"]), item["id"]
        assert set(item["objects"]) <= {"natural_person", "legal_person"}, item["id"]


def test_alias_of_an_item_is_no_item_name() -> None:
    names = {item["name"] for item in ITEMS.values()}
    assert [item["id"] for item in ITEMS.values() if names & set(item["aliases"])] == []


def test_guides_are_present_for_both_districts() -> None:
    assert Counter(item["owner"] for item in ITEMS.values() if item["guide"]) == {"110112": 212, "120105": 31}


def test_every_guide_has_all_fields_and_claims_nothing_local() -> None:
    fields = {"summary", "conditions", "materials", "steps", "legal_limit", "promised_limit", "fee", "visits"}
    fields |= {"result", "legal_basis", "questions", "windows", "online_url", "cross_region_note"}
    for guide in GUIDES:
        assert set(guide) == fields
        assert (guide["windows"], guide["online_url"], guide["promised_limit"]) == ([], None, None)


def test_ground_of_guide_fields_is_named_where_a_guide_is_and_only_there() -> None:
    grounds = {"national_law", "local_regulation", "other_province_guide", "common_practice"}
    for item in ITEMS.values():
        sources = item["provenance"].get("sources", {})
        assert bool(sources) == bool(item["guide"]), item["id"]
        assert set(sources.values()) <= grounds, item["id"]
        assert set(sources) <= set(item["guide"] or ()), item["id"]


def test_guides_name_materials_by_their_one_name() -> None:
    names = lines("materials.txt")
    assert names == sorted(set(names))
    assert {material["name"] for guide in GUIDES for material in guide["materials"]} <= set(names)


def test_every_item_is_accepted_in_the_other_district_exactly_once() -> None:
    assert sorted(acceptance["item"] for acceptance in ACCEPTANCES) == sorted(ITEMS)
    for acceptance in ACCEPTANCES:
        assert acceptance["owner"] != ITEMS[acceptance["item"]]["owner"]
        assert acceptance["id"] == f"{acceptance['owner']}:{acceptance['item']}"


def test_acceptance_modes_are_all_known_and_all_used() -> None:
    modes = {acceptance["mode"] for acceptance in ACCEPTANCES}
    assert modes == {"online", "agent", "joint", "remote_window", "kiosk"}


def test_acceptance_notes_do_not_say_into_which_class_an_item_was_put() -> None:
    assert [a["id"] for a in ACCEPTANCES if a["note"] and re.match("[^，]*类，", a["note"])] == []


def test_every_item_of_hebei_district_has_one_counterpart_in_tongzhou() -> None:
    mine = sorted(item["id"] for item in ITEMS.values() if item["owner"] == "120105")
    assert sorted(link["a"] for link in COUNTERPARTS) == mine
    assert {ITEMS[link["b"]]["owner"] for link in COUNTERPARTS} == {"110112"}
    assert len({link["b"] for link in COUNTERPARTS}) == len(COUNTERPARTS)


def test_counterpart_basis_agrees_with_the_names() -> None:
    confidence = {"same_name": 0.95, "similar_name": 0.8, "overlapping_scope": 0.6}
    for link in COUNTERPARTS:
        same = ITEMS[link["a"]]["name"] == ITEMS[link["b"]]["name"]
        assert (link["basis"] == "same_name") == same, link["id"]
        assert link["confidence"] == confidence[link["basis"]], link["id"]
        assert link["reviewer"] is None, link["id"]


def test_scenario_steps_are_in_order_with_keys_of_their_scenario() -> None:
    for scenario in SCENARIOS:
        orders = [step["order"] for step in scenario["steps"]]
        assert orders == list(range(1, len(orders) + 1)), scenario["id"]
        assert [step["key"] for step in scenario["steps"]] == [
            f"{scenario['code']}#{order}" for order in orders
        ]


def test_scenario_step_carries_the_name_of_its_item() -> None:
    assert [
        step["key"] for step in STEPS if step["item"] and ITEMS[step["item"]]["name"] != step["name"]
    ] == []


def test_scenario_step_relation_agrees_with_its_item() -> None:
    for step in STEPS:
        owner = ITEMS[step["item"]]["owner"] if step["item"] else None
        assert (
            step["relation"]
            in {None: {"outside"}, "120105": {"own"}, "110112": {"stands_for", "foreign"}}[owner]
        )


def test_steps_handled_by_the_other_city_are_those_of_the_licence_handed_out_in_beijing() -> None:
    foreign = [step["key"] for step in STEPS if step["relation"] == "foreign"]
    assert foreign == ["HB-KS-01#4", "HB-KS-01#5"]


def test_nothing_stands_for_a_matter_that_hebei_district_has_itself() -> None:
    doubled = {link["b"] for link in COUNTERPARTS}
    assert [s["key"] for s in STEPS if s["relation"] == "stands_for" and s["item"] in doubled] == []


def test_scenario_has_departments_of_its_district_and_an_object() -> None:
    for scenario in SCENARIOS:
        assert scenario["object"] in {"natural_person", "legal_person"}
        assert scenario["lead_department"] not in scenario["cooperating_departments"]
        assert "河北" in scenario["lead_department"]


def test_term_target_is_words_and_never_an_id_or_code() -> None:
    for term in TERMS:
        assert set(term["target"]) in ({"object"}, {"object", "action"}, {"name"}), term["id"]
        assert not re.search(r"[A-Za-z]|\d{4}", json.dumps(list(term["target"].values()), ensure_ascii=False))


def test_term_target_reaches_an_item_or_scenario_by_its_words() -> None:
    names = [record["name"] for record in (*ITEMS.values(), *SCENARIOS)]
    for term in TERMS:
        words = term["target"].values()
        assert any(all(reaches(word, name) for word in words) for name in names), term


def test_term_object_does_not_end_in_its_action() -> None:
    assert [
        t["word"] for t in TERMS if t["target"].get("object", "").endswith(t["target"].get("action", "\0"))
    ] == []


def test_terms_of_one_word_have_different_targets() -> None:
    pairs = Counter((term["word"], json.dumps(term["target"], sort_keys=True)) for term in TERMS)
    assert max(pairs.values()) == 1


def test_term_of_both_districts_is_one_term_of_hebei_district() -> None:
    marriage = [term for term in TERMS if term["word"] == "领结婚证"]
    assert [(term["owner"], term["target"]) for term in marriage] == [
        ("120105", {"object": "结婚", "action": "登记"})
    ]


def test_term_takes_the_action_its_word_asks_for() -> None:
    lost = [term["target"] for term in TERMS if term["word"] == "行驶证丢了"]
    assert lost == [{"object": "机动车行驶证", "action": "补领"}]


def test_term_kind_is_one_of_four() -> None:
    assert {term["word_kind"] for term in TERMS} == {"colloquial", "synonym", "abbreviation", "life_event"}


def test_place_words_of_the_regions_do_not_overlap_and_occur_in_no_name() -> None:
    first, second = (set(region["place_words"]) for region in FILES["regions.ndjson"])
    assert not first & second
    names = [record["name"] for record in (*ITEMS.values(), *SCENARIOS)]
    assert [word for word in first | second if any(word in name for name in names)] == []


def test_every_word_for_another_place_contains_a_word_of_the_region() -> None:
    for region in FILES["regions.ndjson"]:
        own = [*region["place_words"], *region["open_words"]]
        assert [word for word in region["not_words"] if not any(mine in word for mine in own)] == []
