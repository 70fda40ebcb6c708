"""The command as a person starts it: a process, with a terminal or without, with rights or without."""

from __future__ import annotations

import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.config import Settings
from tests.conftest import index_of
from tests.servers.service import CATALOG, environment, free_port, run

UNPRIVILEGED = """
import os, alembic.command, alembic.config, service_catalog.store.sqlite
try:
    import pysqlite3.dbapi2
except ImportError:
    import sqlite3.dbapi2
from service_catalog.app import main
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
main()
"""
"""The command by somebody without rights. All is imported first: the checkout may be closed to such a one."""


def run_unprivileged(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    measured = [
        name for name in os.environ if name.startswith("COVERAGE_")
    ]  # they could not write their figures
    return subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, *arguments],
        env=environment(data, **settings, **dict.fromkeys(measured, "")),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_with_terminal(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and what a terminal on standard error shows."""
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(ours, 4_096):
                shown.append(chunk)
        except OSError:
            pass  # Linux tells the end of a terminal in this way

    reader = threading.Thread(target=read)
    reader.start()
    process = subprocess.run(
        [*CATALOG, *arguments],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    reader.join()
    os.close(ours)
    return process.returncode, process.stdout.decode(), b"".join(shown).decode()


def test_init_when_run_on_nothing_and_again_then_makes_all_and_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    code, output, terminal = run_with_terminal(data, "init")

    assert code == 0
    assert output.splitlines() == [
        "参考数据：新增或更新 2852 条，未变 0 条，已另行修改 0 条",
        "完成：2852 条记录，索引 1215 条，序号 2852",
    ]
    assert "装载参考数据" in terminal
    assert "建立索引" in terminal
    assert "100%" in terminal
    made = generations(data)

    again = run(data, "init")

    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines() == [
        "参考数据：新增或更新 0 条，未变 2852 条，已另行修改 0 条",
        "完成：2852 条记录，索引 1215 条，序号 2852",
    ]
    assert generations(data) == made


def generations(data: Path) -> list[str]:
    return sorted(os.listdir(index_of(data) / "generations"))


def test_search_when_its_reader_goes_away_then_ends_without_a_traceback(settings: Settings) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as closed:
        process = subprocess.run(
            [*CATALOG, "search", "登记", "--limit", "50"],
            env=environment(settings.data, PYTHONUTF8="1"),
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )

    assert process.stderr == b""
    assert process.returncode == 1


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are closed to others."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


def the_line(process: subprocess.CompletedProcess[str]) -> str:
    """The one line of an expected failure."""
    assert (process.returncode, process.stdout) == (1, ""), process.stderr
    (line,) = process.stderr.splitlines()
    return line


def test_init_when_the_folder_is_read_only_then_one_line_names_it(open_place: Path) -> None:
    open_place.chmod(0o555)

    line = the_line(run_unprivileged(open_place, "init"))

    assert line.startswith("错误：")
    assert str(open_place) in line
    assert "权限" in line


def test_serve_when_the_folder_is_read_only_then_one_line_names_it(open_place: Path) -> None:
    open_place.chmod(0o555)

    line = the_line(run_unprivileged(open_place, "serve", "--port", str(free_port())))

    assert str(open_place) in line
    assert "权限" in line


def test_status_when_the_secret_is_somebody_elses_then_one_line_names_it(
    open_place: Path, settings: Settings
) -> None:
    data = open_place / "data"
    shutil.copytree(settings.data, data, ignore=shutil.ignore_patterns("index"))
    for path in (data, data / "catalog.db"):
        path.chmod(0o777)
    (data / "secret").chmod(0o600 if os.geteuid() == 0 else 0)
    mappings = shutil.copytree(settings.mappings, open_place / "mappings")

    line = the_line(run_unprivileged(data, "status", CATALOG_MAPPINGS=str(mappings)))

    assert line == f"错误：无法读写 {data / 'secret'}（没有权限）；请检查路径和当前用户的权限"


def test_serve_when_the_port_is_taken_then_one_line_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        line = the_line(run(tmp_path, "serve", CATALOG_PORT=str(port)))

    assert line == (
        f"错误：无法监听 127.0.0.1:{port}：端口已被占用；"
        f"请停止占用它的程序，或换一个端口，例如 CATALOG_PORT={port + 1}"
    )
