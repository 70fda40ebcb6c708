"""Access keys, and receipts of writes, on every kind of store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service_catalog.model.errors import ConflictError
from service_catalog.store.base import Store
from service_catalog.store.keyring import RECEIPT_HOURS, AccessKey, Receipt
from service_catalog.store.memory import MemoryStore
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import open_store
from tests.contract.store.builders import item
from tests.contract.store.conftest import MOMENT

KEY = AccessKey(
    id="k1",
    name="政务服务局 张岗",
    salt="00",
    digest="11",
    scopes=("write", "read:history"),
    regions=("120105", "110112"),
    created_at="2026-03-01T08:00:00.000Z",
    expires_at="2027-03-01T08:00:00.000Z",
)

RECEIPT = Receipt("k1", "token-1", "digest", 201, (("ETag", '"v1"'), ("Location", "/v1/x")), '{"版本":1}')


class Failure(Exception):  # noqa: N818 - no error: it stands for one
    """Rolls a transaction back."""


def keep(store: Store, receipt: Receipt) -> None:
    with store.write(author="a", reason="r") as transaction:
        transaction.keep_receipt(receipt)


def receipt(store: Store, key_id: str = RECEIPT.key_id, token: str = RECEIPT.token) -> Receipt | None:
    with store.write(author="a", reason="r") as transaction:
        return transaction.receipt(key_id, token)


def test_key_when_added_then_read_back_as_it_was(store: Store) -> None:
    store.keyring.add(KEY)

    assert store.keyring.get("k1") == KEY


@pytest.mark.parametrize("key_id", ["k2", "", "a\x00b", "\ud800"])
def test_key_when_nobody_added_it_then_none(store: Store, key_id: str) -> None:
    store.keyring.add(KEY)

    assert store.keyring.get(key_id) is None
    assert store.keyring.revoke(key_id) is None


def test_key_when_its_id_is_taken_then_conflict_and_the_first_one_stays(store: Store) -> None:
    store.keyring.add(KEY)
    with pytest.raises(ConflictError):
        store.keyring.add(replace(KEY, name="另一个"))

    assert store.keyring.get("k1") == KEY


def test_keys_when_listed_then_oldest_first(store: Store) -> None:
    older = replace(KEY, id="k2", created_at="2026-02-01T08:00:00.000Z", expires_at=None)
    store.keyring.add(KEY)
    store.keyring.add(older)

    assert store.keyring.all() == [older, KEY]


def test_key_when_revoked_then_says_when(store: Store) -> None:
    store.keyring.add(KEY)
    revoked = replace(KEY, revoked_at="2026-03-01T08:30:15.123Z")

    assert store.keyring.revoke("k1") == revoked
    assert store.keyring.get("k1") == revoked


def test_key_when_revoked_again_then_the_first_moment_stands(store: Store) -> None:
    first = replace(KEY, revoked_at="2026-02-02T00:00:00.000Z")
    store.keyring.add(first)

    assert store.keyring.revoke("k1") == first


def test_key_when_revoked_by_another_process_then_the_next_look_sees_it(sql_url: str) -> None:
    migrate(sql_url)
    one, other = open_store(sql_url), open_store(sql_url)
    one.keyring.add(KEY)
    assert other.keyring.get("k1") == KEY
    one.keyring.revoke("k1")

    found = other.keyring.get("k1")
    assert found is not None
    assert found.revoked_at is not None
    one.close()
    other.close()


def test_receipt_when_kept_then_read_back_by_later_transactions(store: Store) -> None:
    keep(store, RECEIPT)

    assert receipt(store) == RECEIPT


def test_receipt_when_asked_for_by_another_key_or_token_then_none(store: Store) -> None:
    keep(store, RECEIPT)

    assert receipt(store, key_id="k2") is None
    assert receipt(store, token="token-2") is None


def test_receipt_when_its_transaction_fails_then_neither_it_nor_the_record_is_kept(store: Store) -> None:
    with suppress(Failure), store.write(author="a", reason="r") as transaction:
        transaction.put(item("TZ0001"))
        transaction.keep_receipt(RECEIPT)
        raise Failure

    assert receipt(store) is None
    assert store.head() == 0


def test_receipt_when_kept_without_a_record_then_the_log_stands_still(store: Store) -> None:
    keep(store, RECEIPT)

    assert store.head() == 0


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store_at(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[datetime]], Store]:
    """Opens a store whose clock shows the list's last moment."""
    if request.param == "memory":
        return lambda moments: MemoryStore(clock=lambda: moments[-1])
    url = str(request.getfixturevalue(f"{request.param}_url"))
    migrate(url)
    return lambda moments: open_store(url, clock=lambda: moments[-1])


@pytest.mark.parametrize(("hours", "is_kept"), [(RECEIPT_HOURS, True), (RECEIPT_HOURS + 1, False)])
def test_receipt_when_others_follow_then_it_is_kept_for_its_hours_and_no_longer(
    store_at: Callable[[list[datetime]], Store], hours: int, is_kept: bool
) -> None:
    moments = [MOMENT]
    store = store_at(moments)
    keep(store, RECEIPT)
    moments.append(MOMENT + timedelta(hours=hours))
    keep(store, replace(RECEIPT, token="token-2"))

    assert (receipt(store) is not None) == is_kept
    assert receipt(store, token="token-2") is not None
    store.close()
