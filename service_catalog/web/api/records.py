"""Plain records of every kind, for those who keep them: read, write, withdraw, history, restore.

``/v1/{kinds}/{id}/record`` is the record by itself, with the tag that a write needs. For items and
scenarios ``/v1/{kinds}/{id}`` shows more than the record (``items``, ``scenarios``); for the other kinds it
is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request

from service_catalog.catalog.keyed import Answer, Asked
from service_catalog.catalog.keys import READ_HISTORY, WRITE
from service_catalog.catalog.reading import KIND_LABELS
from service_catalog.catalog.writing import Written
from service_catalog.exchange.checking import RecordCheck
from service_catalog.exchange.schemas import SCHEMAS
from service_catalog.model import Kind
from service_catalog.model.errors import Fault, InvalidRequestError, MissingScopeError
from service_catalog.store.keyring import AccessKey, Receipt
from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import JSON, PERSONAL, encode, is_known, json_answer, plain_answer
from service_catalog.web.api.authorization import HEADER, access_key, is_given
from service_catalog.web.api.blueprint import ETAG, HEADERS, KEY, Blueprint
from service_catalog.web.api.bodies import read_body, request_digest
from service_catalog.web.api.paging import make_cursor, read_cursor
from service_catalog.web.api.preconditions import record_tag, seen_version
from service_catalog.web.api.record_answer import Page, history_answer, written_answer
from service_catalog.web.api.schemas.records import HistoryAnswerSchema, WrittenSchema
from service_catalog.web.current import catalog

PLURALS: Mapping[Kind, str] = {
    Kind.REGION: "regions",
    Kind.ITEM: "items",
    Kind.SCENARIO: "scenarios",
    Kind.ACCEPTANCE: "acceptances",
    Kind.COUNTERPART: "counterparts",
    Kind.TERM: "terms",
}
"""Kinds in addresses."""

COMPOSED = (Kind.ITEM, Kind.SCENARIO)
"""Kinds whose own address shows more than the record."""

REVALIDATE = "public, no-cache"
"""Who edits must have the newest version, or the write is refused."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,255}")

_DONE = {"content": {JSON: {"schema": WrittenSchema}}, "headers": {**HEADERS, **ETAG}}
CHANGED = {"description": "已写入，或内容与已存的相同", **_DONE}
CREATED = {"description": "已新建", **_DONE}
WITHDRAWN = {"description": "已撤回", "headers": {**HEADERS, **ETAG}}

blueprint = Blueprint("records", __name__, url_prefix="/v1", description="记录的维护：修改、撤回、历史、恢复")


class WriteQuery(a.QuerySchema):
    """Parameters of every write."""

    reason = a.text("为何修改，记入历史", required=True)


class HistoryQuery(a.QuerySchema):
    """Parameters of a history."""

    limit = a.count(a.MAX_LIMIT, a.DEFAULT_LIMIT, "每页条数")
    cursor = a.text("上一页的 next", 1000)


class RestoreQuery(WriteQuery):
    """Parameters of a restoration."""

    version = a.number(999_999_999, "恢复到哪一版")


def _declare(kind: Kind) -> None:
    """The routes of one kind."""
    place, label = f"/{PLURALS[kind]}/<record_id>", KIND_LABELS[kind]
    for declare in (_declare_reads, _declare_put, _declare_delete, _declare_restore):
        declare(kind, place, label)


def _declare_put(kind: Kind, place: str, label: str) -> None:
    @blueprint.write(
        place,
        "PUT",
        f"新建或修改{label}",
        query=WriteQuery(),
        scope=WRITE,
        body=SCHEMAS[kind],
        responses={200: CHANGED, 201: CREATED},
    )
    @_named(f"put_{kind}")
    def put(key: AccessKey, arguments: dict[str, Any], record_id: str) -> Response:
        version, check = seen_version(a.check_id(record_id)), RecordCheck(catalog())
        record = read_body(kind, record_id, check)
        asked, doubts = _asked(key, arguments), _Doubts()

        def keep_rules() -> None:
            checked = check.whole(record.as_json())
            checked.require(record_id)
            doubts.found = checked.doubts

        answer = _answer(kind, asked, doubts=doubts)
        return _answered(
            catalog().keyed.publish(record, if_version=version, asked=asked, answer=answer, check=keep_rules)
        )


def _declare_delete(kind: Kind, place: str, label: str) -> None:
    @blueprint.write(
        place,
        "DELETE",
        f"撤回{label}",
        query=WriteQuery(),
        scope=WRITE,
        responses={204: WITHDRAWN},
        may_be_new=False,
    )
    @_named(f"delete_{kind}")
    def delete(key: AccessKey, arguments: dict[str, Any], record_id: str) -> Response:
        version = seen_version(a.check_id(record_id), may_be_new=False)
        asked = _asked(key, arguments)
        answer = _answer(kind, asked, status=HTTPStatus.NO_CONTENT)
        return _answered(
            catalog().keyed.withdraw(record_id, kind, if_version=version, asked=asked, answer=answer)
        )


