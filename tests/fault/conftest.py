"""Servers: migrated, empty stores on both databases, and the search server of the run."""

from __future__ import annotations

from tests.servers.elasticsearch import elasticsearch_server
from tests.servers.postgres import postgres_server
from tests.servers.stores import migrated_url

__all__ = ["elasticsearch_server", "migrated_url", "postgres_server"]
