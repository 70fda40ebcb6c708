"""XML without the characters that it must not hold, so that one of them does not spoil a whole workbook.

Programs that take text from databases write NUL and its like into cells, as a byte or as ``&#0;``; a parser
then refuses the file. They are written as Excel escapes them (``_x0000_``) and told at their cells.
"""

from __future__ import annotations

import re
from typing import IO

_BARE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_ENTITY = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]{1,2})|0*([0-9]{1,2}));")

_LONGEST = 16
"""Bytes of an entity that is looked for."""

_ALLOWED = (9, 10, 13)

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How UTF-16 begins: NUL is half a character there."""


class CleanXml:
    """Reads XML in pieces, as ``source.read`` does."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._kept = b""
        self._is_wide: bool | None = None

    def read(self, size: int) -> bytes:
        """The next piece, of about ``size`` bytes; none at the end."""
        while True:
            chunk = self._source.read(size)
            if self._is_wide is None:
                self._is_wide = chunk.startswith(_WIDE)
            if self._is_wide:
                return chunk
            text = self._kept + chunk
            self._kept = b""
            if chunk and (at := text.rfind(b"&", -_LONGEST)) >= 0:
                text, self._kept = text[:at], text[at:]  # it may go on in the next piece
            if text or not chunk:
                return _cleaned(text)


def _cleaned(text: bytes) -> bytes:
    if _BARE.search(text):
        text = _BARE.sub(lambda found: b"_x%04X_" % found[0][0], text)
    return _ENTITY.sub(_escaped, text) if b"&#" in text else text


def _escaped(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    is_fit = code in _ALLOWED or code >= ord(" ")
    return found[0] if is_fit else b"_x%04X_" % code
