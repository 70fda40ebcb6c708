"""Cursors of plain lists: the last id of a page, bound to the list it came from.

They need no signature, as nothing is gained by making one up: a list simply begins after that id. The digest
only notices a cursor that was cut, or that belongs to another list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from service_catalog.model.errors import CursorError, Fault

DIGEST_CHARACTERS = 12


def make_cursor(after: str | None, *filters: str | None) -> str | None:
    """The cursor that continues a list after an id; None at the end of the list."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(f"{_digest(after, filters)}{after}".encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *filters: str | None) -> str:
    """The id to begin after, empty without a cursor. Raises CursorError."""
    if cursor is None:
        return ""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _fault() from None
    digest, after = text[:DIGEST_CHARACTERS], text[DIGEST_CHARACTERS:]
    if not after or digest != _digest(after, filters):
        raise _fault()
    return after


def _digest(after: str, filters: tuple[str | None, ...]) -> str:
    parts = "\n".join([after, *(value or "" for value in filters)])
    return hashlib.sha256(parts.encode()).hexdigest()[:DIGEST_CHARACTERS]


def _fault() -> CursorError:
    message = "翻页标记不完整，或属于另一个列表；请从第一页重新开始"
    return CursorError(message, faults=(Fault("cursor", message),))
