"""NDJSON files, and the seed that is made of them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.exchange.ndjson import count_lines, read_records
from service_catalog.exchange.record_reader import RecordReader
from service_catalog.exchange.seeding import RECORD_FILES, load_labels, load_seed, seed_files
from service_catalog.model import Kind
from service_catalog.model.errors import ConfigurationError, InvalidRecordError
from service_catalog.store.canonical import content_hash
from service_catalog.store.memory import MemoryStore
from tests.contract.exchange.samples import SAMPLES, sample

SEED = Settings().seed

GOOD = json.dumps(sample(Kind.ITEM), ensure_ascii=False).encode()


def lines(folder: Path, *content: bytes) -> Path:
    path = folder / "items-x.ndjson"
    path.write_bytes(b"\n".join(content))
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n  \n"])
def test_file_when_it_ends_in_any_way_then_its_records_are_read(tmp_path: Path, end: bytes) -> None:
    path = lines(tmp_path, GOOD + end)

    assert [record.id for record in read_records(path)] == ["110112-X-1.a_b"]


def test_file_when_it_begins_with_a_byte_order_mark_then_is_read(tmp_path: Path) -> None:
    assert len(list(read_records(lines(tmp_path, b"\xef\xbb\xbf" + GOOD, GOOD)))) == 2


def test_file_when_empty_then_has_no_records(tmp_path: Path) -> None:
    path = lines(tmp_path, b"")

    assert list(read_records(path)) == []
    assert count_lines(path) == 0


BAD: dict[str, tuple[bytes, str]] = {
    "broken JSON": (b'{"kind": "item"', "不是有效的 JSON"),
    "bytes that are not UTF-8": (b'{"kind": "\xff\xfe"}', "不是有效的 JSON"),
    "two objects": (b"{}{}", "不是有效的 JSON"),
    "a list": (b"[]", "一条记录是一个 JSON 对象"),
    "a number": (b"5", "一条记录是一个 JSON 对象"),
    "an unknown kind": (b'{"kind": "nonsense"}', "没有种类"),
    "faults of fields": (b'{"kind": "item"}', "owner 缺少这个字段"),
    "NUL": (GOOD.replace(b"X-1", b"\\u0000"), "空字符"),
    "half a surrogate pair": (GOOD.replace("失业登记".encode(), b"\\ud800"), "代理字符"),
    "a surrogate in its bytes": (GOOD.replace("失业登记".encode(), b"\xed\xa0\x80"), "代理字符"),
    "a number of 5,000 digits": (b'{"a": ' + b"9" * 5_000 + b"}", "不是有效的 JSON"),
    "a number too large": (GOOD.replace(b'"copies": 1', b'"copies": 1e400'), "copies"),
    "not a number": (GOOD.replace(b'"copies": 1', b'"copies": NaN'), "copies"),
    "nesting without end": (b"[" * 200_000, "嵌套过深"),
    "nesting too deep": (GOOD[:-1] + b', "x": ' + b"[" * 100 + b"]" * 100 + b"}", "嵌套超过"),
}


@pytest.mark.parametrize(("line", "message"), BAD.values(), ids=BAD)
def test_line_when_it_is_bad_then_the_error_names_file_and_line(
    tmp_path: Path, line: bytes, message: str
) -> None:
    records = read_records(lines(tmp_path, GOOD, b"", line, GOOD))

    assert next(records).id == "110112-X-1.a_b"
    with pytest.raises(InvalidRecordError) as caught:
        next(records)
    assert caught.value.detail.startswith("items-x.ndjson 第 3 行")
    assert message in caught.value.detail
    assert caught.value.detail.isprintable()


def test_line_when_it_has_faults_then_the_error_carries_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        list(read_records(lines(tmp_path, b'{"kind": "term"}')))

    assert {fault.field for fault in caught.value.faults} == {
        "id",
        "owner",
        "version",
        "provenance",
        "word",
        "target",
    }


def hashes(catalog: Catalog, store: MemoryStore) -> dict[str, str]:
    """What the store keeps, by id."""
    stored = (revision for kind in Kind for revision in catalog.listing(kind, limit=10_000)[0])
    assert store.head() > 0
    return {revision.record.id: revision.hash for revision in stored}


def test_records_when_loaded_stored_and_exported_then_unknown_fields_and_hash_are_as_given(
    catalog: Catalog, store: MemoryStore, tmp_path: Path
) -> None:
    given = [sample(kind) for kind in SAMPLES]
    path = lines(tmp_path, *(json.dumps(each, ensure_ascii=False).encode() for each in given))

    catalog.deliver(read_records(path), author="test", reason="test")

    for each in given:
        revision = store.get(each["id"])
        assert revision is not None
        assert revision.record.as_json() == each
        assert revision.hash == content_hash(RecordReader().read(each))
    newer = {**given[1], "from_the_future": {"a": 2}}
    assert content_hash(RecordReader().read(newer)) != hashes(catalog, store)[newer["id"]]


def test_seed_when_loaded_then_every_hash_is_that_of_its_line(catalog: Catalog, store: MemoryStore) -> None:
    load_seed(catalog, SEED)

    records = [record for path in seed_files(SEED) for record in read_records(path)]
    assert hashes(catalog, store) == {record.id: content_hash(record) for record in records}


def test_seed_when_loaded_again_then_unchanged_and_edits_stay(catalog: Catalog, store: MemoryStore) -> None:
    first = load_seed(catalog, SEED)
    item = catalog.item("120105-HB0001").item.record
    edited = replace(item, content={**item.content, "name": "改名"})
    catalog.publish(edited, author="甲", reason="校对")
    catalog.withdraw("120105-HB0002", Kind.ITEM, author="甲", reason="取消")
    told: list[tuple[int, int]] = []

    again = load_seed(catalog, SEED, lambda done, total: told.append((done, total)))

    assert (first.applied, first.unchanged, first.stale, first.forks) == (2852, 0, 0, [])
    assert (again.applied, again.unchanged, again.stale, again.forks) == (0, 2850, 2, [])
    assert store.head() == 2854
    assert catalog.item("120105-HB0001").item.record.content["name"] == "改名"
    assert catalog.history("120105-HB0002", Kind.ITEM)[0].record.deleted
    assert told[-1] == (2852, 2852)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """A copy of the seed that a test may break."""
    return Path(shutil.copytree(SEED, tmp_path / "seed", ignore=shutil.ignore_patterns("making", "*.py")))


@pytest.mark.parametrize("pattern", RECORD_FILES)
def test_seed_when_a_file_is_missing_then_it_is_named_and_nothing_is_stored(
    catalog: Catalog, store: MemoryStore, seed: Path, pattern: str
) -> None:
    for path in seed.glob(f"{pattern}.ndjson"):
        path.unlink()

    with pytest.raises(ConfigurationError) as caught:
        load_seed(catalog, seed)

    assert f"缺少 {pattern}；" in caught.value.detail
    assert str(seed) in caught.value.detail
    assert store.head() == 0


def test_seed_when_the_folder_is_missing_then_says_so(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="不存在；请检查 CATALOG_SEED"):
        load_seed(catalog, tmp_path / "nowhere")


def test_seed_when_its_last_line_is_bad_then_nothing_is_stored(
    catalog: Catalog, store: MemoryStore, seed: Path
) -> None:
    with (seed / "terms.ndjson").open("ab") as file:
        file.write(b'{"kind": "term"}\n')

    with pytest.raises(InvalidRecordError, match=r"^terms\.ndjson 第 431 行：") as caught:
        load_seed(catalog, seed)
    assert caught.value.faults
    assert store.head() == 0


def test_seed_when_a_district_has_a_file_of_its_own_then_it_is_loaded_too(seed: Path) -> None:
    (seed / "items-130100.ndjson").touch()

    names = [path.name for path in seed_files(seed)]

    assert names[:5] == [
        "regions.ndjson",
        "items-110112.ndjson",
        "items-120105.ndjson",
        "items-130100.ndjson",
        "scenarios.ndjson",
    ]


def test_labels_when_loaded_then_by_table_and_code(seed: Path) -> None:
    labels = load_labels(seed)

    assert labels.label("item_type", "01") == "行政许可"
    assert labels.label("theme", "legal_person:035") != "legal_person:035"


def test_labels_when_the_file_is_missing_then_codes_are_shown_as_they_are(tmp_path: Path) -> None:
    assert load_labels(tmp_path).label("item_type", "01") == "01"


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b'{"table": "a", "code": "b"}', b"5", b"\xff", b'{"table": [], "code": 1, "label": 1}'],
)
def test_labels_when_a_line_is_bad_then_the_error_names_file_and_line(seed: Path, line: bytes) -> None:
    path = seed / "code_tables.ndjson"
    count = count_lines(path)
    with path.open("ab") as file:
        file.write(line + b"\n")

    with pytest.raises(ConfigurationError, match=f"code_tables.ndjson 第 {count + 1} 行有误"):
        load_labels(seed)


def test_labels_when_the_seed_is_read_by_a_stranger_then_the_order_of_its_lines_does_not_matter(
    seed: Path,
) -> None:
    before = load_labels(seed)
    path = seed / "code_tables.ndjson"
    rows: list[Any] = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join(reversed(rows)))

    assert load_labels(seed) == before


def test_file_when_read_to_its_end_or_not_then_is_closed_again(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    assert len(list(read_records(lines(tmp_path, GOOD, GOOD)))) == 2
    with pytest.raises(InvalidRecordError):
        list(read_records(lines(tmp_path, GOOD, b"{")))

    assert os.listdir("/proc/self/fd") == before
