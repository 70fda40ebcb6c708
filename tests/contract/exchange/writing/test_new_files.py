"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.exchange.writing.new_files import creating
from service_catalog.exchange.writing.workbooks import Column, Sheet, write_workbook
from service_catalog.model.errors import InvalidRequestError

KILLED = """
import os, signal, sys
from pathlib import Path
from service_catalog.exchange.writing.new_files import creating
with creating(Path(sys.argv[1])) as file:
    file.write(b"half" * 100_000)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=["nameless", "hidden"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to write aside."""
    if request.param == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE")
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_file_when_written_then_it_appears_at_the_end_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with creating(path) as file:
        file.write(b"whole")
        assert not path.exists()

    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.usefixtures("way")
def test_file_when_writing_fails_then_nothing_is_left(tmp_path: Path) -> None:
    def fail() -> None:
        with creating(tmp_path / "a.bin") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("way")
def test_file_when_it_exists_then_it_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    with pytest.raises(InvalidRequestError, match="已存在"), creating(path):
        pytest.fail("nothing may be written")
    assert path.read_bytes() == b"old"


@pytest.mark.usefixtures("way")
def test_file_when_another_makes_it_meanwhile_then_theirs_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"

    def write() -> None:
        with creating(path) as file:
            file.write(b"mine")
            path.write_bytes(b"theirs")

    with pytest.raises(InvalidRequestError, match="已存在"):
        write()

    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_file_when_killed_while_written_then_nothing_is_left(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.bin")], check=False)

    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_file_when_its_folder_is_missing_then_the_error_names_it(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.bin"
    with pytest.raises(FileNotFoundError) as caught, creating(path):
        pytest.fail("there is no folder")

    assert caught.value.filename == str(path)


def test_workbook_when_its_rows_fail_then_no_file_is_left(tmp_path: Path) -> None:
    def rows() -> Iterator[list[str]]:
        yield from (["甲"] for _ in range(100))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_workbook(tmp_path / "a.xlsx", [Sheet("表", [Column("列")], rows())])

    assert list(tmp_path.iterdir()) == []
