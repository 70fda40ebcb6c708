"""Backup and restore of everything a store holds, while the service runs.

Restoring begins a new epoch: what was written after the backup is gone, and seqs that partners, indexes and
workers have seen will name other changes. Whoever remembers a seq remembers the epoch with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service_catalog.catalog.backup_file import BackupReader, Manifest, Part, reading_backup, writing_backup
from service_catalog.model.errors import BrokenBackupError, InvalidRequestError
from service_catalog.store.canonical import text_hash
from service_catalog.store.clock import timestamp, utc_now
from service_catalog.store.dumping import TABLES, Held, Row, dumping, held, loading

__all__ = ["Backup", "Held", "Manifest", "held", "make_backup", "open_backup"]

Progress = Callable[[int, int], None]
"""Called with the rows done and the rows there are."""


def _silent(_done: int, _all: int) -> None:
    """Progress nobody watches."""


def make_backup(url: str, path: Path, progress: Progress = _silent) -> Manifest:
    """Write the store at ``url`` to ``path`` as it stands at one moment; writes go on meanwhile.

    Raises InvalidRequestError if the file exists, StoreUnavailableError, OSError.
    """
    if path.exists():
        raise InvalidRequestError(f"文件 {path} 已存在；备份不覆盖已有文件，请换一个文件名")
    with dumping(url) as dump, writing_backup(path) as writer:
        created_at = timestamp(utc_now())
        total, done = sum(dump.count(table) for table in TABLES), 0
        for table in TABLES:
            before = done

            def told(count: int, before: int = before) -> None:
                nonlocal done
                done = before + count
                progress(done, total)

            writer.add(table, dump.rows(table), told)
        return writer.finish(dump.moment, created_at)


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """A backup file, opened. Raises BrokenBackupError, OSError."""
    with reading_backup(path) as reader:
        yield Backup(path, reader)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file. Its checks and its restore read the same open file, whatever becomes of the name."""

    path: Path
    reader: BackupReader

    @property
    def manifest(self) -> Manifest:
        """What it holds."""
        return self.reader.manifest

    def verify(self, progress: Progress = _silent) -> None:
        """Read every row: parts as the manifest says, bodies that fit their hashes, a log without gaps.

        Raises BrokenBackupError.
        """
        done = 0
        for part in self.manifest.parts:
            for _ in self._sound_rows(part):
                done += 1
                progress(done, self.manifest.rows)

    def restore(self, url: str, progress: Progress = _silent) -> str:
        """Replace everything in the store at ``url``, whose tables exist; returns the name of the new epoch.

        One transaction: whatever happens, the store is the old one or the new one, whole. Readers see the old
        one until then; the index notices by the epoch. Raises BrokenBackupError, StoreUnavailableError.
        """
        parts = {part.table: part for part in self.manifest.parts}
        done = 0

        def counted(rows: Iterator[Row]) -> Iterator[Row]:
            nonlocal done
            for row in rows:
                yield row
                done += 1
                progress(done, self.manifest.rows)

        with loading(url) as load:
            for table in TABLES:
                if table in parts:
                    load.add(table, counted(self._sound_rows(parts[table])))
            return load.begin_epoch(self.manifest.moment, f"从备份恢复：{self.path.name}")

    def _sound_rows(self, part: Part) -> Iterator[Row]:
        """Also checked while restoring: a disk that fails between two readings must not end in the store."""
        for number, row in enumerate(self.reader.rows(part), start=1):
            if not self._is_sound(part.table, row, number):
                raise BrokenBackupError(f"备份 {self.path} 的 {part.file} 第 {number} 行与其他部分不符")
            yield row
        if part.rows != {"change": self.manifest.moment.seq, "counter": 1}.get(part.table, part.rows):
            raise BrokenBackupError(f"备份 {self.path} 的 {part.file} 行数与日志序号不符")

    def _is_sound(self, table: str, row: Row, number: int) -> bool:
        moment = self.manifest.moment
        if table in ("record", "revision", "dictionary"):
            return text_hash(row["body"]) == str(row["hash"])
        if table == "change":
            return int(row["seq"]) == number
        if table == "counter":
            return (row["epoch"], row["seq"]) == (moment.epoch, moment.seq)
        return True
