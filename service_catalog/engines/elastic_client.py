"""One Elasticsearch server or cluster: the official client, its errors turned into ours, and a hard deadline.

The client's own time-out begins anew with every read, so a server that drips its answer byte by byte outlasts
it. Searches therefore run beside the waiting thread, which stops waiting when the time is up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import elasticsearch

from service_catalog.model.errors import ConfigurationError, EngineError, EngineUnavailableError

OVERLOADED = (408, 429, 502, 503, 504)
"""Answers that say nothing of the request: a busy, starting or unreachable server. A search that ran out of
time is among them: with partial results refused it is 429 "Time exceeded"."""

SLOW_S = 60.0
"""Time-out of what builds, not of what serves: a bulk request of a few MB on a busy server, a refresh."""

SLOW_RETRIES = 3

SLOW_DEADLINE_S = 180.0
"""After this, what builds gives up as well: a server that drips would otherwise hold the indexer."""

OTHER_SERVER = "CATALOG_ENGINE_URL 处答复的不是 Elasticsearch 服务器"
UNREADABLE = "搜索服务器的答复不完整或无法读取"

BULK_RESULT = ("items.*.status", "items.*.error")
"""What is read of a bulk request's answer; the rest would be ten times as long."""

SEARCH_RESULT = ("-hits.hits._index", "-hits.hits.sort")
"""Not sent: of a thousand hits that takes a third of the time to read an answer."""

UNUSABLE_URL = "CATALOG_ENGINE_URL 无法使用；密码里的特殊字符须按百分号编码，例如 # 写作 %23"

T = TypeVar("T")
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the server is and how long a search may take.

    ``urls``: one a node, a user and password may be in them. ``ca``: file with the certificate authority's
    certificate, None for the system's. ``timeout_s``: longest wait of a search, whatever the server does.
    """

    urls: tuple[str, ...] = field(repr=False)
    api_key: str = field(default="", repr=False)
    ca: Path | None = None
    timeout_s: float = 1.0


class Server:
    """The server. Safe to share between threads. Connects on first use, so it may be made before a fork."""

    def __init__(self, settings: ServerSettings) -> None:
        """Raises ConfigurationError for addresses or files that cannot be of use."""
        self._settings = settings
        several = len(settings.urls) > 1
        # With several nodes a dead one costs half of the time, and the other half is for the next.
        patience = settings.timeout_s / 2 if several else settings.timeout_s
        client = _client(settings)
        self._quick = client.options(
            request_timeout=patience, max_retries=int(several), retry_on_timeout=several, retry_on_status=()
        )
        self._slow = client.options(
            request_timeout=SLOW_S,
            max_retries=SLOW_RETRIES,
            retry_on_timeout=True,
            retry_on_status=(502, 503),
        )
        # What must not be done twice: a repetition would find it done, and call that a failure.
        self._once = client.options(request_timeout=SLOW_S, max_retries=0, retry_on_status=())
        self._client = client

    def search(self, index: str, body: Answer, *, slow: bool = False) -> Answer:
        """A whole answer, never a partial one: a lost shard must not look like "that district has none".

        Raises EngineUnavailableError, EngineError.
        """
        client = self._slow if slow else self._quick
        answer = self._asked(
            lambda: client.search(
                index=index, allow_partial_search_results=False, filter_path=SEARCH_RESULT, **body
            ),
            slow=slow,
        )
        _require_whole(answer)
        return answer

    def bulk(self, index: str, operations: Sequence[Answer], *, visible: bool) -> Sequence[Answer]:
        """What became of each operation, in order. ``visible``: searches see it when this returns.

        Raises EngineUnavailableError, EngineError.
        """
        answer = self._asked(
            lambda: self._slow.bulk(
                index=index, operations=operations, refresh=visible, filter_path=BULK_RESULT
            ),
            slow=True,
        )
        items = answer.get("items") or ()
        if 2 * len(items) != len(operations):
            raise EngineUnavailableError("搜索服务器没有答复每一条写入")
        return [next(iter(item.values())) for item in items]

    def settle(self, index: str) -> None:
        """Let searches see everything written so far, and let it outlast a power cut."""
        self._asked(lambda: self._slow.indices.refresh(index=index), slow=True)
        self._asked(lambda: self._slow.indices.flush(index=index, wait_if_ongoing=True), slow=True)

    def create(self, index: str, *, settings: Answer, mappings: Answer) -> None:
        """Raises EngineError if the index exists."""
        self._asked(
            lambda: self._once.indices.create(index=index, settings=settings, mappings=mappings), slow=True
        )

    def describe(self, index: str, meta: Answer) -> None:
        """Write into an index what it is."""
        self._asked(lambda: self._slow.indices.put_mapping(index=index, meta=meta), slow=True)

    def change_settings(self, index: str, settings: Answer) -> None:
        """Change an index's settings."""
        self._asked(lambda: self._slow.indices.put_settings(index=index, settings=settings), slow=True)

    def indexes(self, pattern: str, *, slow: bool) -> Answer:
        """Aliases and mappings of all indexes that match, by name."""
        client = self._slow if slow else self._quick
        found = self._asked(
            lambda: client.indices.get(
                index=pattern, features="aliases,mappings", expand_wildcards="open", allow_no_indices=True
            ),
            slow=slow,
        )
        if not all(
            isinstance(each, Mapping) and each.keys() >= {"aliases", "mappings"} for each in found.values()
        ):
            raise EngineUnavailableError(UNREADABLE)
        return found

    def move_alias(self, alias: str, *, old: str | None, new: str) -> None:
        """In one step. Raises EngineError, with nothing done, if the alias is no longer at ``old``."""
        actions: list[Answer] = [{"add": {"index": new, "alias": alias}}]
        if old is not None and old != new:
            # Without must_exist a missing alias would be told only in the body, and the new one set anyway.
            actions.insert(0, {"remove": {"index": old, "alias": alias, "must_exist": True}})
        self._asked(lambda: self._once.indices.update_aliases(actions=actions), slow=True)

    def delete(self, index: str) -> None:
        """Delete an index, if it exists. Its name is taken as it is: no patterns."""
        self._asked(
            lambda: self._slow.indices.delete(
                index=index, ignore_unavailable=True, expand_wildcards="none", allow_no_indices=True
            ),
            slow=True,
        )

    def wait_until_usable(self, index: str) -> None:
        """Wait until the primary shards of an index are there. Raises EngineUnavailableError."""
        answer = self._asked(
            lambda: self._slow.cluster.health(index=index, wait_for_status="yellow", timeout="30s"), slow=True
        )
        if answer.get("timed_out"):
            raise EngineUnavailableError(f"索引 {index} 在 30 秒内没有就绪，请检查集群状态")

    def close(self) -> None:
        """Close all connections. Idempotent; nothing may be asked afterwards."""
        self._client.close()

    def _asked(self, ask: Callable[[], Any], *, slow: bool = False) -> Answer:
        longest = SLOW_DEADLINE_S if slow else self._settings.timeout_s
        answer = within(longest, lambda: _translated(ask))
        # The client looks only once whom it talks to, and takes a page of text for an answer.
        if answer.meta.headers.get("x-elastic-product") != "Elasticsearch":
            raise EngineUnavailableError(OTHER_SERVER)
        if not isinstance(answer.body, Mapping):
            raise EngineUnavailableError(UNREADABLE)
        return answer.body


