"""``catalog serve``: gunicorn with this service's settings. gunicorn enters the project only here."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask

from service_catalog.cli.printing import show
from service_catalog.config import Settings
from service_catalog.model.errors import ConfigurationError
from service_catalog.observe import forget_process, set_up_logging, share_metrics

CreateApp = Callable[[Settings], Flask]

GRACE_S = 30
"""Seconds that running requests get at shutdown; the longest answer waits 2 s for the index."""

REQUESTS_PER_WORKER = 100_000
"""A worker is replaced after about so many requests: a leak in a native library must not grow for months."""


def serve(settings: Settings, create_app: CreateApp, *, host: str | None, port: int | None) -> None:
    """Run the service until it is told to stop. Raises ConfigurationError if the port is taken."""
    place = (host or settings.host, port or settings.port)
    check_free(*place)
    set_up_logging(settings.log_level)
    # By port: a second service on the same data must not empty the files of the first.
    share_metrics(settings.data / f"metrics-{place[1]}")
    bind = _address(*place)
    show(f"服务地址：http://{bind}/  （停止：Ctrl+C）", err=True)
    _run(settings, create_app, bind)


def check_free(host: str, port: int) -> None:
    """Raise ConfigurationError if nobody can listen there. gunicorn would retry and say it five times."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise ConfigurationError(f"无法监听 {_address(host, port)}：{_advice(error, port)}") from None


def _advice(error: OSError, port: int) -> str:
    other = port + 1 if 1023 < port < 65535 else 8000
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "本机没有这个地址；请检查 CATALOG_HOST"
    if error.errno == errno.EADDRINUSE:
        return f"端口已被占用；请停止占用它的程序，或换一个端口，例如 CATALOG_PORT={other}"
    if error.errno == errno.EACCES:
        return f"没有权限使用这个端口；请换一个端口，例如 CATALOG_PORT={other}"
    return f"{error.strerror}；请检查 CATALOG_HOST 和 CATALOG_PORT"


def _address(host: str, port: int) -> str:
    """As addresses and gunicorn write it: a host of IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _run(settings: Settings, create_app: CreateApp, bind: str) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - only this command needs a server

    from service_catalog.cli.request_line import accept_typed_addresses  # noqa: PLC0415 - as above

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
        def load_config(self) -> None:
            for name, value in _options(settings, bind).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            accept_typed_addresses()
            return create_app(settings)  # called in each worker, after the fork

    Server().run()


def _options(settings: Settings, bind: str) -> dict[str, Any]:
    return {
        "bind": bind,
        "workers": settings.workers,
        "worker_class": "gthread",
        "threads": settings.threads,
        "graceful_timeout": GRACE_S,
        "max_requests": REQUESTS_PER_WORKER,
        "max_requests_jitter": REQUESTS_PER_WORKER // 10,
        "loglevel": settings.log_level,
        "http_parser": "python",  # the one that cli.request_line extends; the other is not installed
        "control_socket_disable": True,  # a socket in the user's home that nothing here speaks to
        "child_exit": lambda _server, worker: forget_process(worker.pid),
    }
