"""A real Elasticsearch on this machine, for tests and for people (``make elasticsearch``).

``java`` finds the Java that decides which version runs, ``distribution`` fetches and unpacks it, ``node``
runs it. Only the standard library. What people read is Chinese, one line a fault.

It is the distribution that Elasticsearch publishes for the tests of others: the real server without most of
its modules. What works on it works on the full one.
"""

from __future__ import annotations


class CannotRunError(Exception):
    """No server can be had here. The message says in one line what to do."""


def say_nothing(_line: str) -> None:
    """For callers that show no progress."""
