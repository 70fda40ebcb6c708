"""Debian packages, where they may be installed."""

from __future__ import annotations

import os
import shutil
import subprocess

from scripts.elasticsearch import CannotRunError

_LIMIT_S = 900


def can_install() -> bool:
    """Root on Debian or a relative of it."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> None:
    """Install a package, with fresh lists: those of an image are old or absent.

    Raises CannotRunError.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "--quiet", "--quiet", *command],
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise CannotRunError(
                f"软件包 {package} 安装失败：{''.join(last)}；请手工执行 apt install {package}"
            )
