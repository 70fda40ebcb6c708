"""Folders of indexes that other versions of the program left behind."""

from __future__ import annotations

import os
from pathlib import Path

from service_catalog.engines.embedded_files import remove_strangers


def _made(parent: Path, name: str, *, served_at: int | None) -> None:
    folder = parent / name
    (folder / "generations").mkdir(parents=True)
    if served_at is not None:
        (folder / "serving").write_text("g\n")
        os.utime(folder / "serving", (served_at, served_at))


def test_strangers_when_removed_then_mine_and_the_one_that_last_began_to_serve_stay(tmp_path: Path) -> None:
    _made(tmp_path, "mine", served_at=1)
    _made(tmp_path, "old", served_at=2)
    _made(tmp_path, "newest", served_at=3)
    _made(tmp_path, "unfinished", served_at=None)

    remove_strangers(tmp_path / "mine")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "newest"]


def test_strangers_when_there_is_no_folder_yet_then_nothing_happens(tmp_path: Path) -> None:
    remove_strangers(tmp_path / "index" / "mine")

    assert list(tmp_path.iterdir()) == []
