"""A change written by any process is in the next answer of every worker; damage to the index is noticed and
mended."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from service_catalog.config import Settings
from tests.conftest import index_of
from tests.servers.service import Service, environment, run, serving

WRITER = """
import sys
from dataclasses import replace
from service_catalog.app import open_catalog
from service_catalog.config import Settings
catalog = open_catalog(Settings.from_env())
for line in sys.stdin:
    item = catalog.item("110112-TZ0009").item.record
    changed = replace(item, content={**item.content, "aliases": [line.strip()]})
    print(catalog.publish(changed, author="t", reason="t").seq, flush=True)
"""

ROUNDS = 25
ASKS = 6
"""Requests after each write. With 2 workers, 25 × 6 requests over fresh connections reach both (checked)."""


@pytest.fixture
def service(fresh_settings: Settings) -> Iterator[Service]:
    with serving(fresh_settings.data) as running:
        yield running


@pytest.fixture
def writer(fresh_settings: Settings) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=environment(fresh_settings.data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def write(writer: subprocess.Popen[str], alias: str) -> int:
    """Let the third process write; returns once its transaction is durable."""
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(alias + "\n")
    writer.stdin.flush()
    return int(writer.stdout.readline())


def test_change_of_another_process_when_written_then_the_next_answer_of_every_worker_has_it(
    service: Service, writer: subprocess.Popen[str]
) -> None:
    for number in range(ROUNDS):
        alias = f"丢饭碗{number:03}号"
        seq = write(writer, alias)
        for _ in range(ASKS):
            answer = service.get("/v1/search", q=alias, owner_region="110112").json()
            assert answer["engine"]["seq"] >= seq
            assert answer["engine"]["age_s"] == 0.0
            assert answer["hits"][0]["id"] == "110112-TZ0009"
            assert "exact_alias" in [reason["code"] for reason in answer["hits"][0]["reasons"]]
        gone = service.get("/v1/search", q=f"丢饭碗{number - 1:03}号", owner_region="110112").json()
        assert "exact_alias" not in str(gone["hits"][:1])

    assert len(service.worker_pids()) == 2


def serving_index(data: Path) -> Path:
    """The folder of the serving generation."""
    return index_of(data) / "generations" / (index_of(data) / "serving").read_text().strip()


@pytest.mark.parametrize("damage", ["delete", "truncate"])
def test_index_file_when_damaged_then_search_is_mended_and_item_pages_go_on(
    service: Service, damage: str
) -> None:
    service.get("/v1/search", q="失业登记")
    before = serving_index(service.data)
    largest = max(
        (path for path in before.iterdir() if path.suffix not in {".json", ".lock"}),
        key=lambda p: p.stat().st_size,
    )
    if damage == "delete":
        largest.unlink()
    else:
        with largest.open("r+b") as file:
            file.truncate(largest.stat().st_size // 2)

    deadline = time.monotonic() + 20
    mended = False
    while not mended and time.monotonic() < deadline:
        assert service.get("/v1/items/110112-TZ0009").status_code == 200
        answer = service.get("/v1/search", q="失业登记", owner_region="110112")
        assert answer.status_code in {200, 503}
        if answer.status_code == 200:
            assert answer.json()["hits"][0]["id"] == "110112-TZ0009"
        else:
            assert answer.headers["Retry-After"]
        mended = answer.status_code == 200 and serving_index(service.data) != before

    assert mended
    assert (
        service.get("/v1/search", q="失业登记", owner_region="110112").json()["hits"][0]["id"]
        == "110112-TZ0009"
    )


def test_index_folder_when_deleted_then_it_is_built_again(service: Service) -> None:
    shutil.rmtree(service.data / "index")

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert service.get("/v1/items/110112-TZ0009").status_code == 200
        if ask(service).status_code == 200 and any((service.data / "index").glob("*/serving")):
            break
    assert ask(service).json()["hits"][0]["id"] == "110112-TZ0009"


def ask(service: Service) -> requests.Response:
    return service.get("/v1/search", q="失业登记", owner_region="110112")


def test_query_when_typed_unencoded_into_the_address_then_it_is_answered(service: Service) -> None:
    """As ``curl`` sends it: the bytes of the characters, not percent-encoded."""
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        line = "GET /v1/search?q=社会保障卡补换&at_region=120105 HTTP/1.1"
        connection.sendall(f"{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, body = answer.partition("\r\n\r\n")

    assert head.startswith("HTTP/1.1 200 ")
    assert [hit["id"] for hit in json.loads(body)["hits"][:2]] == ["120105-HB0002", "110112-TZ0045"]


def test_workers_when_another_version_is_set_up_beside_them_then_they_answer_on_from_their_own_index(
    service: Service, writer: subprocess.Popen[str], settings: Settings, tmp_path: Path
) -> None:
    newer = tmp_path / "mappings"
    shutil.copytree(settings.mappings, newer)
    items = newer / "items.json"
    items.write_text(items.read_text(encoding="utf-8").replace("Documents made from", "Made from"), "utf-8")
    before = ask(service).json()

    assert run(service.data, "init", CATALOG_MAPPINGS=str(newer)).returncode == 0

    assert len(list((service.data / "index").iterdir())) == 2
    assert ask(service).json() == before
    write(writer, "丢饭碗新号")
    answer = service.get("/v1/search", q="丢饭碗新号", owner_region="110112").json()
    assert answer["hits"][0]["id"] == "110112-TZ0009"
    assert run(service.data, "verify", CATALOG_MAPPINGS=str(newer)).returncode == 0
