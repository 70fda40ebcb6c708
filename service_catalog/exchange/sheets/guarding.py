"""Cells of CSV that a spreadsheet must not run or spoil.

A spreadsheet takes a cell that begins with = + - @ or a tab for a formula, and a formula can fetch and send
(OWASP, CSV Injection); it drops the zeros before a number, keeps 15 digits of it, and takes 3-1 for a day.
Such a cell is written with ' before it, which makes a text of it, and read without.
"""

from __future__ import annotations

import re

_ACTS = r"[=+\-@\t\r]"
_IS_SPOILT = (
    r"0[0-9]+\Z",  # 010
    r"[0-9]{12,}\Z",  # 110112000000
    r"[0-9]+[eE][0-9]+\Z",  # 12E3
    r"[0-9]{1,2}[-/][0-9]{1,2}\Z",  # 3-1
    r"[0-9]+\.[0-9]*0\Z",  # 1.10
)

_UNSAFE = re.compile(f"'*(?:{'|'.join((_ACTS, *_IS_SPOILT))})")
"""With any ' that the text itself has before it, so that ``unguarded`` undoes ``guarded`` for every text."""


def guarded(text: str) -> str:
    """A text as a cell of CSV."""
    return f"'{text}" if _UNSAFE.match(text) else text


def unguarded(text: str) -> str:
    """The text of a cell of CSV."""
    return text[1:] if text.startswith("'") and _UNSAFE.match(text) else text
