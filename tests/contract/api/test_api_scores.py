"""Guide scores over HTTP."""

from __future__ import annotations

from flask.testing import FlaskClient


def test_scores_when_paged_then_all_items_come_once_worst_first(client: FlaskClient) -> None:
    found: list[tuple[int, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "50", **({"cursor": cursor} if cursor else {})}
        answer = client.get("/v1/scores", query_string=query).json
        assert answer is not None
        found += [(each["score"], each["id"]) for each in answer["items"]]
        cursor = answer["next"]

    assert len(found) == len(set(found)) == 1174
    assert found == sorted(found)


def test_scores_when_narrowed_to_a_region_then_only_its_items_and_averages(client: FlaskClient) -> None:
    answer = client.get("/v1/scores?owner_region=120105").json

    assert answer is not None
    assert answer["total"] == 31
    assert {group["region"] for group in answer["groups"]} == {"120105"}


def test_score_when_an_item_is_asked_for_then_its_elements_say_what_is_lacking(client: FlaskClient) -> None:
    answer = client.get("/v1/items/110112-TZ0001/score").json

    assert answer is not None
    lacking = [each["label"] for each in answer["elements"] if each["lack"]]
    assert lacking == answer["missing"]


def test_score_when_there_is_no_such_item_then_404(client: FlaskClient) -> None:
    assert client.get("/v1/items/110112-NONE/score").status_code == 404
