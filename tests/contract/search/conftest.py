"""The seeded catalogue on a real search server, beside ``seeded`` on the embedded engine."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator

import pytest

from service_catalog.app import open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from tests.servers.elasticsearch import ElasticsearchServer, elasticsearch_server

__all__ = ["elasticsearch_server"]

PATIENCE_S = 30.0
"""What an answer says is tested here, not how soon it comes: the machine may be busy."""


@pytest.fixture(scope="session")
def seeded_on_server(
    settings: Settings,
    elasticsearch_server: ElasticsearchServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Catalog]:
    """The seeded catalogue on Elasticsearch, for reading only. Its store is a copy of the seeded one."""
    data = tmp_path_factory.mktemp("seeded-on-server") / "data"
    shutil.copytree(settings.data, data)
    alias = f"test-{secrets.token_hex(6)}"
    catalog = open_catalog(
        Settings(
            data=data,
            engine_url=(elasticsearch_server.url,),
            engine_alias=alias,
            engine_timeout=PATIENCE_S,
        )
    )
    catalog.rebuild()
    yield catalog
    catalog.close()
    with elasticsearch_server.client() as client:
        for index in client.indices.get(index=f"{alias}-*"):
            client.indices.delete(index=index)
