"""Building the search index, as several commands do at their end."""

from __future__ import annotations

import time

from service_catalog.catalog import Catalog
from service_catalog.cli.printing import bar, show
from service_catalog.model.errors import EngineBusyError

BUSY_TIMEOUT_S = 120
"""How long to wait for another process's build. 50,000 records take about 20 s, three times that on a busy
machine."""

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
