"""The server's files: fetched once through Maven, kept unpacked in a cache folder."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.elasticsearch import CannotRunError
from scripts.elasticsearch.account import can_reach
from scripts.elasticsearch.debian import can_install, install
from scripts.elasticsearch.java import Choice

_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
_ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{}:zip"
_ASIDE = "unfinished-"
_STEP_MB = 20


def cache() -> Path:
    """Where unpacked versions are kept. Root's home is closed to the account that runs the server."""
    if os.geteuid() == 0:
        return Path("/var/cache/service-catalog/elasticsearch")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "service-catalog" / "elasticsearch"


def unpacked(choice: Choice, say: Callable[[str], None]) -> Path:
    """The folder of this version, fetched if it is not there yet. Several may ask at once; one fetches.

    Raises CannotRunError.
    """
    home = cache() / choice.version
    if not home.is_dir():
        with _alone(cache()):
            if not home.is_dir():
                _make(home, choice, say)
    if not can_reach(home / "bin/elasticsearch", write=False):
        raise CannotRunError(f"运行 Elasticsearch 的用户读不到 {home}；请检查各级文件夹的权限")
    return home


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; a killed one lets go. What it left unfinished is removed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise CannotRunError(f"缓存文件夹 {folder} 不可写（{error.strerror}）") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_ASIDE}*"):
            shutil.rmtree(left)
        yield


def _make(home: Path, choice: Choice, say: Callable[[str], None]) -> None:
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=home.parent))
    aside.chmod(0o755)
    try:
        _fetch(choice, aside, say)
        say("正在解压")
        (archive,) = aside.glob("*.zip")
        unpack(archive, aside)
        (top,) = (path for path in aside.iterdir() if path.is_dir())
        top.rename(home)
    except (OSError, zipfile.BadZipFile) as error:
        raise CannotRunError(f"Elasticsearch {choice.version} 无法放进 {home.parent}：{error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack with the mode bits, which ``zipfile`` leaves out: programs must be executable."""
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            path = opened.extract(member, folder)
            mode = member.external_attr >> 16
            if mode:
                os.chmod(path, mode | 0o644 | (0o111 if member.is_dir() else 0))


def _fetch(choice: Choice, folder: Path, say: Callable[[str], None]) -> None:
    """Into this folder, by Maven with whatever settings the machine has for it."""
    program = _maven(say)
    say(f"首次使用，正在通过 Maven 下载 Elasticsearch {choice.version}（约 130 MB）")
    artifact = _ARTIFACT.format(choice.version)
    with subprocess.Popen(
        [program, _GOAL, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}", "-Dstyle.color=never"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "JAVA_HOME": str(choice.java.home)},
    ) as maven:
        assert maven.stdout is not None
        # Universal newlines: Maven ends each line of progress with a carriage return.
        lines = [line for line in told(maven.stdout, say) if line.startswith("[ERROR]")]
    if maven.returncode:
        first = lines[0] if lines else f"mvn 退出码 {maven.returncode}"
        reason = first.removeprefix("[ERROR]").partition(" -> [Help")[0].strip()
        raise CannotRunError(f"下载 Elasticsearch {choice.version} 失败：{reason}")


def told(lines: Iterator[str] | Iterator[str], say: Callable[[str], None]) -> Iterator[str]:
    """Maven's lines; on the way, how much has come, every 20 MB."""
    said = 0
    for line in lines:
        progress = re.search(r"Progress \(\d+\): .*?([\d.]+)/([\d.]+) MB", line)
        if progress and float(progress[1]) >= said + _STEP_MB:
            said = int(float(progress[1]))
            say(f"已下载 {said} / {round(float(progress[2]))} MB")
        yield line


def _maven(say: Callable[[str], None]) -> str:
    program = shutil.which("mvn")
    if not program and can_install():
        say("没有找到 Maven，正在安装 Debian 软件包 maven")
        install("maven")
        program = shutil.which("mvn")
    if not program:
        raise CannotRunError(
            "没有找到 Maven（mvn），无法下载 Elasticsearch；Debian 上请执行 apt install maven"
        )
    return program
