"""Keeps the Elasticsearch of a test run: ``python -m tests.servers.elasticsearch_keeper FOLDER PID``

Whichever test process wants the server first starts this; it belongs to none of them, so none that ends or is
killed takes the server away from the others. It ends with the process PID, the one that runs the tests.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import sys
from pathlib import Path

from scripts.elasticsearch import CannotRunError
from tests.servers.elasticsearch import STATE, running_elasticsearch


def main(folder: Path, runner: int) -> None:
    """Run the server until ``runner`` has ended; nothing where another keeper does, or has failed to."""
    with (folder / "elasticsearch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if (folder / STATE).exists():
            return
        ended = os.pidfd_open(runner)
        try:
            with running_elasticsearch() as server:
                _say(folder, version=server.version, url=server.url, pid=server.pid)
                select.select([ended], [], [])
        except CannotRunError as failure:
            _say(folder, failure=str(failure))


def _say(folder: Path, **state: str | int) -> None:
    """In one step: readers wait for the file to appear."""
    unfinished = folder / f"{STATE}.new"
    unfinished.write_text(json.dumps(state))
    unfinished.rename(folder / STATE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
