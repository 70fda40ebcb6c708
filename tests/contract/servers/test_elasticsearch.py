"""The Elasticsearch that tests run on is a real one, says which, and survives what tests do to it."""

from __future__ import annotations

import secrets
import subprocess
import time
from pathlib import Path

import elasticsearch
import pytest

from scripts.elasticsearch.java import NEEDED
from tests.servers.elasticsearch import (
    ElasticsearchServer,
    report_header,
    running_elasticsearch,
    shared_elasticsearch,
)

NAME = {"name": "机动车行驶证 换发"}


def indexed(client: elasticsearch.Elasticsearch) -> str:
    """A new index with one document that can be found."""
    index = f"test-{secrets.token_hex(6)}"
    client.index(index=index, id="1", document=NAME, refresh="wait_for")
    return index


def found(client: elasticsearch.Elasticsearch, index: str) -> list[dict]:
    """What a search for one of its words finds."""
    hits = client.search(index=index, query={"match": {"name": "换发"}})["hits"]["hits"]
    return [hit["_source"] for hit in hits]


def test_server_when_a_document_is_indexed_then_a_search_finds_it(
    elasticsearch_server: ElasticsearchServer,
) -> None:
    with elasticsearch_server.client() as client:
        index = indexed(client)

        assert found(client, index) == [NAME]
        client.indices.delete(index=index)


def test_server_when_asked_for_its_version_then_the_report_named_it(
    elasticsearch_server: ElasticsearchServer,
) -> None:
    with elasticsearch_server.client() as client:
        (node,) = client.nodes.info(node_id="_local", filter_path="nodes.*.version")["nodes"].values()

    assert node["version"] == elasticsearch_server.version
    assert report_header().startswith(f"elasticsearch: {node['version']} (Java ")


def test_server_when_shared_then_no_test_can_kill_it(elasticsearch_server: ElasticsearchServer) -> None:
    with pytest.raises(AssertionError, match="the whole run shares this server"):
        elasticsearch_server.kill()


def test_secured_server_when_killed_and_restarted_then_it_has_its_documents_for_those_it_knows() -> None:
    """One test, for each server that is started costs a quarter of a minute."""
    with running_elasticsearch(secured=True) as server:
        assert server.access is not None
        with server.client(max_retries=0) as client:
            index = indexed(client)
            server.kill()
            with pytest.raises(elasticsearch.ConnectionError):
                found(client, index)
            server.restart()
            assert found(client, index) == [NAME]
        with (
            server.client(basic_auth=(server.access.user, "wrong")) as stranger,
            pytest.raises(elasticsearch.AuthenticationException),
        ):
            found(stranger, index)
        with (
            elasticsearch.Elasticsearch(server.url, max_retries=0) as distrustful,
            pytest.raises(elasticsearch.SSLError),
        ):
            found(distrustful, index)


@pytest.mark.soak
@pytest.mark.parametrize("version", NEEDED)
def test_server_when_frozen_then_it_answers_again_afterwards(version: str) -> None:
    with running_elasticsearch(version) as server, server.client(max_retries=0) as client:
        index = indexed(client)

        server.freeze()
        with pytest.raises(elasticsearch.ConnectionTimeout):
            client.options(request_timeout=0.5).search(index=index)
        server.thaw()

        assert found(client, index) == [NAME]


@pytest.mark.soak
def test_cluster_when_a_node_is_killed_then_the_others_answer() -> None:
    with running_elasticsearch(nodes=3) as server, server.client() as client:
        index = indexed(client)
        client.cluster.health(index=index, wait_for_status="green", timeout="60s")

        server.kill()

        assert found(client, index) == [NAME]
        server.restart()
        assert client.cluster.health(wait_for_nodes="3", timeout="60s")["timed_out"] is False


@pytest.mark.soak
def test_shared_server_when_its_run_has_ended_then_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as runner:
        server = shared_elasticsearch(tmp_path, runner.pid)
        with server.client() as client:
            assert client.cluster.health()["number_of_nodes"] == 1

        runner.kill()

    deadline = time.monotonic() + 60
    with server.client(max_retries=0) as client:
        while True:
            try:
                client.cluster.health()
            except elasticsearch.ConnectionError:
                break
            assert time.monotonic() < deadline, "it still answers"
            time.sleep(0.1)
