"""Building the search index, as several commands do at their end."""

from __future__ import annotations

import time

from service_catalog.catalog import Catalog
from service_catalog.cli.printing import bar, show
from service_catalog.model.errors import EngineBusyError, EngineUnavailableError, SearchUnavailableError

BUSY_TIMEOUT_S = 120
"""How long to wait for another process's build. 50,000 records take about 20 s, three times that on a busy
machine."""

LEVEL_TIMEOUT_S = 120
"""How long to wait for the indexer: it applies some thousand changes a second."""

LOOK_S = 0.2


def build_index(catalog: Catalog) -> None:
    """Build it, or wait for another process that is building it.

    What that one builds may be of no use, because a backup was restored meanwhile: then it is built after
    all. Raises EngineBusyError after ``BUSY_TIMEOUT_S``.
    """
    deadline, told = time.monotonic() + BUSY_TIMEOUT_S, False
    while True:
        try:
            with bar("建立索引") as progress:
                catalog.rebuild(lambda _what, done, total: progress(done, total))
            return
        except EngineBusyError:
            if time.monotonic() > deadline:
                raise
        if not told:
            show("另一个进程正在建立索引，等它完成……", err=True)
            told = True
        time.sleep(LOOK_S)
        if catalog.status().ready:
            return


def await_indexer(catalog: Catalog) -> None:
    """Wait until the indexer has brought a search server's index level.

    Raises EngineUnavailableError if the server cannot be asked, SearchUnavailableError if no indexer runs or
    it takes longer than ``LEVEL_TIMEOUT_S``.
    """
    deadline = time.monotonic() + LEVEL_TIMEOUT_S
    while True:
        status = catalog.status()
        if status.engine.error is not None:
            raise EngineUnavailableError(status.engine.error)
        if status.lag == 0:
            return
        if status.work.follow is None:
            raise SearchUnavailableError("没有进程使索引跟上变更，请运行 catalog index --follow")
        if time.monotonic() > deadline:
            raise SearchUnavailableError(f"仍落后 {status.lag} 项变更")
        time.sleep(LOOK_S)
