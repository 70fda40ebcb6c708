"""The servers that tests run on."""

from __future__ import annotations

from tests.servers.elasticsearch import elasticsearch_server

__all__ = ["elasticsearch_server"]
