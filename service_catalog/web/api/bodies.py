"""Records in request bodies: read strictly, with every fault told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from service_catalog.exchange.checking import Checked, RecordCheck
from service_catalog.exchange.json_objects import without_repeats
from service_catalog.model import Kind, Record
from service_catalog.model.errors import Fault, UnreadableRequestError
from service_catalog.web.api.answers import JSON


def read_body(kind: Kind, record_id: str, check: RecordCheck) -> Record:
    """The record in the body, of the right shape; it must be the one that the address names.

    Whether a record of the right shape keeps the rules is asked when it is written. Its version may be left
    out and is not looked at: If-Match says what the writer saw. Raises UnreadableRequestError,
    InvalidRecordError with every fault; werkzeug's UnsupportedMediaType.
    """
    data = _json()
    if not isinstance(data, dict):
        raise UnreadableRequestError("请求内容应是一个 JSON 对象：一条记录")
    whole = {**data, "version": 1}
    address = tuple(_address_faults(data, kind, record_id))
    if address or check.shape(whole):
        faults = dict.fromkeys((*address, *check.whole(whole).faults))
        Checked(tuple(faults)).require(record_id)
    return Record.from_json(whole)


def request_digest() -> str:
    """SHA-256 (hex) of what makes the request what it is: repeated, it has the same."""
    head = [request.method, request.path, request.query_string.decode("latin-1")]
    head += [request.headers.get(name, "") for name in ("If-Match", "If-None-Match")]
    digest = hashlib.sha256("\n".join(head).encode())
    digest.update(b"\n\n" + request.get_data())
    return digest.hexdigest()


def _address_faults(data: dict[str, Any], kind: Kind, record_id: str) -> Iterator[Fault]:
    if data.get("kind") not in (None, str(kind)):
        yield Fault("kind", "与地址中的种类不同", str(kind))
    if data.get("id") not in (None, record_id):
        yield Fault("id", "与地址中的编号不同", record_id)
    if data.get("deleted"):
        yield Fault("deleted", "撤回记录请用 DELETE")


def _json() -> Any:
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    try:
        return json.loads(request.get_data().decode("utf-8-sig"), object_pairs_hook=without_repeats)
    except UnicodeDecodeError:
        raise UnreadableRequestError("请求内容不是有效的 UTF-8 编码") from None
    except RecursionError:
        raise UnreadableRequestError("请求内容嵌套过深") from None
    except ValueError as error:
        raise UnreadableRequestError(f"请求内容不是有效的 JSON：{error}") from None
