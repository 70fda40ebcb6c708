"""Turns a template and its context into an answer, and keeps what records say from becoming markup or
code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from jinja2 import StrictUndefined
from markupsafe import Markup

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content-Security-Policy of pages: no script, no other host, nothing inline."""

SHARED = "public, max-age=30, stale-while-revalidate=60"
"""Pages that are the same for everybody who opens the address."""

PERSONAL = "private, max-age=30"
"""Result pages hold what a person typed: never in a shared cache, but the back button must not search
again."""

STATIC_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters nobody sees but that can turn text round or hide in it: controls, direction marks and overrides,
zero-width characters, halves of surrogate pairs, tags."""


@dataclass(frozen=True)
class StaticFiles:
    """The files of one folder, each at an address that changes with its content, so that browsers may keep it
    for ever.

    Read on first use, not when the application is made.
    """

    folder: Path

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Name → content of every file that may be served."""
        files = sorted(path for path in self.folder.iterdir() if path.suffix in STATIC_TYPES)
        return {path.name: path.read_bytes() for path in files}

    @cached_property
    def digests(self) -> dict[str, str]:
        """Name → start of the content's SHA-256."""
        return {name: sha256(content).hexdigest()[:12] for name, content in self.contents.items()}


def prepare(app: Flask) -> None:
    """Set the template engine: every value is cleaned and escaped, and a name that is not there is an
    error."""
    app.jinja_env.finalize = visible
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def visible(value: Any) -> Any:
    """A value as a template prints it: nothing for None, text without unseen characters, markup as it is."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub("", value)
    return value


def render(template: str, page: Any, *, cache: str = SHARED) -> Response:
    """The page as an answer. ``page`` is what the template knows; it must have a ``frame``."""
    text = render_template(template, page=page, frame=page.frame)
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = cache
    return response
