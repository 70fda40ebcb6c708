"""What a search finds, in which order, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_catalog.engines.base import Engine
from service_catalog.model import Document, EngineQuery
from service_catalog.model.errors import EngineError
from tests.contract.engines.kit import (
    HEBEI,
    TONGZHOU,
    EngineKit,
    clause,
    document,
    generation,
    ids,
    query,
    serve,
    words,
)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Four documents; not in the order of their ids."""
    documents = [
        document(
            "b",
            words="社保 卡 补换",
            alias="社会 保障",
            exact=("社保卡补换",),
            mode=("agent", "agent@120105"),
        ),
        document("a", words="社保 卡", mode=("online",)),
        document("d", words="道路 运输证 换发", owner=HEBEI, mode=("agent",)),
        document("c", words="户口 迁移", alias="社保", owner=HEBEI),
    ]
    return serve(engine, documents)


def test_search_when_any_term_of_a_clause_is_held_then_the_document_is_found(filled: Engine) -> None:
    assert set(ids(filled.search(words("社保", "户口", "没有的词")).candidates)) == {"a", "b", "c"}


def test_search_when_more_of_the_terms_are_held_then_the_score_is_the_sum_of_their_shares(
    filled: Engine,
) -> None:
    found = filled.search(
        query(clause("words", "社保", "补换", "卡", weight=2.0, shares=(0.5, 0.3, 0.2)))
    ).candidates

    assert [(each.id, each.score) for each in found] == [("b", pytest.approx(2.0)), ("a", pytest.approx(1.4))]


def test_search_when_clauses_share_a_group_then_they_add_up_and_otherwise_the_best_group_counts(
    filled: Engine,
) -> None:
    name, alias = clause("words", "社保", group="name"), clause("alias", "社会", weight=0.25, group="alias")

    apart = filled.search(query(name, alias)).candidates
    together = filled.search(query(name, clause("alias", "社会", weight=0.25, group="name"))).candidates

    assert {each.id: each.score for each in apart} == {"a": 1.0, "b": 1.0}
    assert {each.id: each.score for each in together} == {"a": 1.0, "b": 1.25}


def test_search_when_scores_are_under_the_floor_then_they_are_left_out(filled: Engine) -> None:
    terms = clause("words", "社保", "补换", shares=(0.3, 0.7))

    assert ids(filled.search(query(terms, floor=0.31)).candidates) == ["b"]
    assert ids(filled.search(query(terms, floor=0.3)).candidates) == ["b", "a"]


def test_search_when_a_term_is_searched_in_another_field_then_it_is_not_found_there(filled: Engine) -> None:
    assert ids(filled.search(query(clause("alias", "社保"))).candidates) == ["c"]


def test_search_when_an_exact_value_is_only_partly_asked_for_then_it_does_not_match(filled: Engine) -> None:
    assert ids(filled.search(query(clause("exact", "社保卡补换"))).candidates) == ["b"]
    assert ids(filled.search(query(clause("exact", "社保卡"))).candidates) == []


def test_search_when_filtered_then_only_documents_with_one_of_the_values_remain_at_the_same_score(
    filled: Engine,
) -> None:
    terms = clause("words", "社保", "卡", "换发")
    scores = {each.id: each.score for each in filled.search(query(terms)).candidates}

    assert ids(filled.search(query(terms, owner=HEBEI)).candidates) == ["d"]
    assert ids(filled.search(query(terms, owner=(HEBEI, TONGZHOU), mode="agent")).candidates) == ["b", "d"]
    assert {
        each.id: each.score
        for each in filled.search(query(terms, mode=("online", "agent@120105"))).candidates
    } == {
        "a": scores["a"],
        "b": scores["b"],
    }


def test_search_when_filters_contradict_then_nothing_is_found(filled: Engine) -> None:
    assert ids(filled.search(query(owner=HEBEI, mode="online")).candidates) == []
    assert ids(filled.search(query(owner=())).candidates) == []


def test_browse_when_there_is_no_clause_then_all_documents_come_by_id_with_score_zero(filled: Engine) -> None:
    found = filled.search(query()).candidates

    assert [(each.id, each.score) for each in found] == [("a", 0.0), ("b", 0.0), ("c", 0.0), ("d", 0.0)]


def test_search_when_fewer_are_wanted_than_found_then_the_best_come_and_all_are_counted(
    engine: Engine,
) -> None:
    serve(engine, [document(f"{n:02}", 1, "社保", owner=HEBEI if n % 3 else TONGZHOU) for n in range(30)])

    found = engine.search(replace(words("社保"), best=7))

    assert ids(found.candidates) == [f"{n:02}" for n in range(7)]
    assert found.total == 30
    counts = {values["owner"]: count for values, count in found.groups["record"]}
    assert counts == {(TONGZHOU,): 10, (HEBEI,): 20}


def test_search_when_none_is_wanted_then_all_are_counted(filled: Engine) -> None:
    found = filled.search(replace(words("社保"), best=0))

    assert (list(found.candidates), found.total) == ([], 2)


