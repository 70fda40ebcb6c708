"""A cluster of three: kill -9 of any one node, the master among them, is not seen by anybody who searches."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from service_catalog.config import Settings
from tests.servers.elasticsearch import ElasticsearchServer, running_elasticsearch
from tests.servers.indexed import Indexed, indexed_on, until
from tests.servers.service import Service

pytestmark = pytest.mark.soak

BEFORE_S, DOWN_S = 3, 8
"""Searches before each kill, and while the node is down."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[ElasticsearchServer]:
    with running_elasticsearch(nodes=3) as server:
        yield server


@pytest.fixture
def copied(cluster: ElasticsearchServer, fresh_settings: Settings) -> Iterator[Indexed]:
    """An index with a copy of each shard on another node."""
    with indexed_on(cluster, fresh_settings.data, CATALOG_ENGINE_REPLICAS="1") as found:
        green(cluster)
        yield found


def green(cluster: ElasticsearchServer) -> None:
    """Wait until every shard has its copy."""
    with cluster.client(request_timeout=60) as client:
        until("the cluster is green", lambda: client.cluster.health()["status"] == "green")


def holders(cluster: ElasticsearchServer, indexed: Indexed) -> set[str]:
    """Names of the nodes that hold the index."""
    with cluster.client() as client:
        shards = client.cluster.state(metric="routing_table,nodes", index=f"{indexed.alias}-*").body
        names = {key: node["name"] for key, node in shards["nodes"].items()}
        tables = shards["routing_table"]["indices"].values()
        return {
            names[copy["node"]]
            for table in tables
            for copies in table["shards"].values()
            for copy in copies
            if copy["node"]
        }


def master(cluster: ElasticsearchServer) -> str:
    with cluster.client() as client:
        state = client.cluster.state(metric="master_node,nodes").body
        name: str = state["nodes"][state["master_node"]]["name"]
        return name


def test_node_when_killed_then_no_search_fails_or_is_empty(
    cluster: ElasticsearchServer, copied: Indexed
) -> None:
    seen: Counter[tuple[int, bool, bool]] = Counter()
    stop = threading.Event()

    def ask(service: Service) -> None:
        while not stop.is_set():
            answer = service.get("/v1/search", q="失业登记", owner_region="110112")
            body = answer.json()
            degraded = body.get("engine", {}).get("degraded")
            seen[answer.status_code, degraded, bool(body.get("hits"))] += 1

    with copied.serving() as service, copied.indexing():
        threads = [threading.Thread(target=ask, args=(service,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for pick in (master, lambda found: min(holders(found, copied) - {master(found)})):
                time.sleep(BEFORE_S)
                name = pick(cluster)
                (node,) = [each for each in cluster.nodes if each.place.name == name]
                node.kill()
                time.sleep(DOWN_S)
                node.start()
                green(cluster)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    print(dict(seen))
    assert {(status, hit) for status, _, hit in seen} == {(200, True)}
    assert copied.verified()
