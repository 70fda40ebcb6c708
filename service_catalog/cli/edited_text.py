"""A text in the user's editor. Until it is written or dropped it is in a file: nothing typed is lost."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service_catalog.cli.printing import show
from service_catalog.model.errors import ConfigurationError

FALLBACKS = ("sensible-editor", "nano", "vi")
"""Editors tried where neither VISUAL nor EDITOR is set."""

_UNSAFE = re.compile("[^0-9A-Za-z_.-]")


class EditedText:
    """One text being edited, in a file of its own that only its user can read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_open = True

    def edit(self) -> str:
        """Open the editor, wait for it, return the text. Raises ConfigurationError if there is no editor."""
        command = [*_editor(), str(self.path)]
        try:
            code = subprocess.run(command, check=False).returncode  # noqa: S603 - the user's own choice
        except OSError as error:
            raise ConfigurationError(
                f"无法启动编辑器 {command[0]}（{error.strerror}）；请设置 EDITOR"
            ) from None
        if code:
            raise ConfigurationError(f"编辑器 {command[0]} 以错误码 {code} 结束，没有写入")
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ConfigurationError(
                f"{self.path} 不是 UTF-8 编码，没有写入；请在编辑器中改存为 UTF-8"
            ) from None

    def keep(self) -> Path:
        """Leave the file where it is."""
        self._is_open = False
        return self.path

    def drop(self) -> None:
        """Remove the file: its text is stored, or is what was there before."""
        self._is_open = False
        self.path.unlink(missing_ok=True)

    def tell_if_open(self) -> None:
        """After a failure that nobody foresaw: say where the text is."""
        if self._is_open:
            show(f"文本保留在 {self.path}", err=True)


@contextmanager
def open_text(name: str, text: str) -> Iterator[EditedText]:
    """A file with ``text``. What ends the block with an error leaves the file, and says where it is."""
    handle, place = tempfile.mkstemp(prefix=f"{_UNSAFE.sub('_', name)[:60]}-", suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    edited = EditedText(Path(place))
    try:
        yield edited
    except BaseException:
        edited.tell_if_open()
        raise


def _editor() -> list[str]:
    """The command of the user's editor, with its arguments (``code --wait``)."""
    for name in ("VISUAL", "EDITOR"):
        command = shlex.split(os.environ.get(name, ""))
        if command:
            return command
    found = next((path for name in FALLBACKS if (path := shutil.which(name))), None)
    if found is None:
        raise ConfigurationError("没有找到编辑器；请设置 EDITOR，例如 EDITOR=nano")
    return [found]
