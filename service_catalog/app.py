"""Wiring: the only place that chooses and connects the parts. Hands the command line and the web layer a
factory.

``create_app`` does no I/O: each process opens store, engine and secret on its first request, or in
``served_app`` when a worker starts: after the fork, never sharing a connection with another.
"""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from service_catalog.catalog import Catalog
from service_catalog.cli.commands import Wiring, make_group
from service_catalog.config import MIN_SECRET_CHARACTERS, Settings
from service_catalog.engines.base import Engine
from service_catalog.engines.definition import Definition, load_definition
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.engines.embedded_files import remove_strangers
from service_catalog.exchange.seeding import load_labels
from service_catalog.indexing.building import made_by
from service_catalog.indexing.follower import Follower
from service_catalog.indexing.reserve import Reserve
from service_catalog.indexing.viewing import Viewer, Words
from service_catalog.indexing.watching import Watcher
from service_catalog.model.errors import CatalogError, ConfigurationError, StoreUnavailableError
from service_catalog.observe import logger
from service_catalog.store.base import Store
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import open_store
from service_catalog.web.current import EXTENSION
from service_catalog.web.register import register


def open_catalog(settings: Settings) -> Catalog:
    """Open everything a catalogue needs. Raises StoreUnavailableError, ConfigurationError."""
    definition = load_definition(settings.mappings)
    labels = load_labels(settings.seed)
    # The store before the secret: where it is not set up, nothing must be written into the folder.
    store = open_store(settings.store)
    try:
        secret = settings.secret or _kept_secret(settings.data)
        viewer = _viewer(settings, definition, store)
    except BaseException:
        store.close()  # else each try of a request would leave connections open
        raise
    return Catalog(store=store, viewer=viewer, secret=secret, labels=labels, regions=settings.regions)


def _viewer(settings: Settings, definition: Definition, store: Store) -> Viewer:
    """The embedded engine by itself, or in reserve of a server."""
    embedded = EmbeddedEngine(index_folder(settings, definition), definition)
    if not settings.engine_url:
        return Follower(store, embedded, definition)
    words = Words(store, dictionaries=2)  # both indexes have the same one, unless built at different times
    watcher = Watcher(store, _elastic(settings, definition), definition, words)
    return Reserve(watcher, Follower(store, embedded, definition, words))


def _elastic(settings: Settings, definition: Definition) -> Engine:
    try:
        # Only where it is wanted: the client is an extra, and takes half a second to import.
        from service_catalog.engines.elastic import ElasticEngine, ElasticSettings  # noqa: PLC0415
        from service_catalog.engines.elastic_client import ServerSettings  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "设置了 CATALOG_ENGINE_URL，但没有安装客户端：请执行 pip install 'service-catalog[elastic]'"
        ) from None
    server = ServerSettings(
        urls=settings.engine_url,
        api_key=settings.engine_api_key,
        ca=settings.engine_ca,
        timeout_s=settings.engine_timeout,
    )
    spread = ElasticSettings(server, settings.engine_alias, settings.engine_shards, settings.engine_replicas)
    return ElasticEngine(spread, definition)


def index_folder(settings: Settings, definition: Definition) -> Path:
    """Where this program keeps its index: a folder of its own, for what another wrote is no use to it.

    While workers of the version before still serve, an upgrade builds its index beside theirs.
    """
    return settings.index / made_by(definition)


@dataclass
class LazyRuntime:
    """Opens the catalogue once per process, on first use. A failure is not remembered: the next request tries
    again."""

    settings: Settings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _catalog: Catalog | None = None

    @property
    def catalog(self) -> Catalog:
        """The catalogue. Raises StoreUnavailableError, ConfigurationError."""
        if self._catalog is None:
            with self._lock:
                if self._catalog is None:
                    self._catalog = open_catalog(self.settings)
        return self._catalog


def create_app(settings: Settings | None = None) -> Flask:
    """The web application. Raises ConfigurationError with every fault of the settings."""
    settings = settings or Settings.from_env()
    app = Flask("service_catalog.web", static_folder=None)
    app.extensions[EXTENSION] = LazyRuntime(settings)
    app.cli.add_command(make_group(wiring()))
    register(app)
    return app


def wiring() -> Wiring:
    """What the command line needs."""
    return Wiring(prepare=prepare, open_catalog=open_catalog, create_app=served_app)


def prepare(settings: Settings) -> None:
    """Make the data folder and the store's tables, or upgrade them.

    Of the indexes of other versions the newest stays, for its workers may still serve. Raises
    StoreUnavailableError, ConfigurationError.
    """
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(settings.data, error) from None
    migrate(settings.store)
    remove_strangers(index_folder(settings, load_definition(settings.mappings)))


def served_app(settings: Settings) -> Flask:
    """The application of a worker, opened and warm, so that its first request is not a slow one.

    What fails here is logged and tried again at the first request: item pages may work where search does not.
    """
    app = create_app(settings)
    try:
        app.extensions[EXTENSION].catalog.warm()
    except CatalogError as error:
        logger(__name__).warning("worker not warm", detail=error.detail)
    return app


def main() -> None:
    """The ``catalog`` command."""
    make_group(wiring())(prog_name="catalog")


def _kept_secret(folder: Path) -> str:
    """The signing secret of this data folder, made on first use, readable by its owner only.

    Made with O_EXCL beside its place and linked into it, so that workers starting together agree on one, and
    a kill in the middle leaves no half-written secret.
    """
    path = folder / "secret"
    if not path.exists():
        _make_secret(folder, path)
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise ConfigurationError(f"{path} 不完整；请删除它，服务会重新生成（已发出的翻页标记随之失效）")
    return secret


def _make_secret(folder: Path, path: Path) -> None:
    draft = folder / f".secret-{secrets.token_hex(8)}"
    try:
        draft.touch(mode=0o600)
        with draft.open("w", encoding="ascii") as file:
            file.write(secrets.token_hex(MIN_SECRET_CHARACTERS))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another worker was first
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(folder: Path, error: OSError) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"数据目录 {folder} 无法写入（{error.strerror}）；请检查权限或改用 CATALOG_DATA 指定的目录"
    )
