"""What a writer saw: ``If-Match: "v12"`` for a change, ``If-None-Match: *`` for a new record.

Only these are taken. ``If-Match: *`` would let a writer change what it has not seen, and the tag of a
composed answer says nothing of the record's own version.
"""

from __future__ import annotations

import re

from flask import request

from service_catalog.model.errors import PreconditionNeededError

NEW = 0
"""The version a writer saw who saw none."""

# Proxies that compress make a tag weak, or append the coding. The version stays what it was.
_TAG = re.compile(r'(?:W/)?"v([1-9][0-9]{0,8})(?:[:;-](?:gzip|br|zstd|deflate))?"')


def record_tag(version: int) -> str:
    """The entity tag of a plain record, without quotes."""
    return f"v{version}"


def seen_version(*, may_be_new: bool = True) -> int:
    """The version the request's writer saw. Raises PreconditionNeededError."""
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is not None and none_match is not None:
        raise PreconditionNeededError("If-Match 和 If-None-Match 只能给一个")
    if match is not None:
        return _version(match)
    if none_match is None or not may_be_new:
        create = "；新建请带 If-None-Match: *" if may_be_new else ""
        raise PreconditionNeededError(f'请带上 If-Match，值为读取记录时的 ETag，例如 "v12"{create}')
    if none_match.strip() != "*":
        raise PreconditionNeededError("新建请用 If-None-Match: *")
    return NEW


def _version(match: str) -> int:
    found = _TAG.fullmatch(match.strip())
    if found is None:
        raise PreconditionNeededError('If-Match 应是一个记录的 ETag，例如 "v12"，取自 /record 地址')
    return int(found[1])
