"""What a writer saw: ``If-Match: "v12"`` for a change, ``If-None-Match: *`` for a new record.

Only these are taken. ``If-Match: *`` would let a writer change what it has not seen, and the tag of a
composed answer says nothing of the record's own version. A weak tag (``W/"v12"``) never matches: If-Match is
compared strongly (RFC 9110, section 13.1.1).
"""

from __future__ import annotations

import re

from flask import request

from service_catalog.model.errors import NotFoundError, PreconditionNeededError, VersionConflictError
from service_catalog.web.current import catalog

NEW = 0
"""The version a writer saw who saw none."""

# Proxies that compress may append the coding. The version stays what it was.
_TAG = re.compile(r'(W/)?"v([1-9][0-9]{0,8})(?:[:;-](?:gzip|br|zstd|deflate))?"')


def record_tag(version: int) -> str:
    """The entity tag of a plain record, without quotes."""
    return f"v{version}"


def seen_version(record_id: str, *, may_be_new: bool = True) -> int:
    """The version the request's writer saw of a record.

    Raises PreconditionNeededError, VersionConflictError for a weak tag.
    """
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is not None and none_match is not None:
        raise PreconditionNeededError("If-Match 和 If-None-Match 只能给一个")
    if match is not None:
        return _version(match, record_id)
    if none_match is None or not may_be_new:
        create = "；新建请带 If-None-Match: *" if may_be_new else ""
        raise PreconditionNeededError(f'请带上 If-Match，值为读取记录时的 ETag，例如 "v12"{create}')
    if none_match.strip() != "*":
        raise PreconditionNeededError("新建请用 If-None-Match: *")
    return NEW


def _version(match: str, record_id: str) -> int:
    found = _TAG.fullmatch(match.strip())
    if found is None:
        raise PreconditionNeededError('If-Match 应是一个记录的 ETag，例如 "v12"，取自 /record 地址')
    if found[1]:
        detail = f'If-Match 须是强标记，例如 "v{found[2]}"；W/ 开头的弱标记不能用来修改（RFC 9110）'
        raise VersionConflictError(detail, version=_stored_version(record_id))
    return int(found[2])


def _stored_version(record_id: str) -> int:
    try:
        record = catalog().find(record_id).record
    except NotFoundError:
        return 0
    return 0 if record.deleted else record.version
