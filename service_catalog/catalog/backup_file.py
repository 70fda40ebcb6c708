"""The backup file: a zip with one NDJSON file a table and ``manifest.json`` (docs/decisions/0012).

A zip, since its parts can be written without knowing their sizes beforehand and read one by one, every
machine can open it, and a file that was cut short has no directory and is seen to be broken at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service_catalog import __version__
from service_catalog.model.errors import BrokenBackupError
from service_catalog.store.dumping import TABLES, Moment, Row, row_fault
from service_catalog.store.schema import SCHEMA

FORMAT = "service-catalog-backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

COMPRESSION = 3
"""zlib's level. At 50,000 items level 6 makes the file 9 % smaller and takes twice as long."""

OWNER_ONLY = 0o600
"""The file holds everything, digests of access keys included."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table's file: how many rows, and the SHA-256 (hex) of its text."""

    table: str
    rows: int
    sha256: str

    @property
    def file(self) -> str:
        """Its name in the zip."""
        return f"tables/{self.table}.ndjson"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the moment it shows, when (UTC) and by which version it was made, its parts."""

    moment: Moment
    created_at: str
    program: str
    parts: Sequence[Part]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(part.rows for part in self.parts)

    def rows_of(self, table: str) -> int:
        """Rows of one table."""
        return sum(part.rows for part in self.parts if part.table == table)

    def as_json(self) -> dict[str, Any]:
        """As ``manifest.json`` has it."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "program": self.program,
            "created_at": self.created_at,
            "schema": self.moment.schema,
            "epoch": self.moment.epoch,
            "seq": self.moment.seq,
            "parts": [
                {"table": part.table, "file": part.file, "rows": part.rows, "sha256": part.sha256}
                for part in self.parts
            ],
        }


class BackupWriter:
    """Writes one backup file, part by part."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: list[Part] = []

    def add(self, table: str, rows: Iterable[Row], progress: Callable[[int], None]) -> None:
        """Write a table's rows. ``progress`` is told how many of them are written."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(f"tables/{table}.ndjson", "w", force_zip64=True) as file:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                file.write(line)
                count += 1
                progress(count)
        self._parts.append(Part(table, count, digest.hexdigest()))

    def finish(self, moment: Moment, created_at: str) -> Manifest:
        """Write the manifest, the last part."""
        manifest = Manifest(moment, created_at, __version__, tuple(self._parts))
        self._archive.writestr(MANIFEST, json.dumps(manifest.as_json(), ensure_ascii=False, indent=1) + "\n")
        return manifest


class BackupReader:
    """Reads one backup file. Raises BrokenBackupError wherever it is not as it was written."""

    def __init__(self, archive: zipfile.ZipFile, place: str) -> None:
        self._archive, self._place = archive, place
        with _told(place):
            self.manifest = self._read_manifest()

    def rows(self, part: Part) -> Iterator[Row]:
        """The rows of a part, each checked; its count and its digest are, once all are read."""
        digest, count = hashlib.sha256(), 0
        with _told(self._place), self._archive.open(part.file) as lines:
            for count, line in enumerate(lines, start=1):
                digest.update(line)
                row = json.loads(line)
                fault = row_fault(part.table, row)
                if fault:
                    raise BrokenBackupError(f"备份 {self._place} 的 {part.file} 第 {count} 行{fault}")
                yield row
        if count != part.rows or digest.hexdigest() != part.sha256:
            raise BrokenBackupError(f"备份 {self._place} 的 {part.file} 与清单不符：内容被改动或不完整")

    def _read_manifest(self) -> Manifest:
        data = json.loads(self._archive.read(MANIFEST))
        if data["format"] != FORMAT:
            raise ValueError
        _refuse_newer(data, self._place)
        parts = tuple(
            Part(str(each["table"]), int(each["rows"]), str(each["sha256"])) for each in data["parts"]
        )
        moment = Moment(str(data["schema"]), str(data["epoch"]), int(data["seq"]))
        self._require_parts(parts, moment)
        return Manifest(moment, str(data["created_at"]), str(data["program"]), parts)

    def _require_parts(self, parts: Sequence[Part], moment: Moment) -> None:
        """Exactly the files that the manifest names, and every table that its schema had."""
        named = sorted([MANIFEST, *(part.file for part in parts)])
        tables = {part.table for part in parts}
        is_whole = tables == set(TABLES) if moment.schema == SCHEMA else tables < set(TABLES)
        if named != sorted(self._archive.namelist()) or not is_whole:
            raise BrokenBackupError(f"备份 {self._place} 的文件与清单不符，不完整")


@contextmanager
def writing_backup(path: Path) -> Iterator[BackupWriter]:
    """A new backup at ``path``. It appears there once it is whole and on the disk; a failure leaves nothing.

    Raises OSError that names the file.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with open(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        # A full disk is told without the name of the file.
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def reading_backup(path: Path) -> Iterator[BackupReader]:
    """The backup at ``path``, its manifest read. Raises BrokenBackupError; OSError if there is no file."""
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except zipfile.BadZipFile:
            raise BrokenBackupError(f"{path} 不是备份文件，或不完整") from None
        with archive:
            yield BackupReader(archive, str(path))


@contextmanager
def _told(place: str) -> Iterator[None]:
    """What damage looks like to zip and JSON readers, told as BrokenBackupError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BrokenBackupError(f"备份 {place} 已损坏：{error}") from error
    except (ValueError, KeyError, TypeError, RecursionError, RuntimeError) as error:
        raise BrokenBackupError(f"{place} 不是备份文件，或已损坏") from error


def _refuse_newer(data: Mapping[str, Any], place: str) -> None:
    if data["format_version"] > FORMAT_VERSION or data["schema"] > SCHEMA:
        made_by = f"格式 {data['format_version']}，结构 {data['schema']}，由 {data['program']} 版制作"
        ours = f"格式 {FORMAT_VERSION}，结构 {SCHEMA}"
        raise BrokenBackupError(f"备份 {place} 比本程序新（{made_by}；本程序为{ours}）：请先升级本程序")


def _sync_folder(folder: Path) -> None:
    """Else the name could be lost with the power, though the content is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
