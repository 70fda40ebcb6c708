"""Printing: text in which nothing can upset a terminal, and bars for long work."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, with which a record could move the cursor or recolour a terminal, and halves of
surrogate pairs, which Python makes of arguments that are not UTF-8 and cannot print."""


def show(text: str, *, err: bool = False) -> None:
    """Print lines, on standard error if ``err``."""
    click.echo(_UNPRINTABLE.sub("\ufffd", text), err=err)


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done and how much there is; nothing where no terminal shows it."""
    is_hidden = not sys.stderr.isatty()
    with click.progressbar(length=0, label=label, file=sys.stderr, hidden=is_hidden) as shown:

        def progress(done: int, total: int) -> None:
            shown.length = max(total, done)
            shown.update(done - shown.pos)

        yield progress
