"""A real Elasticsearch for tests: one that the whole run shares, or servers of a test's own to kill.

Which version: see ``scripts.elasticsearch.java``; ``ELASTICSEARCH_VERSION`` asks for one.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import elasticsearch
import pytest

from scripts.elasticsearch import say_nothing
from scripts.elasticsearch.distribution import unpacked
from scripts.elasticsearch.java import describe, find_or_install
from scripts.elasticsearch.node import HOST, QUICK, Access, Node, Place, free_ports, heap

ROOT = Path(__file__).parents[2]
STATE = "elasticsearch.json"
"""What the keeper of the shared server says of it, in the run's folder."""

_USER = "catalog"
_ROLE = """
catalog:
  cluster: [monitor, manage_index_templates]
  indices:
    - names: ["catalog*", "test-*"]
      privileges: [all]
"""
"""What the service needs, on indexes that it or a test names."""

_HEAP_MB = 256
_SHARED_START_S = 1200  # the first on a machine fetches the server, and may install a Java
_ASK_AGAIN_S = 15


@dataclass(frozen=True)
class ElasticsearchServer:
    """A running server, or several that are one cluster. The one that the run shares shows no ``nodes``."""

    version: str
    urls: tuple[str, ...]
    access: Access | None = None
    nodes: tuple[Node, ...] = ()

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def pid(self) -> int:
        return self._first.pid

    def client(self, **options: Any) -> elasticsearch.Elasticsearch:
        """A client of all nodes, with the rights that a secured server asks for."""
        if self.access:
            options.setdefault("ca_certs", str(self.access.ca))
            options.setdefault("basic_auth", (self.access.user, self.access.password))
        return elasticsearch.Elasticsearch(list(self.urls), **options)

    def kill(self) -> None:
        """kill -9. Of a cluster the first node; the others have a ``kill`` each in ``nodes``."""
        self._first.kill()

    def stop(self) -> None:
        """Let it write and end."""
        self._first.stop()

    def restart(self) -> None:
        """Start it again on the same data and port, and wait until it answers searches."""
        self._first.start()

    def freeze(self) -> None:
        """Connections stay, answers do not come, until ``thaw``."""
        self._first.freeze()

    def thaw(self) -> None:
        """It goes on."""
        self._first.thaw()

    @property
    def _first(self) -> Node:
        assert self.nodes, "the whole run shares this server: start one with running_elasticsearch()"
        return self.nodes[0]


_SHARED = pytest.StashKey[ElasticsearchServer]()


@pytest.fixture(scope="session")
def elasticsearch_server(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> ElasticsearchServer:
    """The server of this test run, the same for all its processes: take index names that no other test has.

    Import it into a conftest. Started by the first test that wants it, stopped when the run has ended.
    """
    if _SHARED not in pytestconfig.stash:
        folder = tmp_path_factory.getbasetemp()
        runner = os.getpid()
        if hasattr(pytestconfig, "workerinput"):  # a worker of xdist, whose folder lies in the run's
            folder, runner = folder.parent, os.getppid()
        pytestconfig.stash[_SHARED] = shared_elasticsearch(folder, runner)
    return pytestconfig.stash[_SHARED]


def report_header() -> str:
    """A line for the head of the test report."""
    return f"elasticsearch: {describe()}, client {metadata.version('elasticsearch')}"


def shared_elasticsearch(folder: Path, runner: int) -> ElasticsearchServer:
    """The one server for all who name this folder, until the process ``runner`` has ended."""
    deadline = time.monotonic() + _SHARED_START_S
    ask = 0.0
    state = folder / STATE
    while not state.exists():
        now = time.monotonic()
        assert now < deadline, f"Elasticsearch did not start: {(folder / 'elasticsearch.log').read_text()}"
        if now >= ask:  # and again, should the keeper have been killed
            _ask_keeper(folder, runner)
            ask = now + _ASK_AGAIN_S
        time.sleep(0.05)
    said = json.loads(state.read_text())
    assert "failure" not in said, said["failure"]
    return ElasticsearchServer(said["version"], (said["url"],))


def _ask_keeper(folder: Path, runner: int) -> None:
    """Start a keeper, as nobody's child: it outlives this process. It ends at once where there is one."""
    keeper = [sys.executable, "-m", "tests.servers.elasticsearch_keeper", str(folder), str(runner)]
    with (folder / "elasticsearch.log").open("ab") as log:
        subprocess.run(
            ["sh", "-c", '"$@" &', "sh", *keeper],
            check=True,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@contextmanager
def running_elasticsearch(
    version: str | None = None,
    *,
    secured: bool = False,
    nodes: int = 1,
    heap_mb: int = _HEAP_MB,
    quick: bool = True,
) -> Iterator[ElasticsearchServer]:
    """Servers for the length of the block, in folders of their own.

    ``secured``: TLS by an authority of its own, a user with a password. ``nodes``: of how many the cluster
    is. ``quick`` False: started slower, then faster, as servers in earnest are.
    """
    choice = find_or_install(version, say_nothing)
    home = unpacked(choice, say_nothing)
    options = (*heap(heap_mb), *(QUICK if quick else ()))
    with ExitStack() as stack:
        cluster = []
        for place in _places(nodes, options, secured=secured):
            node = Node(choice, home, place)
            stack.callback(node.close)
            cluster.append(node)
        if secured:
            _secure(cluster)
        for node in cluster:
            node.prepare()
            if secured:
                _add_user(node)
            node.launch()
        for node in cluster:
            node.wait(partial(node.answers, nodes))
        yield ElasticsearchServer(
            choice.version, tuple(node.url for node in cluster), cluster[0].place.access, tuple(cluster)
        )


def _places(count: int, options: tuple[str, ...], *, secured: bool) -> Iterator[Place]:
    ports = free_ports(2 * count)
    http, transport = ports[:count], ports[count:]
    names = [f"node-{number}" for number in range(1, count + 1)]
    settings: dict[str, Any] = {"discovery.type": "single-node"}
    if count > 1:
        settings = {
            "discovery.seed_hosts": [f"{HOST}:{port}" for port in transport],
            "cluster.initial_master_nodes": names,
        }
    password = secrets.token_urlsafe(12)
    for name, port, inner in zip(names, http, transport, strict=True):
        folder = Path(tempfile.mkdtemp(prefix="es-"))
        access = None
        if secured:
            settings = {**settings, **_SECURITY}
            access = Access(folder / "config" / "ca.pem", _USER, password)
        yield Place(folder, port, inner, java_options=options, name=name, settings=settings, access=access)


_SECURITY = {
    "xpack.security.enabled": True,
    "xpack.security.enrollment.enabled": False,
    "xpack.security.transport.ssl.enabled": False,
    "xpack.security.http.ssl.enabled": True,
    "xpack.security.http.ssl.key": "http.key",
    "xpack.security.http.ssl.certificate": "http.pem",
}


def _secure(cluster: list[Node]) -> None:
    """Certificates for all, by one authority."""
    import trustme  # noqa: PLC0415 - slow to import, and few tests need it

    authority = trustme.CA()
    issued = authority.issue_cert(HOST, "localhost")
    for node in cluster:
        config = node.place.config
        config.mkdir()
        authority.cert_pem.write_to_path(config / "ca.pem")
        issued.private_key_pem.write_to_path(config / "http.key")
        issued.cert_chain_pems[0].write_to_path(config / "http.pem")


def _add_user(node: Node) -> None:
    access = node.place.access
    assert access is not None
    (node.place.config / "roles.yml").write_text(_ROLE)
    node.run_tool("elasticsearch-users", "useradd", access.user, "-p", access.password, "-r", "catalog")
