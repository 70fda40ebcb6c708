"""Writes by access key: for its regions only, under its name, and done once however often they are asked for.

A client that got no answer asks again with the same token (Idempotency-Key). The first answer is kept in the
transaction of the write itself: either both are there after a crash, or neither. Writers take turns, so a
request that arrives while its twin is still at work waits for it and gets the twin's answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service_catalog.catalog.keys import author_of
from service_catalog.catalog.reading import KIND_LABELS, read_history
from service_catalog.catalog.writing import Check, Writing, Written
from service_catalog.model import Kind, Record
from service_catalog.model.errors import (
    InvalidRequestError,
    MissingScopeError,
    NotFoundError,
    ReusedTokenError,
)
from service_catalog.store.base import Store, WriteTransaction
from service_catalog.store.keyring import AccessKey, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to write. ``digest``: of all that makes it what it is. ``token`` None: not to be repeated."""

    key: AccessKey
    reason: str
    digest: str
    token: str | None = None


Answer = Callable[[Written], Receipt]
"""Makes of what was done what the client is told."""


@dataclass(frozen=True, slots=True)
class KeyedWriting:
    """Writes to one store by access key."""

    store: Store
    writing: Writing

    def publish(
        self, record: Record, *, if_version: int, asked: Asked, answer: Answer, check: Check | None = None
    ) -> Receipt:
        """Write a record (0: there must be none). ``check`` is not asked for a request that is only repeated.

        Raises MissingScopeError, ReusedTokenError, and as ``Writing.publish`` does.
        """

        def act(transaction: WriteTransaction) -> Written:
            _check_region(asked.key, record.owner)
            return self.writing.publish_in(transaction, record, if_version=if_version, check=check)

        return self._once(asked, act, answer)

    def withdraw(
        self, record_id: str, kind: Kind, *, if_version: int, asked: Asked, answer: Answer
    ) -> Receipt:
        """Withdraw a record. Raises as ``publish`` and ``Writing.withdraw`` do."""

        def act(transaction: WriteTransaction) -> Written:
            current = transaction.get(record_id)
            if current is None or current.record.kind is not kind:
                raise NotFoundError(f"没有编号为 {record_id} 的{KIND_LABELS[kind]}")
            _check_region(asked.key, current.record.owner)
            change = self.writing.withdraw_in(transaction, record_id, kind, if_version=if_version)
            return Written(record_id, change.version, change.seq, change)

        return self._once(asked, act, answer)

    def restore(
        self, record_id: str, kind: Kind, version: int, *, if_version: int, asked: Asked, answer: Answer
    ) -> Receipt:
        """Make an old revision the newest: what was accepted once is not checked again.

        Raises as ``publish`` and ``revision_at`` do.
        """
        record = revision_at(self.store, record_id, kind, version)
        return self.publish(record, if_version=if_version, asked=asked, answer=answer)

    def _once(self, asked: Asked, act: Callable[[WriteTransaction], Written], answer: Answer) -> Receipt:
        with self.store.write(author=author_of(asked.key), reason=asked.reason) as transaction:
            if asked.token is not None:
                first = transaction.receipt(asked.key.id, asked.token)
                if first is not None:
                    return _same_request(first, asked)
            receipt = answer(act(transaction))
            if asked.token is not None:
                transaction.keep_receipt(receipt)
            return receipt


def revision_at(store: Store, record_id: str, kind: Kind, version: int) -> Record:
    """A record as it was at a version. Raises NotFoundError, InvalidRequestError for a tombstone."""
    revisions = {
        revision.record.version: revision.record for revision in read_history(store, record_id, kind)
    }
    record = revisions.get(version)
    if record is None:
        raise NotFoundError(f"{record_id} 没有第 {version} 版；现有 {_spans(sorted(revisions))}")
    if record.deleted:
        raise InvalidRequestError(f"{record_id} 的第 {version} 版是撤回，没有可恢复的内容")
    return record


def _spans(versions: list[int]) -> str:
    newest = 10
    more = "…、" if len(versions) > newest else ""
    return "第 " + more + "、".join(str(each) for each in versions[-newest:]) + " 版"


def _same_request(first: Receipt, asked: Asked) -> Receipt:
    if first.digest != asked.digest:
        raise ReusedTokenError("这个 Idempotency-Key 已用于另一个请求；新的请求请用新的标记")
    return first


def _check_region(key: AccessKey, owner: str) -> None:
    if owner not in key.regions:
        raise MissingScopeError(
            f"密钥 {key.id} 只能修改区划 {'、'.join(key.regions)} 的记录，这条属于 {owner}"
        )