def _declare_restore(kind: Kind, place: str, label: str) -> None:
    @blueprint.write(
        f"{place}/restorations",
        "POST",
        f"把{label}恢复为某一版的内容；已撤回的带 If-None-Match: *",
        query=RestoreQuery(),
        scope=WRITE,
        responses={200: CHANGED, 201: CREATED},
    )
    @_named(f"restore_{kind}")
    def restore(key: AccessKey, arguments: dict[str, Any], record_id: str) -> Response:
        version, asked = seen_version(a.check_id(record_id)), _asked(key, arguments)
        receipt = catalog().keyed.restore(
            record_id,
            kind,
            arguments["version"],
            if_version=version,
            asked=asked,
            answer=_answer(kind, asked),
        )
        return _answered(receipt)


def _declare_reads(kind: Kind, place: str, label: str) -> None:
    for rule, name in ((f"{place}/record", f"{kind}_record"), (place, str(kind))):
        if rule == place and kind in COMPOSED:
            continue

        @blueprint.read(rule, SCHEMAS[kind], f"{label}的记录本身", failures=(404, 410, 503), tagged=True)
        @_named(name)
        def plain(record_id: str) -> Response:
            record = catalog().record(a.check_id(record_id), kind).record
            tag = record_tag(record.version)
            if is_known(request.headers.get("If-None-Match"), tag):
                response = json_answer("", cache=REVALIDATE, tag=tag)
                response.status_code = HTTPStatus.NOT_MODIFIED
                return response
            return json_answer(encode(record.as_json()), cache=REVALIDATE, tag=tag)

    @blueprint.read(
        f"{place}/history",
        HistoryAnswerSchema,
        f"{label}的历次版本和每次的变化，新的在前；有 read:history 权限的密钥还可看到谁、为何",
        query=HistoryQuery(),
        failures=(401, 403, 404, 503),
        tagged=True,
        secured=KEY,
    )
    @_named(f"{kind}_history")
    def history(arguments: dict[str, Any], record_id: str) -> Response:
        return _history(a.check_id(record_id), kind, arguments)


def _history(record_id: str, kind: Kind, arguments: Mapping[str, Any]) -> Response:
    """Who changed it and why stays inside the administration of the record's own region."""
    key = access_key(READ_HISTORY) if is_given() else None
    before = read_cursor(arguments.get("cursor"), "history", str(kind), record_id)
    revisions = catalog().history(record_id, kind)
    page = Page.of(revisions, before=int(before) if before else None, limit=arguments["limit"])
    following = make_cursor(page.last, "history", str(kind), record_id)
    if key is None:
        response = plain_answer(history_answer(page, following, with_people=False))
    elif revisions[0].record.owner not in key.regions:
        raise MissingScopeError(f"密钥 {key.id} 只能查看区划 {'、'.join(key.regions)} 的修改人和原因")
    else:
        response = json_answer(encode(history_answer(page, following, with_people=True)), cache=PERSONAL)
    response.vary.add(HEADER)
    return response


def _named(name: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Gives a view the name that the document and the routes know it by."""

    def rename(view: Callable[..., Response]) -> Callable[..., Response]:
        view.__name__ = name
        return view

    return rename


def _asked(key: AccessKey, arguments: Mapping[str, Any]) -> Asked:
    token = request.headers.get("Idempotency-Key")
    if token is not None and not _TOKEN.fullmatch(token):
        message = "应为 1 到 255 个可见 ASCII 字符，例如一个 UUID"
        raise InvalidRequestError(f"Idempotency-Key {message}", faults=(Fault("Idempotency-Key", message),))
    return Asked(key, arguments["reason"], request_digest(), token)


@dataclass(slots=True)
class _Doubts:
    """What somebody should look at in a record that was written."""

    found: tuple[Fault, ...] = ()


def _answer(
    kind: Kind, asked: Asked, *, status: HTTPStatus = HTTPStatus.OK, doubts: _Doubts | None = None
) -> Answer:
    """Makes the answer to a write: at once, and for whoever repeats the request."""

    def answer(written: Written) -> Receipt:
        done = HTTPStatus.CREATED if written.is_new else status
        headers = [("ETag", f'"{record_tag(written.version)}"')]
        if written.is_new:
            headers.append(("Location", f"/v1/{PLURALS[kind]}/{written.id}"))
        told = doubts.found if doubts else ()
        body = "" if done == HTTPStatus.NO_CONTENT else encode(written_answer(kind, written, told))
        return Receipt(asked.key.id, asked.token or "", asked.digest, int(done), tuple(headers), body)

    return answer


def _answered(receipt: Receipt) -> Response:
    response = Response(receipt.body.encode(), status=receipt.status, content_type=JSON)
    response.headers.update(receipt.headers)
    if receipt.status == HTTPStatus.NO_CONTENT:
        del response.headers["Content-Type"]
    return response


for _kind in PLURALS:
    _declare(_kind)
