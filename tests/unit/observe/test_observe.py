"""Logs and metrics: what they must never hold, and what threads may do at once."""

from __future__ import annotations

import subprocess
import sys

TOGETHER = """
import threading
from service_catalog.observe import count_request
start = threading.Barrier(8)
failed = []
def first():
    start.wait()
    try:
        count_request("/", "GET", 200, 0.001)
    except ValueError as error:
        failed.append(error)
threads = [threading.Thread(target=first) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
assert not failed, failed
"""

FAILING = """
import logging
from service_catalog.observe import logger, set_up_logging
set_up_logging("info")
def search(query):
    raise RuntimeError("engine broke")
try:
    search("张某某 110101199003074258")
except RuntimeError:
    logger("test").exception("search failed")
    logging.getLogger("library").exception("failed below")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_metrics_when_several_threads_count_first_then_each_is_counted() -> None:
    for _ in range(3):
        done = run(TOGETHER)
        assert done.returncode == 0, done.stderr


def test_failure_when_logged_then_what_was_typed_is_not_in_the_log() -> None:
    done = run(FAILING)

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("engine broke") >= 2
    assert "110101199003074258" not in done.stderr
    assert "张某某" not in done.stderr
