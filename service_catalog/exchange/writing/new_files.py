"""New files that are there whole or not at all: written aside, and given their name at the end.

Where the file system can (O_TMPFILE), a file has no name until then, so that not even a kill leaves a piece
of it; elsewhere it has a hidden one beside its place. Nothing that exists is ever replaced.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from service_catalog.model.errors import InvalidRequestError

_Publish = Callable[[], None]
"""Gives the file its name. Raises FileExistsError."""

PERMISSIONS = 0o666
"""Of a new file; the user's umask takes away from it."""


@contextmanager
def creating(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that did not exist before, and does not if writing fails.

    Raises InvalidRequestError if it exists, before anything is written or when somebody else has made it
    meanwhile; OSError that names it.
    """
    if os.path.lexists(path):
        raise _exists(path)
    try:
        with ExitStack() as stack:
            file, publish = _open(path, stack)
            yield file
            file.flush()
            os.fsync(file.fileno())
            publish()
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        if error.filename is not None:
            raise
        # A full disk is told without the name of the file.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _open(path: Path, stack: ExitStack) -> tuple[IO[bytes], _Publish]:
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    stack.callback(os.close, folder)
    try:
        return _nameless(path, folder, stack)
    except (OSError, AttributeError):
        return _hidden(path, stack)


def _nameless(path: Path, folder: int, stack: ExitStack) -> tuple[IO[bytes], _Publish]:
    handle = os.open(path.parent, os.O_TMPFILE | os.O_RDWR, PERMISSIONS)
    file = stack.enter_context(os.fdopen(handle, "w+b"))
    here = f"/proc/self/fd/{handle}"
    os.stat(here)  # without /proc it could not be given a name

    # A folder must be given, for only then does Python ask that the link be followed.
    return file, lambda: os.link(here, path, src_dir_fd=folder, follow_symlinks=True)


def _hidden(path: Path, stack: ExitStack) -> tuple[IO[bytes], _Publish]:
    try:
        handle, place = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    stack.callback(_remove, place)
    file = stack.enter_context(os.fdopen(handle, "w+b"))
    os.chmod(place, PERMISSIONS & ~_umask())
    return file, lambda: _name(place, path)


def _name(place: str, path: Path) -> None:
    try:
        os.link(place, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError from None
        os.rename(place, path)


def _remove(place: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(place)


def _umask() -> int:
    """There is no way to ask for it but to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _exists(path: Path) -> InvalidRequestError:
    return InvalidRequestError(f"文件 {path} 已存在，没有覆盖；请换一个文件名")