def test_candidate_when_found_then_it_carries_the_values_of_its_filter_fields(engine: Engine) -> None:
    serve(engine, [document("a", 1, "社保", mode=("agent", "agent@120105")), document("b", 1, "社保")])

    found = engine.search(words("社保")).candidates

    assert [dict(each.values) for each in found] == [
        {"owner": (TONGZHOU,), "mode": ("agent", "agent@120105")},
        {"owner": (TONGZHOU,)},
    ]


def test_browse_when_filtered_and_limited_then_the_first_ids_that_pass_come(filled: Engine) -> None:
    assert ids(filled.search(query(limit=3)).candidates) == ["a", "b", "c"]
    assert ids(filled.search(query(limit=1, owner=HEBEI)).candidates) == ["c"]
    assert ids(filled.search(query(limit=10**9)).candidates) == ["a", "b", "c", "d"]


def test_search_when_all_clauses_are_without_terms_then_nothing_matches(filled: Engine) -> None:
    assert ids(filled.search(query(clause("words"), clause("alias"))).candidates) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_search_when_nothing_may_come_then_nothing_comes(filled: Engine, limit: int) -> None:
    assert ids(filled.search(query(clause("words", "社保"), limit=limit)).candidates) == []


def test_search_when_equal_scores_straddle_the_limit_then_the_lowest_ids_are_chosen(engine: Engine) -> None:
    # Against the order of writing, and over several commits, so that nothing but the id can have decided.
    rows = [f"110112-TZ{number:04}" for number in range(300)]
    serve(engine, [document(each, words="证") for each in reversed(rows[100:])])
    engine.apply([document(each, 2, "证") for each in rows[:100]], seq=2)
    engine.apply([document("999999-TZ", 3, "证 照")], seq=3)

    assert ids(engine.search(query(clause("words", "证", "照"), limit=5)).candidates) == [
        "999999-TZ",
        *rows[:4],
    ]
    assert ids(engine.search(query(clause("words", "证"), limit=250)).candidates) == rows[:250]


def test_candidate_when_found_then_it_carries_facts_and_fragment_as_they_were_given(engine: Engine) -> None:
    facts = {"kind": "item", "modes": {HEBEI: "agent"}, "n": 3, "none": None, "owner": ("110112",)}
    fragment = '{"名称": "道路运输证\\n", "x": [1, null]}'
    serve(engine, [Document("a", 1, {"words": ("证",)}, facts, fragment)])

    found = engine.search(words("证")).candidates[0]

    assert (found.facts, found.fragment) == (facts, fragment)


@pytest.mark.parametrize(
    "unknown",
    [query(clause("no_such", "x")), query(no_such="x"), query(clause("_seq", "1")), query(clause("", "x"))],
)
def test_search_when_a_field_is_not_defined_then_engine_error(filled: Engine, unknown: EngineQuery) -> None:
    with pytest.raises(EngineError):
        filled.search(unknown)


def test_search_when_no_generation_serves_then_engine_error(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.search(query())


def test_search_when_the_query_has_a_thousand_terms_then_it_still_answers(filled: Engine) -> None:
    assert ids(filled.search(words(*(f"词{number}" for number in range(1_000)), "户口")).candidates) == ["c"]


TOKENS = st.text(st.characters(exclude_categories=["Cs", "Z"]), min_size=1, max_size=40).filter(
    lambda text: not any(character.isspace() for character in text)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TOKENS, min_size=1, max_size=40, unique=True))
def test_search_when_a_token_is_any_unicode_then_its_document_alone_is_found(
    kit: EngineKit, tokens: list[str]
) -> None:
    engine = kit.open()
    if engine.status().generation is None:
        serve(engine, [])
    old = [candidate.id for candidate in engine.search(query()).candidates]
    seq = engine.status().seq + 1
    holders = [
        Document(f"t{at}", seq, {"words": (token,), "exact": (token,)}) for at, token in enumerate(tokens)
    ]
    engine.apply([*(Document(each, seq - 1, deleted=True) for each in old), *holders], seq=seq)

    for at, token in enumerate(tokens):
        assert ids(engine.search(words(token)).candidates) == [f"t{at}"]
        assert ids(engine.search(query(clause("exact", token))).candidates) == [f"t{at}"]


def test_document_when_it_holds_half_a_surrogate_pair_then_it_is_kept_and_found(engine: Engine) -> None:
    serve(engine, [])
    engine.apply([Document("a", 2, {"words": ("证", "\ud842")}, {"name": "\ud842"}, '"\ud842"')], seq=2)

    assert ids(engine.search(words("证")).candidates) == ["a"]
    assert ids(engine.search(words("\ud842")).candidates) == ["a"]


def test_build_when_a_document_has_an_undefined_field_then_engine_error(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.build(generation(), [Document("a", 1, {"no_such": ("x",)})])
