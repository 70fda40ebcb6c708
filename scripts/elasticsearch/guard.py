"""Ends a server whose owner was killed."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SCRIPT = """
read -r released && exit
kill -s TERM -- "-$1"
kill -s CONT -- "-$1"
for second in 1 2 3 4 5; do
    kill -s 0 -- "-$1" || break
    sleep 1
done
kill -s KILL -- "-$1"
[ -z "$2" ] || rm -rf -- "$2"
"""


class Guard:
    """A shell that reads from a pipe which only the owner holds: when the owner is gone the read ends.

    Then it ends the server's process group and removes ``folder``, if one is given.
    """

    def __init__(self, group: int, folder: Path | None) -> None:
        self._shell = subprocess.Popen(
            ["sh", "-c", _SCRIPT, "guard", str(group), str(folder or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """The server has ended; there is nothing to guard."""
        self._shell.communicate(b"released\n")