@contextmanager
def readable() -> Iterator[None]:
    """An answer that lacks what answers have is no answer, whatever sent it."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise EngineUnavailableError(UNREADABLE) from error


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns, or EngineUnavailableError when the time is up; the call is then left to itself.

    A thread a call costs about 50 µs, against milliseconds of a search over the network.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as error:  # noqa: BLE001 - carried over to the waiting thread
            failed.append(error)

    thread = threading.Thread(target=run, name="elastic", daemon=True)
    thread.start()
    thread.join(seconds)
    if done:
        return done[0]
    if failed:
        raise failed[0]
    raise EngineUnavailableError(f"搜索服务器在 {seconds:g} 秒内没有答完")


def _client(settings: ServerSettings) -> elasticsearch.Elasticsearch:
    try:
        hosts, login = _hosts(settings.urls)
    except ValueError:
        raise ConfigurationError(UNUSABLE_URL) from None
    tls: dict[str, Any] = {} if settings.ca is None else {"ca_certs": str(settings.ca)}
    if settings.ca is not None and not settings.ca.is_file():
        # The client would find out with the first search.
        raise ConfigurationError(f"CATALOG_ENGINE_CA 所指的文件不存在：{settings.ca}")
    try:
        return elasticsearch.Elasticsearch(
            hosts,
            api_key=settings.api_key or None,
            basic_auth=None if settings.api_key else login,
            **tls,
        )
    except (ValueError, TypeError):
        raise ConfigurationError(UNUSABLE_URL) from None  # what the client says quotes the password
    except OSError as error:
        raise ConfigurationError(f"CATALOG_ENGINE_CA 无法使用：{error.strerror}") from None


def _hosts(urls: Sequence[str]) -> tuple[list[str], tuple[str, str] | None]:
    """The addresses without user and password, as the client wants them, and these."""
    hosts, login = [], None
    for url in urls:
        parts = urlsplit(url)
        if parts.username is not None:
            login = (unquote(parts.username), unquote(parts.password or ""))
        hosts.append(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    return hosts, login


def _translated(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except elasticsearch.UnsupportedProductError as error:
        raise EngineUnavailableError(OTHER_SERVER) from error
    except elasticsearch.ApiError as error:
        raise _failure(error) from error
    except elasticsearch.TransportError as error:
        raise EngineUnavailableError(f"搜索服务器没有答复或答复不完整（{type(error).__name__}）") from error


def _failure(error: elasticsearch.ApiError) -> EngineError:
    status = error.meta.status
    if status in OVERLOADED:
        return EngineUnavailableError(f"搜索服务器忙或未就绪（{status} {_reason(error)}）")
    if status in (401, 403):
        return EngineUnavailableError(
            "搜索服务器拒绝了登录信息；请检查 CATALOG_ENGINE_URL、CATALOG_ENGINE_API_KEY"
        )
    if error.error == "media_type_header_exception":
        return EngineUnavailableError("搜索服务器的版本与本程序的客户端不相容；可用 8.x 与 9.x")
    return EngineError(f"搜索服务器报错（{status} {_reason(error)}）")


def _reason(error: elasticsearch.ApiError) -> str:
    """The server's own words without the query, which may be a person's."""
    return error.error


def _require_whole(answer: Answer) -> None:
    shards = answer.get("_shards")
    if answer.get("timed_out") is not False or not isinstance(shards, Mapping) or "hits" not in answer:
        raise EngineUnavailableError(UNREADABLE)
    # No shard at all is what a search of no index gives: empty, and not the answer.
    if shards.get("failed") or not shards.get("total") or shards["total"] != shards.get("successful"):
        raise EngineUnavailableError("搜索服务器的部分分片没有答复，不以部分结果充当全部")
