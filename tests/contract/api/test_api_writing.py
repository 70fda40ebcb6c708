"""Writing records of every kind: new, changed, withdrawn, restored; what a writer must have seen; history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from service_catalog.model import Kind
from service_catalog.web.api.records import PLURALS
from tests.contract.api.shapes import faults_of, problem_of, seed_rows
from tests.contract.api.writers import BOTH, CARD, ITEM, Writer, catalog_of

FILES = {
    Kind.REGION: "regions",
    Kind.ITEM: "items-120105",
    Kind.SCENARIO: "scenarios",
    Kind.ACCEPTANCE: "acceptances",
    Kind.COUNTERPART: "counterparts",
    Kind.TERM: "terms",
}


def first_of(kind: Kind) -> tuple[str, dict[str, Any]]:
    """A record of the seed, with its address."""
    row = next(row for row in seed_rows(FILES[kind]) if row["owner"] in BOTH)
    return f"/v1/{PLURALS[kind]}/{row['id']}", row


@pytest.fixture(params=list(Kind))
def place(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """The address of one record of each kind, and the record."""
    return first_of(request.param)


def revisions(writer: Writer, path: str = ITEM) -> Iterator[dict[str, Any]]:
    response = writer.get(f"{path}/history")
    assert response.status_code == 200, response.text
    yield from response.get_json()["revisions"]


def test_record_when_read_then_is_plain_and_its_tag_is_its_version(
    writer: Writer, place: tuple[str, dict[str, Any]]
) -> None:
    path, row = place

    assert writer.record(path) == (row, '"v1"')


def test_record_when_it_is_known_then_304(writer: Writer, place: tuple[str, dict[str, Any]]) -> None:
    response = writer.ask("GET", f"{place[0]}/record", If_None_Match='"v1"')

    assert (response.status_code, response.data) == (304, b"")


def test_record_when_read_then_no_cache_gives_it_unasked(writer: Writer) -> None:
    assert writer.get(f"{ITEM}/record").headers["Cache-Control"] == "public, no-cache"


def test_record_when_changed_then_next_version_and_its_tag(
    writer: Writer, place: tuple[str, dict[str, Any]]
) -> None:
    path, row = place
    response = writer.put(path, {**row, "remark": "核对"}, If_Match='"v1"')

    assert response.status_code == 200, response.text
    assert response.headers["ETag"] == '"v2"'
    assert response.get_json() == {
        "kind": row["kind"],
        "id": row["id"],
        "version": 2,
        "seq": response.get_json()["seq"],
        "changed": True,
        "doubts": response.get_json()["doubts"],
    }
    assert writer.record(path) == ({**row, "remark": "核对", "version": 2}, '"v2"')


def test_record_when_withdrawn_and_made_again_then_versions_go_on(
    writer: Writer, place: tuple[str, dict[str, Any]]
) -> None:
    path, row = place
    withdrawn = writer.delete(path, If_Match='"v1"')
    assert (withdrawn.status_code, withdrawn.data, withdrawn.headers["ETag"]) == (204, b"", '"v2"')
    assert problem_of(writer.get(f"{path}/record"), "withdrawn")["version"] == 2

    made = writer.put(path, row, If_None_Match="*")
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (201, '"v3"', path)


def test_content_when_it_is_as_stored_then_no_new_version(writer: Writer) -> None:
    record, tag = writer.record()
    response = writer.put(ITEM, record, If_Match=tag)

    assert (response.status_code, response.headers["ETag"]) == (200, '"v1"')
    assert response.get_json()["changed"] is False
    assert len(list(revisions(writer))) == 1


@pytest.mark.parametrize("version", [None, 1, 7, "x"])
def test_version_in_the_body_when_given_then_it_is_not_looked_at(writer: Writer, version: Any) -> None:
    record, tag = writer.record()
    body = {**record, "name": "改", "version": version}
    if version is None:
        del body["version"]

    assert writer.put(ITEM, body, If_Match=tag).headers["ETag"] == '"v2"'


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_write_when_it_does_not_say_what_was_seen_then_428(writer: Writer, method: str) -> None:
    path = f"{ITEM}/restorations?version=1&reason=r" if method == "POST" else ITEM

    problem_of(writer.ask(method, path, body=writer.record()[0]), "precondition-needed")


@pytest.mark.parametrize(
    "headers",
    [
        {"If_Match": "*"},
        {"If_Match": "v1"},
        {"If_Match": '"v1", "v2"'},
        {"If_Match": '"v0"'},
        {"If_Match": '"0123456789abcdef"'},
        {"If_Match": ""},
        {"If_None_Match": '"v1"'},
        {"If_Match": '"v1"', "If_None_Match": "*"},
    ],
)
def test_write_when_what_was_seen_is_unclear_then_428(writer: Writer, headers: dict[str, str]) -> None:
    record, _ = writer.record()

    problem_of(writer.put(ITEM, {**record, "name": "改"}, **headers), "precondition-needed")


def test_withdrawal_when_it_claims_that_there_is_nothing_then_428(writer: Writer) -> None:
    problem_of(writer.delete(ITEM, If_None_Match="*"), "precondition-needed")


@pytest.mark.parametrize("tag", ['"v1"', '"v1-gzip"', '"v1;br"'])
def test_tag_when_a_proxy_has_changed_it_then_it_still_holds(writer: Writer, tag: str) -> None:
    record, _ = writer.record()

    assert writer.put(ITEM, {**record, "name": "改"}, If_Match=tag).status_code == 200


@pytest.mark.parametrize("tag", ['W/"v1"', 'W/"v1;br"', 'W/"v9"'])
def test_tag_when_it_is_weak_then_it_never_matches(writer: Writer, tag: str) -> None:
    record, _ = writer.record()
    problem = problem_of(writer.put(ITEM, {**record, "name": "改"}, If_Match=tag), "precondition-failed")

    assert problem["version"] == 1
    assert "强标记" in problem["detail"]
    assert writer.record()[0] == record


def test_write_when_the_record_has_changed_then_412_says_the_version(writer: Writer) -> None:
    record, tag = writer.record()
    writer.put(ITEM, {**record, "name": "甲"}, If_Match=tag)
    for response in (
        writer.put(ITEM, {**record, "name": "乙"}, If_Match=tag),
        writer.delete(ITEM, If_Match=tag),
        writer.put(ITEM, record, If_None_Match="*"),
        writer.ask("POST", f"{ITEM}/restorations?version=1&reason=r", If_Match=tag),
    ):
        assert problem_of(response, "precondition-failed")["version"] == 2

    assert writer.record()[0]["name"] == "甲"


def test_change_when_there_is_no_record_then_412_says_so(writer: Writer) -> None:
    record, tag = writer.record()
    body = {**record, "id": "120105-NEW1", "code": "NEW1"}

    response = writer.put("/v1/items/120105-NEW1", body, If_Match=tag)
    assert problem_of(response, "precondition-failed")["version"] == 0


@pytest.mark.parametrize("record_id", ["120105-NONE", "无", "x" * 200])
def test_withdrawal_when_there_is_no_record_then_404(writer: Writer, record_id: str) -> None:
    problem_of(writer.delete(f"/v1/items/{record_id}", If_Match='"v1"'), "not-found")


def test_body_when_it_has_many_faults_then_all_are_told_at_once(writer: Writer) -> None:
    record, tag = writer.record()
    body = {
        **record,
        "kind": "item",
        "id": "120105-HB0002",
        "name": "",
        "item_type": "x",
        "guide": {"visits": 99, "materials": [{"name": "身份证", "necessity": "maybe"}]},
    }
    problem = problem_of(writer.put(ITEM, body, If_Match=tag), "invalid-record")

    assert {each["field"] for each in problem["errors"]} == {
        "id",
        "name",
        "item_type",
        "guide.visits",
        "guide.materials.0.necessity",
    }
    assert writer.record() == (record, tag)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "term"}, "kind"), ({"owner": "110112"}, "id"), ({"deleted": True}, "deleted")],
)
def test_body_when_it_is_not_what_the_address_names_then_422(
    writer: Writer, change: dict[str, Any], field: str
) -> None:
    record, tag = writer.record()
    problem = problem_of(writer.put(ITEM, {**record, **change}, If_Match=tag), "invalid-record")

    assert field in {each["field"] for each in problem["errors"]}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"x"', b'{"a":1,"a":2}', b"\xff", b"[" * 100_000, b'{"a":"\xed\xa0\x80"}'],
    ids=["empty", "half", "list", "text", "twice", "bytes", "deep", "surrogate"],
)
def test_body_when_it_is_no_json_object_then_400(writer: Writer, raw: bytes) -> None:
    response = writer.app.test_client().put(
        f"{ITEM}?reason=r",
        data=raw,
        content_type="application/json",
        headers={"Authorization": f"Bearer {writer.token}", "If-Match": '"v1"'},
    )
    problem_of(response, "unreadable-request")


def test_body_when_it_is_of_another_type_then_415(writer: Writer) -> None:
    response = writer.app.test_client().put(
        f"{ITEM}?reason=r",
        data="name: x",
        content_type="application/yaml",
        headers={"Authorization": f"Bearer {writer.token}", "If-Match": '"v1"'},
    )
    problem_of(response, "unsupported-media-type")


@pytest.mark.parametrize(("query", "field"), [("", "reason"), ("reason=", "reason"), ("reason=r&x=1", "x")])
def test_write_when_its_parameters_are_wrong_then_422(writer: Writer, query: str, field: str) -> None:
    response = writer.delete(f"{ITEM}?{query}", If_Match='"v1"')

    assert field in faults_of(response)


def test_change_when_written_then_search_finds_it(writer: Writer) -> None:
    record, tag = writer.record()
    writer.put(ITEM, {**record, "aliases": ["丢饭碗八号"]}, If_Match=tag)

    answer = writer.get("/v1/search?q=丢饭碗八号").get_json()
    assert answer["hits"][0]["id"] == CARD


def test_restoration_when_asked_then_the_old_content_is_the_newest_version(
    fresh_app: Flask, writer: Writer
) -> None:
    record, tag = writer.record()
    writer.put(ITEM, {**record, "name": "错误的名称"}, If_Match=tag)
    response = writer.ask("POST", f"{ITEM}/restorations?version=1&reason=改错了", If_Match='"v2"')

    assert (response.status_code, response.headers["ETag"]) == (200, '"v3"')
    assert writer.record()[0] == {**record, "version": 3}
    assert catalog_of(fresh_app).find(CARD).reason == "改错了"


def test_restoration_when_the_record_was_withdrawn_then_it_is_there_again(writer: Writer) -> None:
    record, _ = writer.record()
    writer.delete(ITEM, If_Match='"v1"')
    response = writer.ask("POST", f"{ITEM}/restorations?version=1&reason=误撤", If_None_Match="*")

    assert (response.status_code, response.headers["ETag"]) == (201, '"v3"')
    assert writer.record()[0] == {**record, "version": 3}


@pytest.mark.parametrize(
    ("version", "slug"), [("2", "invalid-request"), ("9", "not-found"), ("0", "invalid-request")]
)
def test_restoration_when_that_version_has_no_content_then_says_so(
    writer: Writer, version: str, slug: str
) -> None:
    writer.delete(ITEM, If_Match='"v1"')
    path = f"{ITEM}/restorations?version={version}&reason=r"

    problem_of(writer.ask("POST", path, If_None_Match="*"), slug)
