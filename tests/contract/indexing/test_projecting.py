"""Projection in a second process: the same documents, and no build that hangs or ends quietly without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from service_catalog.indexing.dictionary import Dictionary
from service_catalog.indexing.projecting import WORTHWHILE, Batch, project, projected
from service_catalog.indexing.projection import Projection
from service_catalog.model import Kind, Record, Revision
from service_catalog.model.errors import EngineError
from tests.contract.catalog.builders import TONGZHOU, acceptance, item

PROJECTION = Projection(Dictionary(words={"社会保障卡": None}, pairs={"社会": 2}, documents=3, hash="d"))

BROKEN = Record(kind=Kind.ITEM, id="110112-X", owner=TONGZHOU, version=1, content={})

ENDING = f"""
import sys, time
from tests.contract.indexing.test_projecting import PROJECTION, batches
from service_catalog.indexing.projecting import projected
documents = projected(batches(50), PROJECTION, seq=1, expected={WORTHWHILE})
next(documents)
print("begun", flush=True)
time.sleep(60)
"""

two_cores = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="with one core there is no second process to test"
)


def revision(record: Record) -> Revision:
    return Revision(record, 1, f"{record.id:064}", "a", "r", "2026-03-01T00:00:00.000Z")


def batch(number: int) -> Batch:
    rows = [item(f"TZ{number:02}{each:02}", name=f"社会保障卡补领{each}") for each in range(20)]
    return [(revision(row), [revision(acceptance(row.id))]) for row in rows]


def batches(count: int) -> Iterator[Batch]:
    return (batch(number) for number in range(count))


def children(process: int) -> Sequence[int]:
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(each) for each in file.read().split()]


def is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(process: int) -> bool:
    end = time.monotonic() + 30
    while is_alive(process) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(process)


@two_cores
def test_documents_when_made_in_a_second_process_then_they_are_those_of_the_first() -> None:
    made = list(projected(batches(7), PROJECTION, seq=9, expected=WORTHWHILE))

    assert made == [document for each in batches(7) for document in project(PROJECTION, each, 9)]


def test_documents_when_there_are_few_then_no_second_process_is_started() -> None:
    documents = projected(batches(2), PROJECTION, seq=9, expected=WORTHWHILE - 1)
    next(documents)

    assert children(os.getpid()) == []


@two_cores
def test_documents_when_a_record_cannot_be_projected_then_its_error_is_raised_and_the_process_ends() -> None:
    documents = projected([batch(1), [(revision(BROKEN), [])]], PROJECTION, seq=9, expected=WORTHWHILE)

    with pytest.raises(KeyError, match="name"):
        list(documents)
    assert children(os.getpid()) == []


@two_cores
def test_documents_when_the_second_process_is_killed_then_the_build_ends_with_an_error() -> None:
    documents = projected(batches(50), PROJECTION, seq=9, expected=WORTHWHILE)
    next(documents)
    (second,) = children(os.getpid())
    os.kill(second, signal.SIGKILL)

    with pytest.raises(EngineError, match="第二个进程意外结束"):
        list(documents)


@two_cores
def test_documents_when_nobody_wants_the_rest_then_the_second_process_ends() -> None:
    documents = projected(batches(50), PROJECTION, seq=9, expected=WORTHWHILE)
    next(documents)
    documents.close()  # type: ignore[attr-defined]

    assert children(os.getpid()) == []


@two_cores
def test_second_process_when_the_first_is_killed_then_it_ends_by_itself() -> None:
    with subprocess.Popen([sys.executable, "-c", ENDING], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"begun\n"
        (second,) = children(first.pid)
        first.kill()

    assert wait_until_gone(second)
