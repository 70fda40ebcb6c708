"""The embedded engine's folder: generations, the pointer to the serving one, and locks between processes.

::

    generations/<name>/                 a finished generation: tantivy's files and generation.json
    generations/<name>.building/        one being built, or the rest of a build that was killed
    generations/<name>.dropping/        one being deleted, or the rest of that
    serving                             the name of the generation that serves
    writing.lock, building.lock         held with flock, so the system frees them when a process dies
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from service_catalog.engines.embedded_errors import failing_as
from service_catalog.model import Generation
from service_catalog.model.errors import EngineBusyError, EngineDamagedError, EngineError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""Names of generations. Without dots, so that none looks unfinished or leads out of the folder."""

BUILDING, DROPPING = ".building", ".dropping"
SERVING = "serving"

REMOVAL_ATTEMPTS = 20
REMOVAL_PAUSE_S = 0.05
"""A killed writer's threads may put one more file into a folder while it is being deleted."""


def remove_strangers(mine: Path) -> None:
    """Delete the folders beside ``mine``, but for the one that last began to serve.

    What cannot be deleted stays, for the next time: it takes room and does no other harm.
    """
    others = [path for path in mine.parent.glob("*") if path.is_dir() and path != mine]
    others.sort(key=lambda path: _changed_at(path / SERVING))
    for path in others[:-1]:
        shutil.rmtree(path, ignore_errors=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


class IndexFolder:
    """Everything about the engine's folder that is not inside a generation. Makes nothing until it has to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.generations = root / "generations"
        self.pointer = root / SERVING

    def names(self) -> tuple[str, ...]:
        """Finished generations, by name."""
        try:
            return tuple(sorted(name for name in os.listdir(self.generations) if NAME.fullmatch(name)))
        except FileNotFoundError:
            return ()

    def path(self, name: str) -> Path:
        """Where a generation lies. Raises EngineError for what cannot be a name."""
        if NAME.fullmatch(name) is None:
            raise EngineError(f"索引代名称无效：{name!r}")
        return self.generations / name

    def serving(self) -> str | None:
        """Name of the serving generation; None if none was ever activated.

        Raises EngineDamagedError if the pointer cannot be read.
        """
        try:
            name = self.pointer.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise EngineDamagedError("索引指针文件损坏") from error
        if NAME.fullmatch(name) is None:
            raise EngineDamagedError("索引指针文件损坏")
        return name

    def serve(self, name: str) -> None:
        """Point at a generation. A reader sees the old name or the new one, also after a power cut."""
        with failing_as(EngineError, "无法切换索引"):
            aside = self.pointer.with_suffix(".new")
            _write_durably(aside, f"{name}\n")
            os.replace(aside, self.pointer)
            _sync_folder(self.root)

    def read_generation(self, name: str) -> Generation:
        """What a finished generation says of itself. Raises EngineDamagedError if that cannot be read."""
        try:
            return Generation(**json.loads((self.path(name) / "generation.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError) as error:
            raise EngineDamagedError(f"索引 {name} 不存在或说明文件损坏") from error

    @contextmanager
    def building(self, generation: Generation) -> Iterator[Path]:
        """A folder to build in. If the block ends well it becomes the generation, otherwise it is deleted.

        Raises EngineBusyError while any process builds, EngineError if the name is taken. What killed builds
        left behind is deleted first; the lock proves that no living one is meant.
        """
        final = self.path(generation.name)
        unfinished = final.with_name(final.name + BUILDING)
        with self._locked("building.lock", "另一进程正在建立索引"):
            self._sweep()
            if final.exists():
                raise EngineError(f"索引 {generation.name} 已存在")
            try:
                with failing_as(EngineError, "无法建立索引目录"):
                    unfinished.mkdir(parents=True)
                yield unfinished
                with failing_as(EngineError, "无法保存新索引"):
                    _write_durably(unfinished / "generation.json", json.dumps(asdict(generation)))
                    _sync_folder(unfinished)
                    os.rename(unfinished, final)
                    _sync_folder(self.generations)
            except BaseException:
                _remove(unfinished)
                raise

    @contextmanager
    def writing(self, *, wait: bool) -> Iterator[None]:
        """Hold the right to change generations or the pointer.

        Raises EngineBusyError if another holds it, unless told to ``wait``.
        """
        with self._locked("writing.lock", "另一进程正在更新索引", wait=wait):
            yield

    def remove(self, name: str) -> None:
        """Delete a generation if it exists. It leaves the list at once, even if deleting is interrupted."""
        path = self.path(name)
        gone = path.with_name(path.name + DROPPING)
        with failing_as(EngineError, f"无法删除索引 {name}"):
            _remove(gone)
            try:
                os.rename(path, gone)
            except FileNotFoundError:
                return
            _remove(gone)

    def _sweep(self) -> None:
        if self.generations.is_dir():
            for left in self.generations.iterdir():
                if left.name.endswith((BUILDING, DROPPING)):
                    _remove(left)

    @contextmanager
    def _locked(self, name: str, busy: str, *, wait: bool = False) -> Iterator[None]:
        with failing_as(EngineError, "无法打开索引目录"):
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.root / name, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise EngineBusyError(busy) from error
            yield
        finally:
            # Unlocking first: a child forked meanwhile shares the descriptor, and closing ours alone would
            # leave it locked.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def _remove(folder: Path) -> None:
    for _ in range(REMOVAL_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(REMOVAL_PAUSE_S)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
