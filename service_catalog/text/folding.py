"""Folding: one spelling for everything that should match. Never shown, never stored as a name.

Two texts that differ only in width, case, traditional or simplified characters, punctuation or spacing fold
alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from opencc import OpenCC

from service_catalog.text.characters import IDEOGRAPHIC, SUPPLEMENTARY_IDEOGRAPHS

_FORM: Final = "NFKC"

_SEPARATORS: Final = re.compile(rf"[^\w{SUPPLEMENTARY_IDEOGRAPHS}]+")
"""Punctuation, symbols, marks, controls, zero-width and bidi characters, lone surrogates, white space.

``\\w`` is every letter and number, and "_", which is replaced beforehand.
"""

_SPACE_AT_IDEOGRAPH: Final = re.compile(rf" (?:(?=[{IDEOGRAPHIC}])|(?<=[{IDEOGRAPHIC}] ))")

_FULL_WIDTH_MARKS: Final = "（）、，：；“”《》"
"""The marks of ordinary Chinese text. Taken out first, they spare most names normalising (2 of 5 µs)."""

_LONG_RUN: Final = re.compile(r"\W{32,}")
"""No script stacks as many marks (Unicode's own bound is 30), and normalising n of them takes n² steps."""

_DASHES: Final = re.compile(r"[-\u058a\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]+")
_NOT_IN_CODES: Final = re.compile(r"[^\w-]+")

_to_simplified: Final[Callable[[str], str]] = OpenCC("t2s").convert


def fold(text: str) -> str:
    """Fold for matching: NFKC, width, lower case, punctuation and white space, traditional to simplified.

    Accepts any string, lone surrogates included, and never raises. ``fold(fold(x)) == fold(x)``. The result
    holds letters, digits and single spaces; a space only ever stands between two words of Latin or another
    spaced script.
    """
    if text.isascii():
        return _separate(text)
    return _simplify(_separate(_normalise(text)))


def fold_code(text: str) -> str:
    """Fold a code: NFKC, upper case, letters and digits only, every dash a single "-" between them.

    ``HB－YJS－18`` gives ``HB-YJS-18``, ``tz 0915`` gives ``TZ0915``. Never raises; idempotent; may be empty.
    Letters of every script stay, so that a sentence with a code in it does not pass for the code.
    """
    upper = _DASHES.sub("-", _normalise(text)).upper().replace("_", "")
    code = re.sub("-{2,}", "-", _NOT_IN_CODES.sub("", upper)).strip("-")
    # Letters that a space kept apart may combine once it is gone (Hangul).
    return code if code.isascii() else unicodedata.normalize(_FORM, code)


def _normalise(text: str) -> str:
    if unicodedata.is_normalized(_FORM, text):
        return text
    for mark in _FULL_WIDTH_MARKS:
        text = text.replace(mark, " ")
    if unicodedata.is_normalized(_FORM, text):
        return text
    return unicodedata.normalize(_FORM, _LONG_RUN.sub(_without_combining, text))


def _without_combining(run: re.Match[str]) -> str:
    return "".join(" " if unicodedata.combining(character) else character for character in run[0])


def _separate(text: str) -> str:
    text = text.lower().replace("_", " ")
    if _SEPARATORS.search(text) is None:
        return text
    text = _SEPARATORS.sub(" ", text).strip()
    return _SPACE_AT_IDEOGRAPH.sub("", text) if " " in text else text


def _simplify(text: str) -> str:
    """Convert until nothing changes, so that folding is idempotent.

    A second pass can change what the first one gave: 幺麼 becomes 幺麽, which becomes 幺么. It ends, because
    OpenCC's tables only lead characters along paths without a cycle (the longest: 麼 麽 么 幺); simplified
    text takes one pass.
    """
    while (simplified := _to_simplified(text)) != text:
        text = simplified
    return text
