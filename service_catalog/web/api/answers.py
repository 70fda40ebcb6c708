"""JSON answers, and the rules of caching and of entity tags."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from service_catalog import __version__

PUBLIC = "public, max-age=30, stale-while-revalidate=60"
"""What anybody may read may be kept for half a minute, and for another minute while it is fetched anew."""

PERSONAL = "private, no-store"
"""What somebody typed is in the answer: no cache may keep it, and the next answer has every change."""

JSON = "application/json"

encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""One encoder for all answers: making one per answer costs as much as a small answer."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')

_CODING = re.compile(r"[:;-](?:gzip|br|zstd|deflate)$")
"""What compressing proxies append to a tag. Left on, a client behind one would never get a 304."""


def json_answer(text: str, *, cache: str = PUBLIC, tag: str | None = None, media: str = JSON) -> Response:
    """An answer of JSON text. ``tag``: its entity tag, without quotes."""
    response = Response(text.encode(), content_type=media)
    response.headers["Cache-Control"] = cache
    if tag is not None:
        response.headers["ETag"] = f'"{tag}"'
    return response


def tagged_answer(tag: str, make: Callable[[], Any], *, media: str = JSON) -> Response:
    """The answer ``make`` gives, or 304 if the client has it. ``tag`` changes whenever its records do.

    The program's version is part of it: another version may show the same records otherwise.
    """
    tag = f"{tag}.{__version__}"
    if is_known(request.headers.get("If-None-Match"), tag):
        response = Response(status=304)
        response.headers["Cache-Control"] = PUBLIC
        response.headers["ETag"] = f'"{tag}"'
        return response
    return json_answer(encode(make()), tag=tag, media=media)


def plain_answer(value: Any, *, media: str = JSON) -> Response:
    """An answer whose tag is the digest of its text: it spares the transfer, not the work."""
    text = encode(value)
    return tagged_answer(hashlib.sha256(text.encode()).hexdigest()[:32], lambda: value, media=media)


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names ``tag``, compared weakly (RFC 9110, 13.1.2), without codings."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return any(_CODING.sub("", found) == tag for found in _TAG.findall(if_none_match))
