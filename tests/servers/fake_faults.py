"""What can go wrong with an answer of a search server. Each is given the exchange and what would be right."""

from __future__ import annotations

import socket
import struct
from typing import Any

from tests.servers.fake_elasticsearch import JSON, PRODUCT, Exchange, Reply, RightReply, error


def drip(exchange: Exchange, right: RightReply) -> None:
    """Headers at once, the body byte by byte."""
    reply = right()
    exchange.head(reply, len(reply.body))
    exchange.drip(reply.body)


def drip_headers(exchange: Exchange, right: RightReply) -> None:
    """Not even the headers come to an end."""
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\nX-opaque-id: ")
    exchange.drip(b"0" * 60_000)


def cut_body(exchange: Exchange, right: RightReply) -> None:
    """Half of the body, then the connection is closed. What was asked for has been done."""
    reply = right()
    exchange.give(reply, cut=len(reply.body) // 2)


def cut_headers(exchange: Exchange, right: RightReply) -> None:
    """Closed without a word of the answer. What was asked for has been done."""
    right()


def busy(exchange: Exchange, right: RightReply) -> None:
    """429: the queue is full."""
    exchange.give(
        error(429, "es_rejected_execution_exception", "rejected execution of coordinating operation")
    )


def starting(exchange: Exchange, right: RightReply) -> None:
    """503, as while the shards of an index are being opened."""
    exchange.give(error(503, "search_phase_execution_exception", "all shards failed"))


def shard_failed(exchange: Exchange, right: RightReply) -> None:
    """200 with what one of two shards found."""
    exchange.give(
        _half(right(), _shards={"total": 2, "successful": 1, "skipped": 0, "failed": 1}, timed_out=False)
    )


def shard_missing(exchange: Exchange, right: RightReply) -> None:
    """200 with what one of two shards found; that the other failed is not said."""
    exchange.give(_half(right(), _shards={"total": 2, "successful": 1, "skipped": 0, "failed": 0}))


def timed_out(exchange: Exchange, right: RightReply) -> None:
    """200 with what was found in time."""
    exchange.give(_half(right(), timed_out=True))


def no_shards(exchange: Exchange, right: RightReply) -> None:
    """200, whole and empty: no shard was asked."""
    exchange.give(_half(right(), hits=0, _shards={"total": 0, "successful": 0, "skipped": 0, "failed": 0}))


def no_product(exchange: Exchange, right: RightReply) -> None:
    """An answer like the right one, from something that does not say it is Elasticsearch."""
    reply = right()
    exchange.give(Reply(reply.status, _half(reply).content, JSON))


def web_page(exchange: Exchange, right: RightReply) -> None:
    """200 with a page for people, as a proxy in front of the server gives."""
    exchange.give(Reply(200, "<html><body>请登录</body></html>".encode(), {"content-type": "text/html"}))


def named_web_page(exchange: Exchange, right: RightReply) -> None:
    """The same, with the server's name on it."""
    page = "<html><body>请登录</body></html>".encode()
    exchange.give(Reply(200, page, {**PRODUCT, "content-type": "text/html"}))


def not_json(exchange: Exchange, right: RightReply) -> None:
    """200 that says it is JSON, and is not."""
    exchange.give(Reply(200, b'{"hits": {"hits": [', {**PRODUCT, **JSON}))


def other_json(exchange: Exchange, right: RightReply) -> None:
    """200 with JSON of another shape."""
    exchange.give(Reply(200, []))


def no_hits_told(exchange: Exchange, right: RightReply) -> None:
    """200, whole by its head, with nothing in it."""
    exchange.give(
        Reply(200, {"timed_out": False, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0}})
    )


def some_items(exchange: Exchange, right: RightReply) -> None:
    """Of a bulk request all but one document are told of."""
    reply = right()
    exchange.give(Reply(reply.status, {**reply.content, "items": reply.content["items"][:-1]}))


def reset(exchange: Exchange, right: RightReply) -> None:
    """The connection is torn down (RST)."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()


def redirect(exchange: Exchange, right: RightReply) -> None:
    """302 to another host."""
    place = exchange.fake.elsewhere + exchange.path
    exchange.give(Reply(302, {}, {**PRODUCT, **JSON, "location": place}))


def _half(reply: Reply, *, hits: float = 0.5, **changes: Any) -> Reply:
    """Of a search's answer a part; other answers as they are."""
    if "hits" not in reply.content:
        return reply
    content = {**reply.content, **changes}
    held = content["hits"]
    some = held["hits"][: int(len(held["hits"]) * hits)]
    value = int(held["total"]["value"] * hits)
    content["hits"] = {**held, "hits": some, "total": {"value": value, "relation": "eq"}}
    return Reply(reply.status, content, reply.headers)
