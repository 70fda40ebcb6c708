"""Migrated, empty stores on both servers."""

from __future__ import annotations

from tests.servers.postgres import postgres_server
from tests.servers.stores import migrated_url

__all__ = ["migrated_url", "postgres_server"]
