"""Access keys over HTTP: who is let in, for what, for how long; and that a key leaves no trace."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from service_catalog.catalog.keys import Keys
from service_catalog.config import Settings
from service_catalog.model.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from service_catalog.store.memory import MemoryStore
from tests.contract.api.shapes import problem_of
from tests.contract.api.writers import CARD, ITEM, Writer, catalog_of, make_writer

NOW = datetime(2026, 3, 1, tzinfo=UTC)

WRITES = [
    ("PUT", ITEM),
    ("DELETE", ITEM),
    ("POST", f"{ITEM}/restorations"),
    ("PUT", "/v1/regions/120105"),
    ("DELETE", "/v1/terms/none"),
]


def keys_at(moments: list[datetime]) -> Keys:
    """Keys of an empty store, by a clock that shows the last of ``moments``."""
    return Keys(MemoryStore(), ("120105",), clock=lambda: moments[-1])


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_write_when_no_key_is_shown_then_401_asks_for_one(writer: Writer, method: str, path: str) -> None:
    response = writer.ask(method, path, body={}, Authorization=None)

    problem_of(response, "access-denied")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "Bearer x",
        "Basic {token}",
        "Bearer {id}",
        "Bearer {id}.",
        "Bearer {id}.{zeros}",
        "Bearer k000000000000.{secret}",
        "Bearer {token}x",
        "Bearer {id}.{secret}.{secret}",
        "Bearer \u00e9\u00e9",
    ],
)
def test_write_when_the_key_is_wrong_then_401_does_not_say_how(writer: Writer, shown: str) -> None:
    key_id, secret = writer.token.split(".")
    value = shown.format(token=writer.token, id=key_id, secret=secret, zeros="A" * 43)

    body = problem_of(writer.delete(ITEM, Authorization=value, If_Match='"v1"'), "access-denied")
    assert key_id not in body["detail"]


def test_write_when_the_scheme_is_in_lower_case_then_it_is_taken(writer: Writer) -> None:
    assert writer.delete(ITEM, Authorization=f"bearer {writer.token}", If_Match='"v1"').status_code == 204


def test_write_when_the_key_was_revoked_then_401_at_its_next_use(fresh_app: Flask, writer: Writer) -> None:
    record, tag = writer.record()
    assert writer.put(ITEM, {**record, "name": "甲"}, If_Match=tag).status_code == 200
    catalog_of(fresh_app).keys.revoke(writer.key_id)

    problem_of(writer.put(ITEM, {**record, "name": "乙"}, If_Match='"v2"'), "access-denied")
    assert writer.app.test_client().get(ITEM).get_json()["item"]["name"] == "甲"


def test_write_when_the_key_lacks_the_scope_then_403(fresh_app: Flask) -> None:
    reader = make_writer(fresh_app, scopes=("read:history",))

    assert "write" in problem_of(reader.delete(ITEM, If_Match='"v1"'), "missing-scope")["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_write_when_the_record_is_of_another_region_then_403_and_it_stays(
    fresh_app: Flask, method: str
) -> None:
    other = make_writer(fresh_app, regions=("110112",))
    record, tag = other.record()
    path = f"{ITEM}/restorations?version=1&reason=r" if method == "POST" else ITEM

    problem_of(other.ask(method, path, body={**record, "name": "改"}, If_Match=tag), "missing-scope")
    assert other.record() == (record, tag)


def test_revision_when_written_by_key_then_names_it(fresh_app: Flask, writer: Writer) -> None:
    writer.delete(f"{ITEM}?reason=事项已取消", If_Match='"v1"')

    revision = catalog_of(fresh_app).find(CARD)
    assert revision.author == f"测试岗（{writer.key_id}）"
    assert revision.reason == "事项已取消"


def test_secret_when_used_then_is_in_no_file_and_no_log(
    fresh_app: Flask, writer: Writer, fresh_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = writer.token.split(".")[1].encode()
    writer.delete(ITEM, If_Match='"v1"', Idempotency_Key="a")
    writer.delete(ITEM, If_Match='"v1"', Authorization=f"Bearer {writer.token}x")

    files = [path for path in fresh_settings.data.rglob("*") if path.is_file()]
    assert any(writer.key_id.encode() in path.read_bytes() for path in files)
    assert not any(secret in path.read_bytes() for path in files)
    assert secret.decode() not in caplog.text


def test_key_when_printed_by_mistake_then_shows_no_secret() -> None:
    issued = keys_at([NOW]).add(name="甲", scopes=["write"], regions=["120105"], expires=None)

    secret = issued.token.split(".")[1]
    assert len(secret) == 43  # 256 bits in base64
    assert secret not in repr(issued)
    assert secret not in repr(issued.key)


@pytest.mark.parametrize(("hours", "is_valid"), [(0, True), (23, True), (24, False), (999, False)])
def test_key_when_its_time_is_over_then_it_is_refused(hours: int, is_valid: bool) -> None:
    moments = [NOW]
    keys = keys_at(moments)
    issued = keys.add(name="甲", scopes=["write"], regions=["120105"], expires=NOW + timedelta(hours=24))
    moments.append(NOW + timedelta(hours=hours))

    assert keys.is_valid(issued.key) == is_valid
    if is_valid:
        assert keys.check(issued.token, "write") == issued.key
    else:
        with pytest.raises(AccessDeniedError):
            keys.check(issued.token, "write")


def test_keys_when_made_alike_then_share_nothing() -> None:
    keys = keys_at([NOW])
    one, other = (keys.add(name="甲", scopes=["write"], regions=["120105"], expires=None) for _ in range(2))

    assert one.key.id != other.key.id
    assert one.key.digest != other.key.digest
    with pytest.raises(AccessDeniedError):
        keys.check(f"{one.key.id}.{other.token.split('.')[1]}", "write")


def test_key_when_everything_about_it_is_wrong_then_all_faults_are_told() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        keys_at([NOW]).add(name=" ", scopes=["rite"], regions=["x"], expires=NOW)

    assert [fault.field for fault in caught.value.faults] == ["name", "scopes", "regions", "expires"]


def test_key_when_its_region_is_not_this_node_s_then_it_cannot_be_made_for_writing() -> None:
    keys = keys_at([NOW])
    with pytest.raises(InvalidRequestError, match="110112"):
        keys.add(name="甲", scopes=["write"], regions=["110112"], expires=None)

    assert keys.all() == []


def test_key_when_there_is_none_to_revoke_then_not_found() -> None:
    with pytest.raises(NotFoundError):
        keys_at([NOW]).revoke("k000000000000")
