"""What tantivy is given in place of a value it cannot hold, or cannot hold in a useful way."""

from __future__ import annotations

import hashlib
import struct

ANY_TEXT = ("utf-8", "surrogatepass")
"""How stored text becomes bytes and text again: lone surrogates, which JSON may bring, pass both ways."""

ORDER_BYTES = 24
"""Longest id in the seed: 16 bytes."""


def order_numbers(document_id: str) -> tuple[int, ...]:
    """Three numbers of 64 bits that sort as the first 24 bytes of the id do."""
    return struct.unpack(">3Q", document_id.encode(*ANY_TEXT)[:ORDER_BYTES].ljust(ORDER_BYTES, b"\0"))


def content_number(*parts: bytes) -> int:
    """63 bits of the content's hash.

    Not of id and seq: after a backup was restored, these may come again with other content.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(part)
    return int.from_bytes(digest.digest(), "big") >> 1
