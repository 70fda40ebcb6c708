"""Request lines as people type them.

gunicorn 27 refuses a request target with bytes beyond ASCII (RFC 9112 section 3.2, RFC 3986 section 2).
``curl`` and old browsers send exactly those when a Chinese query is typed into an address, and a refusal in
English HTML helps nobody. The bytes are percent-encoded before the line is read, which is what the standard
asks of the sender.
"""

from __future__ import annotations

import re

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class TolerantRequest(Request):  # type: ignore[misc]  # gunicorn is untyped
    """A request whose target may hold bytes beyond ASCII. All other rules of gunicorn stand."""

    def parse_request_line(self, line_bytes: bytes) -> None:
        """Read the line with such bytes percent-encoded."""
        super().parse_request_line(encoded(line_bytes))


def encoded(line: bytes) -> bytes:
    """The line with each byte beyond ASCII as %XX."""
    return _BEYOND_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line)


def accept_typed_addresses() -> None:
    """Let this process's gunicorn read requests so. It offers no setting for the class of a request."""
    RequestParser.mesg_class = TolerantRequest
