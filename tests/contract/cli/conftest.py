"""The command group, run in this process: fast, with the two output streams apart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service_catalog.app import wiring
from service_catalog.cli.commands import make_group
from service_catalog.config import Settings

Run = Callable[..., Result]


@pytest.fixture
def run_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command on a data folder: ``run_on(folder, "search", "社保卡", CATALOG_PORT="x")``."""

    def run(data: Path, *arguments: str, stdin: str | None = None, **settings: str) -> Result:
        with monkeypatch.context() as patch:
            patch.setenv("CATALOG_DATA", str(data))
            for name, value in settings.items():
                patch.setenv(name, value)
            return CliRunner().invoke(
                make_group(wiring()), list(arguments), input=stdin, catch_exceptions=False
            )

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield run
    root.handlers[:] = handlers  # those of the command write into its captured output, which is closed
    root.setLevel(level)


@pytest.fixture
def run(run_on: Run, settings: Settings) -> Run:
    """Runs a command on the seeded catalogue, which it must leave as it is."""
    return lambda *arguments, **other: run_on(settings.data, *arguments, **other)


@pytest.fixture
def run_fresh(run_on: Run, fresh_settings: Settings) -> Run:
    """Runs a command on a copy of the seeded catalogue, which it may change or break."""
    return lambda *arguments, **other: run_on(fresh_settings.data, *arguments, **other)


def failure(result: Result) -> str:
    """The one line of an expected failure, after a look at its shape."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("错误：")
    return lines[0]
