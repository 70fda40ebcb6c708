"""The encoding of a text file: UTF-8 with or without a mark, UTF-16, or GB18030 (which has GBK in it).

A file that is not UTF-8 as a whole may still be UTF-8 with a broken line, and read as GB18030 it would be
full of wrong characters without a fault. So the lines decide: it is GB18030 only if most of those with
anything but ASCII are not UTF-8.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator
from pathlib import Path

from service_catalog.exchange.drafts import Finding, Place, Severity

UTF_8, UTF_16, GB18030 = "utf-8-sig", "utf-16", "gb18030"

_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, UTF_16), (codecs.BOM_UTF16_BE, UTF_16))

_BARE = ((b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
"""How NDJSON in UTF-16 begins without a mark."""

_CHUNK = 2**20

_NOTES = {
    GB18030: "文件不是 UTF-8，按 GB18030（含 GBK）读取",
    UTF_16: "文件是 UTF-16，已按此读取",
    "utf-16-le": "文件是 UTF-16，已按此读取",
    "utf-16-be": "文件是 UTF-16，已按此读取",
}


def encoding_of(path: Path) -> Generator[Finding, None, tuple[str, int | None]]:
    """Tells what is noteworthy of the encoding. Returns it, and the first line that is not in it, if any."""
    with path.open("rb") as file:
        begin = file.read(4)
    encoding = next((name for mark, name in (*_MARKS, *_BARE) if begin.startswith(mark)), None)
    fault = decoding_fault(path, encoding or UTF_8)
    if encoding is None:
        encoding = UTF_8
        if fault is not None and _mostly_other(path) and decoding_fault(path, GB18030) is None:
            encoding, fault = GB18030, None
    if encoding in _NOTES:
        yield Finding(Severity.NOTE, Place(path.name), _NOTES[encoding])
    return encoding, fault


def decoding_fault(path: Path, encoding: str) -> int | None:
    """The line of the first byte that is not in an encoding."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                end = error.start if isinstance(error, UnicodeDecodeError) else 0
                return line + chunk[:end].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _mostly_other(path: Path) -> bool:
    """Whether most of the lines with anything but ASCII are not UTF-8."""
    right = wrong = 0
    with path.open("rb") as lines:
        for line in lines:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                right += 1
            except UnicodeDecodeError:
                wrong += 1
    return wrong > right
