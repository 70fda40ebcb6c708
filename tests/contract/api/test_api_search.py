"""GET /v1/search and /v1/suggest on the real seed."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.contract.api.shapes import problem_of


def search(client: FlaskClient, **query: Any) -> dict[str, Any]:
    response = client.get("/v1/search", query_string=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def pages(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    found = [search(client, **query)]
    while found[-1]["next"]:
        found.append(search(client, **query, cursor=found[-1]["next"]))
    return found


def ids(*answers: dict[str, Any]) -> list[str]:
    return [hit["id"] for answer in answers for hit in answer["hits"]]


def test_search_when_a_matter_is_both_districts_then_both_rows_come_first(client: FlaskClient) -> None:
    answer = search(client, q="社会保障卡补换", at_region="120105")
    first, second = answer["hits"][:2]
    assert (first["id"], second["id"]) == ("120105-HB0002", "110112-TZ0045")
    assert answer["confidence"] == "high"


def test_search_when_standing_somewhere_then_each_hit_says_whether_and_how(client: FlaskClient) -> None:
    own, foreign = search(client, q="社会保障卡补换", at_region="120105")["hits"][:2]
    assert (own["accepted_here"], own["mode_here"]) == (True, None)
    assert (foreign["accepted_here"], foreign["mode_here"]) == (True, "agent")
    assert {reason["code"] for reason in foreign["reasons"]} >= {"accepted_here"}
    assert foreign["acceptances"][0]["region"] == "120105"


def test_search_when_no_place_is_given_then_acceptance_here_is_null(client: FlaskClient) -> None:
    hit = search(client, q="社会保障卡补换")["hits"][0]
    assert (hit["accepted_here"], hit["mode_here"]) == (None, None)


def test_search_when_not_accepted_here_then_rows_stay_and_say_so(client: FlaskClient) -> None:
    anywhere, here = search(client, q="新生儿出生"), search(client, q="新生儿出生", at_region="110112")
    assert here["total"] == anywhere["total"]
    assert False in {hit["accepted_here"] for hit in here["hits"]}


def test_search_when_text_is_odd_json_then_comes_back_as_it_was(client: FlaskClient) -> None:
    text = '"\\\n\t\u2028</script>{"a":[\U0001f600\u0001'
    assert search(client, q=text)["query"]["text"] == text


def test_search_when_answered_then_text_is_utf8_not_escaped(client: FlaskClient) -> None:
    assert "社会保障卡" in client.get("/v1/search?q=社会保障卡").get_data().decode()


@pytest.mark.parametrize("facet", ["kind", "item_type", "department", "theme", "object", "mode"])
def test_search_when_a_facet_value_is_chosen_then_total_is_its_count(client: FlaskClient, facet: str) -> None:
    value = search(client, q="社会保障卡", at_region="120105")["facets"][facet][0]
    chosen = search(client, q="社会保障卡", at_region="120105", **{facet: value["value"]})
    assert chosen["total"] == value["count"]


def test_search_when_facets_are_shown_then_codes_have_chinese_labels(client: FlaskClient) -> None:
    facets = search(client, q="社会保障卡")["facets"]
    labels = [facets[facet][0]["label"] for facet in ("kind", "item_type", "theme", "object", "mode")]
    assert all(not label.isascii() for label in labels)


def test_search_when_kind_is_all_then_same_as_without(client: FlaskClient) -> None:
    assert ids(search(client, q="出生", kind="all")) == ids(search(client, q="出生"))


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_search_when_paged_then_union_is_the_whole_in_order_without_repeats(
    client: FlaskClient, limit: int
) -> None:
    query = {"q": "社会保障卡", "at_region": "120105"}
    whole = ids(search(client, **query, limit=50))
    paged = pages(client, **query, limit=limit)
    assert ids(*paged) == whole
    assert {page["total"] for page in paged} == {len(whole)}
    assert not any(page["changed"] for page in paged)


def test_search_when_browsed_through_then_every_row_once(client: FlaskClient) -> None:
    found = ids(*pages(client, owner_region="120105", limit=50))
    assert len(found) == len(set(found)) == 31 + 41


@pytest.mark.parametrize("at", [0, 5, -2])
def test_search_when_a_cursor_was_tampered_with_then_422(client: FlaskClient, at: int) -> None:
    cursor = search(client, q="社会保障卡", limit=1)["next"]
    changed = "A" if cursor[at] != "A" else "B"
    tampered = cursor[:at] + changed + cursor[at + 1 :]
    problem_of(
        client.get("/v1/search", query_string={"q": "社会保障卡", "cursor": tampered}), "invalid-cursor"
    )


@pytest.mark.parametrize("cursor", ["x", "....", "社保", "a.b.c", "W10.x", "0" * 1000])
def test_search_when_a_cursor_is_made_up_then_422(client: FlaskClient, cursor: str) -> None:
    body = problem_of(
        client.get("/v1/search", query_string={"q": "社保", "cursor": cursor}), "invalid-cursor"
    )
    assert [each["field"] for each in body["errors"]] == ["cursor"]


def test_search_when_a_cursor_is_of_another_query_then_422(client: FlaskClient) -> None:
    cursor = search(client, q="社会保障卡", limit=1)["next"]
    problem_of(client.get("/v1/search", query_string={"q": "营业执照", "cursor": cursor}), "invalid-cursor")


def test_search_when_nothing_fits_then_says_so(client: FlaskClient) -> None:
    answer = search(client, q="xqzvwk jjkk")
    assert (answer["total"], answer["confidence"], answer["hits"], answer["next"]) == (0, "none", [], None)


def test_suggest_when_typed_then_distinct_names_of_each_region(client: FlaskClient) -> None:
    found = client.get("/v1/suggest?q=社会保障卡&limit=10").get_json()["suggestions"]
    assert len(found) == 10
    assert len({(each["region"], each["name"]) for each in found}) == 10
    assert all("社会保障卡" in each["name"] for each in found[:5])


def test_suggest_when_limit_is_given_then_no_more(client: FlaskClient) -> None:
    assert len(client.get("/v1/suggest?q=社会保障卡&limit=3").get_json()["suggestions"]) == 3


def test_suggest_when_limit_is_above_ten_then_422(client: FlaskClient) -> None:
    problem_of(client.get("/v1/suggest?q=社&limit=11"), "invalid-request")


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_suggest_when_nothing_is_typed_then_nothing(client: FlaskClient, query: str) -> None:
    assert client.get("/v1/suggest" + query).get_json() == {"suggestions": []}


def test_suggest_when_owner_region_is_given_then_only_its_rows(client: FlaskClient) -> None:
    found = client.get("/v1/suggest?q=社会保障卡&owner_region=120105").get_json()["suggestions"]
    assert {each["region"] for each in found} == {"120105"}
