"""Who runs the server: Elasticsearch refuses to run as root; then it runs as nobody."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any


def _account() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


ACCOUNT = _account()
"""Arguments for ``subprocess``; none where it runs as whoever called."""


def give(folder: Path) -> None:
    """Everything in a folder becomes the account's."""
    if ACCOUNT:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, ACCOUNT["user"], ACCOUNT["group"], follow_symlinks=False)


def can_reach(path: Path, *, write: bool) -> bool:
    """Whether the account may read this, or write in it."""
    return (
        subprocess.run(["test", "-w" if write else "-r", path], check=False, cwd="/", **ACCOUNT).returncode
        == 0
    )
