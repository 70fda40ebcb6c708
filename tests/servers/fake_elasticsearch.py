"""A small search server that answers as Elasticsearch does, and misbehaves when told: what a real server does
once a year, a test must see each time.

Real sockets, one process. It answers what this service asks and nothing else. What can go wrong is in
``fake_faults``; where it strikes is told by kinds of requests.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from service_catalog.engines.elastic_index import CHECKPOINT
from tests.servers.fake_index import Body, FakeIndex, refusal

PRODUCT = {"X-elastic-product": "Elasticsearch"}
JSON = {"content-type": "application/vnd.elasticsearch+json;compatible-with=8"}

DRIP_S = 0.02
"""Pause between bytes. An answer has thousands of them."""


class Asked(StrEnum):
    """What a request is."""

    LOOK = "look"
    """Which indexes there are, and how far they are: what an engine's status is made of."""
    SEARCH = "search"
    WRITE = "write"
    """Documents in bulk."""
    MARK = "mark"
    """An index's seq."""
    MANAGE = "manage"


@dataclass(frozen=True)
class Reply:
    """An answer that would be right."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=lambda: {**PRODUCT, **JSON})

    @property
    def body(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False).encode()


class FakeElasticsearch:
    """The server. Safe to share between threads.

    ``asked``: the kind of each request, in order; ``written``: the id of each document it was sent in bulk.
    """

    def __init__(self) -> None:
        self.indexes: dict[str, FakeIndex] = {}
        self.aliases: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.written: list[str] = []
        self.elsewhere = ""
        """Address that ``fake_faults.redirect`` sends to."""
        self._refusals: dict[str, list[int]] = {}
        self._fault: Fault | None = None
        self._struck: frozenset[Asked] = frozenset()
        self._over = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Exchange,), {"fake": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def misbehave(self, fault: Fault, *kinds: Asked) -> None:
        """Answer requests of these kinds with ``fault`` until ``behave``."""
        self._over = threading.Event()
        self._struck, self._fault = frozenset(kinds), fault

    def behave(self) -> None:
        """Answer rightly again; what is still dripping ends."""
        self._fault, self._struck = None, frozenset()
        self._refusals.clear()
        self._over.set()

    def refuse(self, document_id: str, *statuses: int) -> None:
        """Of the next bulk requests that hold this document, answer so for it, and do not write it."""
        self._refusals[document_id] = list(statuses)

    def close(self) -> None:
        """Let go of the port."""
        self.behave()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def strike(self, kind: Asked) -> Fault | None:
        """How a request of this kind is to be answered wrongly."""
        return self._fault if kind in self._struck else None

    def wait(self, seconds: float) -> bool:
        """Wait within a fault; False once it is over."""
        return not self._over.wait(seconds)

    def reply(self, method: str, path: str, lines: list[Any]) -> Reply:
        """The right answer."""
        index, _, action = path.strip("/").rpartition("/") if "/_" in path[1:] else (path.strip("/"), "", "")
        if path == "/_aliases":
            return self._move(lines[0]["actions"])
        if path.startswith("/_cluster/health"):
            return Reply(200, {"status": "green", "timed_out": False})
        if method == "GET":
            return Reply(200, {name: self._entry(name) for name in self.indexes if fnmatchcase(name, index)})
        if method == "DELETE":
            self.indexes.pop(index, None)
            return Reply(200, {"acknowledged": True})
        if not action and index not in self.indexes:
            self.indexes[index] = FakeIndex(index, lines[0]["mappings"])
            return Reply(200, {"acknowledged": True, "shards_acknowledged": True, "index": index})
        if index not in self.indexes:
            return error(404, "index_not_found_exception", f"no such index [{index}]")
        return self._act(self.indexes[index], action, lines)

    def _act(self, index: FakeIndex, action: str, lines: list[Any]) -> Reply:
        match action:
            case "_search":
                return Reply(200, index.search(lines[0]))
            case "_bulk":
                return Reply(200, self._written(index, lines))
            case "_refresh" | "_flush":
                return Reply(200, {"_shards": {"total": 1, "successful": 1, "failed": 0}})
            case "_mapping":
                index.mappings |= lines[0]
                return Reply(200, {"acknowledged": True})
            case "_settings":
                return Reply(200, {"acknowledged": True})
        raise NotImplementedError(action)

    def _entry(self, name: str) -> Body:
        aliases: Body = {alias: {} for alias, index in self.aliases.items() if index == name}
        return {"aliases": aliases, "mappings": self.indexes[name].mappings}

    def _move(self, actions: list[Body]) -> Reply:
        for each in actions:
            ((what, told),) = each.items()
            if what == "remove" and self.aliases.get(told["alias"]) != told["index"]:
                return error(404, "aliases_not_found_exception", f"aliases [{told['alias']}] missing")
        added = actions[-1]["add"]
        self.aliases[added["alias"]] = added["index"]
        return Reply(200, {"acknowledged": True, "errors": False})

    def _written(self, index: FakeIndex, lines: list[Any]) -> Body:
        items = []
        for head, body in zip(lines[::2], lines[1::2], strict=True):
            told = head["index"]
            self.written.append(told["_id"])
            refused = self._refusals.get(told["_id"])
            if refused:
                result: Body = refusal(refused.pop(0), "refused_exception", "as told")
            else:
                result = index.write(told["_id"], told["version"], body)
            items.append({"index": {"_index": index.name, "_id": told["_id"], **result}})
        return {"errors": any(each["index"]["status"] >= 300 for each in items), "took": 1, "items": items}


class Exchange(BaseHTTPRequestHandler):
    """One connection, and the request on it that is being answered."""

    protocol_version = "HTTP/1.1"
    fake: FakeElasticsearch

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names that the standard library looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        lines = [json.loads(line) for line in content.splitlines() if line]
        path = unquote(urlsplit(self.path).path)
        kind = _kind(self.command, path, lines)
        self.fake.asked.append(kind)
        fault = self.fake.strike(kind)
        with suppress(ConnectionError):  # whoever asked has stopped waiting
            if fault is None:
                self.give(self.fake.reply(self.command, path, lines))
            else:
                self.close_connection = True
                fault(self, lambda: self.fake.reply(self.command, path, lines))

    def give(self, reply: Reply, *, cut: int | None = None) -> None:
        """Send an answer; of its body only the first ``cut`` bytes, if told so."""
        body = reply.body if isinstance(reply.content, (dict, list)) else reply.content
        self.head(reply, len(body))
        self.wfile.write(body[:cut])

    def head(self, reply: Reply, length: int) -> None:
        """Send status and headers."""
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def drip(self, content: bytes) -> None:
        """Send byte by byte, for as long as the fault lasts."""
        for byte in content:
            self.wfile.write(bytes([byte]))
            if not self.fake.wait(DRIP_S):
                return


RightReply = Callable[[], Reply]
"""Does what was asked for, and returns what is to be said of it."""

Fault = Callable[[Exchange, RightReply], None]


def error(status: int, kind: str, reason: str) -> Reply:
    """An error as Elasticsearch tells it."""
    told = {"type": kind, "reason": reason}
    return Reply(status, {"error": {"root_cause": [told], **told}, "status": status})


def _kind(method: str, path: str, lines: list[Any]) -> Asked:
    if path.endswith("/_search"):
        return Asked.LOOK if "ids" in lines[0]["query"] else Asked.SEARCH
    if path.endswith("/_bulk"):
        return Asked.MARK if lines[0]["index"]["_id"] == CHECKPOINT else Asked.WRITE
    return Asked.LOOK if method == "GET" and not path.startswith("/_") else Asked.MANAGE


@contextmanager
def fake_elasticsearch() -> Iterator[FakeElasticsearch]:
    """A fake for the length of the block."""
    fake = FakeElasticsearch()
    try:
        yield fake
    finally:
        fake.close()
