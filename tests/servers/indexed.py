"""A catalogue on a real Elasticsearch, in processes of its own: what the fault tests kill and restart."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from service_catalog.app import open_catalog
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from tests.servers.elasticsearch import ElasticsearchServer
from tests.servers.service import Service, kill, run, serving, start

WAIT_S = 60
"""How long a test waits for what must come about; the machine may be busy. How soon it does, the benchmarks
say."""


@dataclass(frozen=True)
class Indexed:
    """A data folder, and the server that its catalogue is searched on, under an alias of its own."""

    data: Path
    server: ElasticsearchServer
    alias: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CATALOG_ENGINE_URL": ",".join(self.server.urls),
            "CATALOG_ENGINE_ALIAS": self.alias,
            "CATALOG_ENGINE_TIMEOUT": "3",  # a busy machine is not a dead server
            "CATALOG_LOG_LEVEL": "info",
            **self.settings,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return run(self.data, *arguments, **self.environment)

    def open(self) -> Catalog:
        """The catalogue, in this process."""
        found = Settings(data=self.data, engine_url=self.server.urls, engine_alias=self.alias)
        return open_catalog(found)

    def serving(self) -> Any:
        """The web server with its workers."""
        return serving(self.data, **self.environment)

    @contextmanager
    def indexing(self) -> Iterator[subprocess.Popen[str]]:
        """The indexer, killed at the end if it still runs."""
        process = start(self.data, "index", "--follow", **self.environment)
        try:
            yield process
        finally:
            kill(process)

    def status(self) -> dict[str, Any]:
        """What ``catalog status`` says."""
        found = self.run("status", "--json")
        assert found.returncode == 0, found.stderr
        told: dict[str, Any] = json.loads(found.stdout)
        return told

    def verified(self) -> bool:
        """Whether ``catalog verify`` finds store and index equal."""
        found = self.run("verify")
        assert found.returncode in (0, 3), found.stderr
        return found.returncode == 0


@contextmanager
def indexed_on(server: ElasticsearchServer, data: Path, **settings: str) -> Iterator[Indexed]:
    """A catalogue on ``server`` whose index is built; its indexes go with the block."""
    found = Indexed(data, server, f"test-{secrets.token_hex(6)}", settings)
    built = found.run("rebuild")
    assert built.returncode == 0, built.stderr
    try:
        yield found
    finally:
        with server.client() as client:
            for index in client.indices.get(index=f"{found.alias}-*"):
                client.indices.delete(index=index)


def rename(catalog: Catalog, alias: str, *, item: str = "110112-TZ0009") -> int:
    """Give an item another alias; returns the seq."""
    record = catalog.record(item, Kind.ITEM).record
    change = catalog.publish(
        replace(record, content={**record.content, "aliases": [alias]}), author="t", reason="t"
    )
    assert change is not None
    return change.seq


def until(what: str, holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WAIT_S} s: {what}"
        time.sleep(0.1)


def found_by(service: Service, alias: str) -> bool:
    """Whether a search for the alias brings its item first, from the server."""
    answer = service.get("/v1/search", q=alias, owner_region="110112").json()
    hits = answer["hits"]
    return (
        not answer["engine"]["degraded"]
        and bool(hits)
        and hits[0]["id"] == "110112-TZ0009"
        and "exact_alias" in [reason["code"] for reason in hits[0]["reasons"]]
    )
