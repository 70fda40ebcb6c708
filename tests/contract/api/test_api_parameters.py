"""Query parameters: strict, all faults at once, with the nearest hint."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service_catalog.web.api.arguments import QuerySchema
from service_catalog.web.api.items import ComparisonQuery, ItemListQuery
from service_catalog.web.api.search import SearchQuery
from tests.contract.api.shapes import ClientOf, faults_of, problem_of


def test_search_when_a_name_is_nearly_right_then_hint_says_which_is_meant(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/search?at_regoin=120105")) == {
        "at_regoin": ("没有这个参数", "是否指 at_region")
    }


def test_search_when_a_name_is_like_none_then_hint_lists_all(client: FlaskClient) -> None:
    _, hint = faults_of(client.get("/v1/search?zzzz=1"))["zzzz"]
    assert hint is not None
    assert "at_region" in hint
    assert "cursor" in hint


def test_search_when_a_value_is_nearly_right_then_hint_says_which_is_meant(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/search?mode=on-line"))["mode"][1] == "是否指 online"


def test_search_when_many_things_are_wrong_then_all_are_told_at_once(client: FlaskClient) -> None:
    query = (
        "q=" + "长" * 257 + "&at_region=999999&owner_region=tongzhou&kind=x&limit=0&mode=&limit=5&nonsense=1"
    )
    assert faults_of(client.get("/v1/search?" + query)).keys() == {
        "q",
        "at_region",
        "owner_region",
        "kind",
        "limit",
        "mode",
        "nonsense",
    }


def test_search_when_a_region_is_unknown_then_hint_lists_the_known(client: FlaskClient) -> None:
    message, hint = faults_of(client.get("/v1/search?owner_region=999999"))["owner_region"]
    assert "999999" in message
    assert hint is not None
    assert "120105" in hint


def test_search_when_two_regions_are_unknown_then_both_are_told(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/search?owner_region=999999&at_region=888888")).keys() == {
        "owner_region",
        "at_region",
    }


@pytest.mark.parametrize(
    "limit", ["0", "51", "-1", "+5", "1_0", "１０", "1e1", "5.0", " 5", "999999999999", "0x5", "五"]
)
def test_search_when_limit_is_not_a_number_from_1_to_50_then_422(client: FlaskClient, limit: str) -> None:
    assert faults_of(client.get("/v1/search", query_string={"limit": limit})).keys() == {"limit"}


@pytest.mark.parametrize("limit", [1, 50])
def test_search_when_limit_is_at_its_ends_then_that_many_hits(client: FlaskClient, limit: int) -> None:
    assert len(client.get(f"/v1/search?limit={limit}").get_json()["hits"]) == limit


@pytest.mark.parametrize(
    "name",
    [
        "at_region",
        "owner_region",
        "kind",
        "item_type",
        "department",
        "theme",
        "object",
        "mode",
        "limit",
        "cursor",
    ],
)
def test_search_when_a_parameter_is_empty_then_422_says_to_leave_it_out(
    client: FlaskClient, name: str
) -> None:
    hint = faults_of(client.get(f"/v1/search?{name}="))[name][1]
    assert hint == "不需要时请省略这个参数"


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%E3%80%80"])
def test_search_when_q_is_empty_then_browses_everything(client: FlaskClient, query: str) -> None:
    assert client.get("/v1/search" + query).get_json()["total"] == 1215


def test_search_when_a_parameter_is_repeated_then_422(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/search?q=社保&q=社保"))["q"][0] == "参数重复"


def test_search_when_q_is_256_characters_after_folding_then_answers(client: FlaskClient) -> None:
    assert client.get("/v1/search", query_string={"q": "办" * 256}).status_code == 200


def test_search_when_q_is_257_characters_after_folding_then_422(client: FlaskClient) -> None:
    assert "257" in faults_of(client.get("/v1/search", query_string={"q": "办" * 257}))["q"][0]


def test_search_when_q_is_short_but_folds_to_more_than_256_then_422(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/search", query_string={"q": "\ufdfa" * 20})).keys() == {"q"}


def test_search_when_there_are_more_than_fifty_parameters_then_400(client: FlaskClient) -> None:
    problem_of(client.get("/v1/search?" + "&".join(f"p{n}=1" for n in range(51))), "unreadable-request")


def test_search_when_the_query_string_is_raw_utf8_then_reads_it(client: FlaskClient) -> None:
    raw = "q=社会保障卡补换".encode().decode("latin-1")
    answer = client.get("/v1/search", environ_overrides={"QUERY_STRING": raw}).get_json()
    assert answer["query"]["text"] == "社会保障卡补换"


def test_search_when_the_query_string_is_raw_gbk_then_400(client: FlaskClient) -> None:
    raw = "q=社会".encode("gbk").decode("latin-1")
    problem_of(client.get("/v1/search", environ_overrides={"QUERY_STRING": raw}), "unreadable-request")


def test_search_when_parameters_are_wrong_and_the_store_is_away_then_still_tells_the_faults(
    failing: ClientOf,
) -> None:
    assert faults_of(failing(RuntimeError()).get("/v1/search?limit=0")).keys() == {"limit"}


def test_list_when_a_cursor_parameter_is_wrong_with_others_then_all_are_told(client: FlaskClient) -> None:
    assert faults_of(client.get("/v1/items?cursor=&limit=x&owner_region=1")).keys() == {
        "cursor",
        "limit",
        "owner_region",
    }


def test_fault_when_a_name_is_very_long_then_message_repeats_only_its_beginning(client: FlaskClient) -> None:
    body = problem_of(client.get("/v1/search?" + "n" * 2000 + "=1"), "invalid-request")
    assert len(body["errors"][0]["field"]) == 80


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (SearchQuery(), {}),
        (SearchQuery(), {"q": "", "limit": "7"}),
        (SearchQuery(), {"q": "社保", "at_region": "120105", "kind": "item", "mode": "agent", "cursor": "x"}),
        (ItemListQuery(), {"department": "某部门"}),
        (ComparisonQuery(), {"with": "110112-TZ0045"}),
    ],
)
def test_query_when_read_quickly_then_as_the_library_reads_it(
    schema: QuerySchema, values: dict[str, str]
) -> None:
    assert schema.quick(values) == schema.load(values)
