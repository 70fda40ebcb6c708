"""Which Java is here, and which Elasticsearch it runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.elasticsearch import CannotRunError
from scripts.elasticsearch.account import ACCOUNT
from scripts.elasticsearch.debian import can_install, install

NEEDED = {"9.5.0": 21, "8.19.8": 17}
"""The least Java of each version that is run here, best version first."""

VECTOR = "jdk.incubator.vector"
"""Both versions load it; packages that bring Java alone leave it out."""

VARIABLE = "ELASTICSEARCH_VERSION"
"""Environment variable that asks for one of the versions."""

_PACKAGE = "default-jdk-headless"
"""Debian 12: Java 17. Debian 13: Java 21."""


@dataclass(frozen=True)
class Java:
    """A Java that can run a server."""

    home: Path
    version: int


@dataclass(frozen=True)
class Choice:
    """The version to run and the Java that runs it."""

    version: str
    java: Java

    def __str__(self) -> str:
        return f"{self.version} (Java {self.java.version}, {self.java.home})"


def choose(javas: Iterable[Java], wanted: str | None = None) -> Choice | None:
    """The best version that one of these can run, or ``wanted``; on the oldest Java that suffices.

    The oldest, for a Java that is newer than the server was never tried with it.
    """
    found = sorted(javas, key=lambda java: java.version)
    for version, least in NEEDED.items():
        fit = [java for java in found if java.version >= least]
        if fit and wanted in (None, version):
            return Choice(version, fit[0])
    return None


def read_modules(home: Path, listed: str) -> Java | None:
    """The Java whose ``--list-modules`` this is; None if it is none that runs a server."""
    base = re.search(r"^java\.base@(\d+)", listed, re.MULTILINE)
    if not base or not re.search(rf"^{re.escape(VECTOR)}(@|$)", listed, re.MULTILINE):
        return None
    return Java(home, int(base[1]))


def find() -> list[Java]:
    """Those that ``JAVA_HOME``, Debian's folder and ``PATH`` lead to."""
    program = shutil.which("java")
    places = [
        Path(home)
        for home in (os.environ.get("JAVA_HOME"), program and Path(program).resolve().parents[1])
        if home
    ]
    places += sorted(Path("/usr/lib/jvm").glob("*"))
    homes = dict.fromkeys(place.resolve() for place in places)
    return [java for java in map(_probe, homes) if java]


def find_or_install(wanted: str | None, say: Callable[[str], None]) -> Choice:
    """What runs here; as root on Debian a Java is installed where none is.

    ``wanted``: a version; None for the one that the environment asks for, or else the best.
    Raises CannotRunError.
    """
    wanted = wanted or os.environ.get(VARIABLE)
    if wanted and wanted not in NEEDED:
        raise CannotRunError(f"不认识 Elasticsearch 版本 {wanted}；可用的是 {'、'.join(NEEDED)}")
    choice = choose(find(), wanted)
    if not choice and can_install():
        say(f"没有找到合适的 JDK，正在安装 Debian 软件包 {_PACKAGE}")
        install(_PACKAGE)
        choice = choose(find(), wanted)
    if not choice:
        least = NEEDED[wanted] if wanted else min(NEEDED.values())
        how = f"Debian 上请执行 apt install {_PACKAGE}，" if least == min(NEEDED.values()) else "请安装，"
        raise CannotRunError(f"没有找到 JDK {least} 或更新版本（要完整的 JDK）；{how}或让 JAVA_HOME 指向它")
    return choice


def describe() -> str:
    """In a few words what ``find_or_install`` would take, without installing anything."""
    wanted = os.environ.get(VARIABLE)
    choice = choose(find(), wanted)
    return str(choice) if choice else f"{wanted or ' or '.join(NEEDED)} (no Java yet)"


def _probe(home: Path) -> Java | None:
    """Asked as the account that will run it: root may reach what the account cannot."""
    try:
        listed = subprocess.run(
            [home / "bin/java", "--list-modules"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            **ACCOUNT,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return read_modules(home, listed.stdout)
