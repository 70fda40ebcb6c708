"""Whether a generation's files are whole: all there, untouched since last seen, and true to their checksums.

tantivy maps its files into memory and does not verify them. A file cut short under a running process would
kill it with SIGBUS at the next touch, and one whose bytes changed could answer wrongly, so both are looked
for here, from outside.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from service_catalog.model.errors import EngineDamagedError

Signature = tuple[int, int, int]
"""Modification time (ns), inode and size: changes whenever a file is written, replaced or cut."""

SEGMENT_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
"""Files that every segment has (tantivy 0.27, index format 7), besides ``.del`` once rows were deleted."""

FOOTER_MAGIC = 1337
FOOTER_TAIL_BYTES = 8
"""A file ends with a JSON footer that holds the CRC-32 of all before it, the footer's length and this number
(little-endian u32 each; tantivy 0.27)."""

CHUNK_BYTES = 1 << 20


def signature(path: str) -> Signature | None:
    """What ``os.stat`` says of a file; None if it is not there or out of reach. Costs about 2 µs."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def segment_files(folder: str) -> tuple[str, ...]:
    """Names of the files the newest commit consists of. Raises EngineDamagedError if it is unreadable."""
    try:
        with open(os.path.join(folder, "meta.json"), "rb") as file:
            return tuple(_segment_files(json.load(file)["segments"]))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineDamagedError("搜索索引的目录文件缺失或损坏") from error


def _segment_files(segments: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for segment in segments:
        name = str(segment["segment_id"]).replace("-", "")
        yield from (f"{name}.{part}" for part in SEGMENT_PARTS)
        deletes = segment["deletes"]
        if isinstance(deletes, dict):
            yield f"{name}.{deletes['opstamp']}.del"


def verified(folder: str, names: Iterable[str], known: Mapping[str, Signature]) -> dict[str, Signature]:
    """Signatures of the files. Those that are new, or differ from ``known``, are read and their sums checked.

    Files never change once written, so an unchanged signature needs no reading. Raises EngineDamagedError.
    """
    found: dict[str, Signature] = {}
    for name in names:
        path = os.path.join(folder, name)
        seen = signature(path)
        if seen is None:
            raise EngineDamagedError(f"搜索索引文件缺失：{name}")
        if seen != known.get(name) and not _checksum_holds(path):
            raise EngineDamagedError(f"搜索索引文件损坏：{name}")
        found[name] = seen
    return found


def _checksum_holds(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            end, expected = _footer(file)
            file.seek(0)
            crc = 0
            for at in range(0, end, CHUNK_BYTES):
                crc = zlib.crc32(file.read(min(CHUNK_BYTES, end - at)), crc)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False
    return crc == expected


def _footer(file: BinaryIO) -> tuple[int, int]:
    """Where the footer begins, and the checksum it gives. Raises ValueError, KeyError or TypeError."""
    size = file.seek(0, os.SEEK_END)
    if size < FOOTER_TAIL_BYTES:
        raise ValueError("shorter than a footer")
    file.seek(size - FOOTER_TAIL_BYTES)
    tail = file.read(FOOTER_TAIL_BYTES)
    length = int.from_bytes(tail[:4], "little")
    begin = size - FOOTER_TAIL_BYTES - length
    if int.from_bytes(tail[4:], "little") != FOOTER_MAGIC or begin < 0:
        raise ValueError("no footer")
    file.seek(begin)
    return begin, int(json.loads(file.read(length))["crc"])
