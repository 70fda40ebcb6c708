"""What decides which Elasticsearch runs, and how its files get here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.elasticsearch import CannotRunError, distribution, say_nothing
from scripts.elasticsearch.distribution import told, unpacked
from scripts.elasticsearch.java import Choice, Java, choose, find_or_install, read_modules

OLD, LATER, NEW = Java(Path("/java/17"), 17), Java(Path("/java/21"), 21), Java(Path("/java/25"), 25)


@pytest.mark.parametrize(
    ("javas", "wanted", "chosen"),
    [
        ([OLD, NEW], None, Choice("9.5.0", NEW)),
        ([NEW, LATER], None, Choice("9.5.0", LATER)),
        ([OLD], None, Choice("8.19.8", OLD)),
        ([NEW, OLD], "8.19.8", Choice("8.19.8", OLD)),
        ([NEW], "8.19.8", Choice("8.19.8", NEW)),
        ([OLD], "9.5.0", None),
        ([Java(Path("/java/11"), 11)], None, None),
        ([], None, None),
    ],
)
def test_version_when_chosen_then_the_best_that_a_java_runs(
    javas: list[Java], wanted: str | None, chosen: Choice | None
) -> None:
    assert choose(javas, wanted) == chosen


def test_java_when_it_lists_its_modules_then_its_version_is_known() -> None:
    assert read_modules(Path("/java"), "java.base@25.0.3\njdk.incubator.vector@25.0.3\n") == Java(
        Path("/java"), 25
    )


def test_java_when_the_vector_module_is_missing_then_it_does_not_count() -> None:
    assert read_modules(Path("/java"), "java.base@25.0.3\njdk.net@25.0.3\n") is None


def test_version_when_nobody_knows_it_then_those_that_run_are_named() -> None:
    with pytest.raises(CannotRunError, match=r"不认识 Elasticsearch 版本 7\.0；可用的是 9\.5\.0、8\.19\.8"):
        find_or_install("7.0", say_nothing)


def test_maven_when_it_downloads_then_progress_is_told_every_20_mb() -> None:
    lines = [f"Progress (1): {done}/130 MB\n" for done in (1, 19, 20, 21, 39.5, 41, 130)]
    heard: list[str] = []

    assert list(told(iter(lines), heard.append)) == lines
    assert heard == ["已下载 20 / 130 MB", "已下载 41 / 130 MB", "已下载 130 / 130 MB"]


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, where the account that runs the server can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="es-cache-"))
    folder.chmod(0o755)
    monkeypatch.setattr(distribution, "cache", lambda: folder / "elasticsearch")
    yield folder / "elasticsearch"
    shutil.rmtree(folder)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A distribution of one program."""
    path = tmp_path / "elasticsearch-9.5.0.zip"
    program = zipfile.ZipInfo("elasticsearch-9.5.0/bin/elasticsearch")
    program.external_attr = 0o100755 << 16
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(program, "#!/bin/sh\n")
    return path


_FOLDER = """#!/bin/sh
for argument; do
    case $argument in -DoutputDirectory=*) folder=${argument#*=} ;; esac
done
"""


def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put this in Maven's place; ``$folder`` is where it is to copy to."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(f"{_FOLDER}{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_distribution_when_fetched_then_its_programs_can_be_run(
    cache: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(tmp_path, monkeypatch, f"cp {archive} $folder")

    home = unpacked(Choice("9.5.0", NEW), say_nothing)

    assert home == cache / "9.5.0"
    assert os.access(home / "bin/elasticsearch", os.X_OK)
    assert {path.name for path in cache.iterdir()} == {"9.5.0", "lock"}


def test_distribution_when_it_is_there_then_maven_is_not_asked(
    cache: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(tmp_path, monkeypatch, f"[ ! -e {archive} ] || mv {archive} $folder")

    assert unpacked(Choice("9.5.0", NEW), say_nothing) == unpacked(Choice("9.5.0", NEW), say_nothing)


def test_distribution_when_maven_fails_then_its_reason_is_told_and_nothing_is_left(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(
        tmp_path, monkeypatch, "touch $folder/half; echo '[ERROR] no such host'; echo '[ERROR] more'; exit 1"
    )

    with pytest.raises(CannotRunError, match=r"^下载 Elasticsearch 9\.5\.0 失败：no such host$"):
        unpacked(Choice("9.5.0", NEW), say_nothing)
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_distribution_when_the_archive_is_damaged_then_nothing_is_left(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(tmp_path, monkeypatch, "echo half > $folder/elasticsearch.zip")

    with pytest.raises(CannotRunError, match=r"无法放进"):
        unpacked(Choice("9.5.0", NEW), say_nothing)
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_distribution_when_an_earlier_fetch_was_killed_then_its_remains_go(
    cache: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "unfinished-x" / "elasticsearch-9.5.0").mkdir(parents=True)
    maven(tmp_path, monkeypatch, f"cp {archive} $folder")

    unpacked(Choice("9.5.0", NEW), say_nothing)

    assert {path.name for path in cache.iterdir()} == {"9.5.0", "lock"}


def test_guard_when_the_owner_is_killed_then_what_it_guards_ends(tmp_path: Path) -> None:
    """The owner prints the process that it guards, and waits."""
    folder = tmp_path / "guarded"
    folder.mkdir()
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import subprocess, time
                from pathlib import Path
                from scripts.elasticsearch.guard import Guard
                silent = subprocess.DEVNULL
                guarded = subprocess.Popen(["sleep", "600"], stdout=silent, start_new_session=True)
                guard = Guard(guarded.pid, Path({str(folder)!r}))
                print(guarded.pid, flush=True)
                time.sleep(600)
            """),
        ],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    guarded = int(owner.stdout.readline())

    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    deadline = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < deadline, f"{folder} is still there"
        time.sleep(0.02)
    assert not is_running(guarded)


def is_running(pid: int) -> bool:
    """Not when it has ended and only waits to be asked how."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
