"""Idempotency-Key: a request that is sent again is done once and gets its first answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service_catalog.model import Kind
from tests.contract.api.shapes import faults_of, problem_of
from tests.contract.api.writers import CARD, ITEM, Writer, catalog_of, make_writer

TOKEN = "5b0f9c1e-7a36-4a52-9d5e-0a1b2c3d4e5f"


def told(response: TestResponse) -> tuple[int, bytes, str | None, str | None]:
    """What of an answer must be the same when the request comes again."""
    headers = response.headers
    return response.status_code, response.data, headers.get("ETag"), headers.get("Location")


def versions(app: Flask) -> list[int]:
    return [revision.record.version for revision in catalog_of(app).history(CARD, Kind.ITEM)]


def renamed(writer: Writer, name: str) -> tuple[dict[str, Any], str]:
    record, tag = writer.record()
    return {**record, "name": name}, tag


def test_change_when_sent_again_then_first_answer_and_one_version(fresh_app: Flask, writer: Writer) -> None:
    record, tag = renamed(writer, "甲")
    first = writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)
    again = writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)

    assert first.status_code == 200
    assert told(again) == told(first)
    assert versions(fresh_app) == [2, 1]


def test_change_when_sent_again_after_others_then_still_the_first_answer(
    fresh_app: Flask, writer: Writer
) -> None:
    record, tag = renamed(writer, "甲")
    first = writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)
    writer.put(ITEM, {**record, "name": "乙"}, If_Match='"v2"')

    assert told(writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)) == told(first)
    assert versions(fresh_app) == [3, 2, 1]
    assert writer.record()[0]["name"] == "乙"


def test_withdrawal_when_sent_again_then_first_answer(fresh_app: Flask, writer: Writer) -> None:
    first = writer.delete(ITEM, If_Match='"v1"', Idempotency_Key=TOKEN)
    again = writer.delete(ITEM, If_Match='"v1"', Idempotency_Key=TOKEN)

    assert first.status_code == 204
    assert told(again) == told(first)
    assert versions(fresh_app) == [2, 1]


def test_creation_when_sent_again_then_first_answer(writer: Writer) -> None:
    record, _ = writer.record()
    record |= {"id": "120105-NEW1", "code": "NEW1"}
    path = "/v1/items/120105-NEW1"
    first = writer.put(path, record, If_None_Match="*", Idempotency_Key=TOKEN)
    again = writer.put(path, record, If_None_Match="*", Idempotency_Key=TOKEN)

    assert first.status_code == 201
    assert told(again) == told(first)


def test_restoration_when_sent_again_then_first_answer(fresh_app: Flask, writer: Writer) -> None:
    writer.delete(ITEM, If_Match='"v1"')
    path = f"{ITEM}/restorations?version=1&reason=误撤"
    first = writer.ask("POST", path, If_None_Match="*", Idempotency_Key=TOKEN)
    again = writer.ask("POST", path, If_None_Match="*", Idempotency_Key=TOKEN)

    assert first.status_code == 201
    assert told(again) == told(first)
    assert versions(fresh_app) == [3, 2, 1]


def test_write_when_sent_again_without_a_token_then_412(writer: Writer) -> None:
    record, tag = renamed(writer, "甲")
    writer.put(ITEM, record, If_Match=tag)

    problem_of(writer.put(ITEM, record, If_Match=tag), "precondition-failed")


@pytest.mark.parametrize("other", ["body", "tag", "reason", "path", "method"])
def test_token_when_it_comes_with_another_request_then_422_and_nothing_is_written(
    fresh_app: Flask, writer: Writer, other: str
) -> None:
    record, tag = renamed(writer, "甲")
    writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)
    head = catalog_of(fresh_app).status().head
    other_item = "/v1/items/110112-TZ0001"
    body = {
        "body": {**record, "name": "乙"},
        "path": {**writer.record(other_item)[0], "name": "丙"},
    }.get(other, record)
    response = writer.ask(
        "DELETE" if other == "method" else "PUT",
        {"reason": f"{ITEM}?reason=另一个", "path": other_item}.get(other, ITEM),
        body=None if other == "method" else body,
        If_Match='"v2"' if other == "tag" else tag,
        Idempotency_Key=TOKEN,
    )

    problem_of(response, "reused-idempotency-key")
    assert catalog_of(fresh_app).status().head == head


def test_token_when_another_key_uses_it_too_then_they_do_not_meet(fresh_app: Flask, writer: Writer) -> None:
    record, tag = renamed(writer, "甲")
    writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN)
    other = make_writer(fresh_app)

    response = other.put(ITEM, {**record, "name": "乙"}, If_Match='"v2"', Idempotency_Key=TOKEN)
    assert response.status_code == 200


def test_token_when_its_first_request_failed_then_it_may_be_used_for_the_mended_one(writer: Writer) -> None:
    record, tag = renamed(writer, "甲")
    problem_of(writer.put(ITEM, record, If_Match='"v9"', Idempotency_Key=TOKEN), "precondition-failed")

    assert writer.put(ITEM, record, If_Match=tag, Idempotency_Key=TOKEN).status_code == 200


def test_write_when_sent_again_with_a_revoked_key_then_401(fresh_app: Flask, writer: Writer) -> None:
    writer.delete(ITEM, If_Match='"v1"', Idempotency_Key=TOKEN)
    catalog_of(fresh_app).keys.revoke(writer.key_id)

    problem_of(writer.delete(ITEM, If_Match='"v1"', Idempotency_Key=TOKEN), "access-denied")


@pytest.mark.parametrize("token", ["", "a b", "x" * 256, "\u00e9"])
def test_token_when_it_is_malformed_then_422(writer: Writer, token: str) -> None:
    response = writer.delete(ITEM, If_Match='"v1"', Idempotency_Key=token)

    assert set(faults_of(response)) == {"Idempotency-Key"}
