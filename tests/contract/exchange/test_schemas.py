"""The record schemas: what passes, what does not, and that every fault is told with its path."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.exchange.record_reader import RecordReader
from service_catalog.model import Kind, Record
from service_catalog.model.errors import InvalidRecordError
from tests.contract.exchange.samples import sample, set_at, with_guide
from tests.seed_rows import rows

READER = RecordReader()

DROP = object()
"""Stands for a field that is left out."""


def faults_of(data: Any) -> dict[str, str]:
    """Field → message of a record that does not pass."""
    with pytest.raises(InvalidRecordError) as caught:
        READER.read(data)
    return {fault.field: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize("name", ["regions", "items-", "scenarios", "acceptances", "counterparts", "terms"])
def test_seed_when_read_then_every_record_passes_and_stays_as_it_is(name: str) -> None:
    for row in rows(name):
        assert READER.read(row).as_json() == row


@pytest.mark.parametrize("kind", Kind)
def test_record_when_every_field_is_used_then_passes_and_keeps_unknown_ones(kind: Kind) -> None:
    given = sample(kind)

    record = READER.read(given)

    assert record.as_json() == given
    assert record.content["from_the_future"] == {"a": [1, {"b": None}]}
    assert (record.kind, record.version, record.deleted) == (kind, 3, False)


@pytest.mark.parametrize("kind", Kind)
def test_record_when_it_is_a_tombstone_then_the_envelope_is_enough(kind: Kind) -> None:
    given = {key: sample(kind)[key] for key in ("kind", "id", "owner", "version")}

    assert READER.read({**given, "deleted": True}) == Record(
        kind, given["id"], given["owner"], given["version"], {}, deleted=True
    )
    with pytest.raises(InvalidRecordError):
        READER.read(given)


REQUIRED = {
    Kind.REGION: ["name"],
    Kind.ITEM: ["code", "name", "item_type", "department"],
    Kind.SCENARIO: ["code", "name", "steps"],
    Kind.ACCEPTANCE: ["item", "mode"],
    Kind.COUNTERPART: ["a", "b", "basis"],
    Kind.TERM: ["word", "target"],
}


@pytest.mark.parametrize("kind", Kind)
def test_record_when_it_has_nothing_but_its_kind_then_every_missing_field_is_named(kind: Kind) -> None:
    expected = {"id", "owner", "version", "provenance", *REQUIRED[kind]}

    assert faults_of({"kind": str(kind)}) == dict.fromkeys(expected, "缺少这个字段")


TEXT, WHOLE, LIST, OBJECT, YES_NO = "应为文字", "应为整数", "应为列表", "应为对象", "应为 true 或 false"
DATE, NAME, EMPTY = "应为日期，写作 2026-03-01", "应为 1 到 1000 个字", "不能为空"
ID = "编号只能有字母、数字和 : ~ _ . -，最长 160 个字符"
CODE = "编码只能有字母、数字和 _ . -，最长 64 个字符"
URL = "应为 http 或 https 网址"

FAULTS: list[tuple[Kind, str, Any, str]] = [
    (Kind.ITEM, "version", 0, "应不小于 1"),
    (Kind.ITEM, "version", 1.0, WHOLE),
    (Kind.ITEM, "version", "1", WHOLE),
    (Kind.ITEM, "version", True, WHOLE),
    (Kind.ITEM, "version", None, EMPTY),
    (Kind.ITEM, "deleted", "false", YES_NO),
    (Kind.ITEM, "deleted", 1, YES_NO),
    (Kind.ITEM, "deleted", 0, YES_NO),
    (Kind.ITEM, "id", "110112-X\n", ID),
    (Kind.ITEM, "id", "", ID),
    (Kind.ITEM, "id", "110112-" + "X" * 154, ID),
    (Kind.ITEM, "id", "110112/X", ID),
    (Kind.ITEM, "id", 7, TEXT),
    (Kind.ITEM, "owner", "110112\n", "区划代码是六位数字"),
    (Kind.ITEM, "owner", "１１０１１２", "区划代码是六位数字"),
    (Kind.ITEM, "owner", 110112, TEXT),
    (Kind.ITEM, "provenance", {}, "缺少这个字段"),
    (Kind.ITEM, "provenance", "official", OBJECT),
    (Kind.ITEM, "provenance.status", "guessed", "只能是 official, reference, sample 之一"),
    (Kind.ITEM, "valid_from", "20260101", DATE),
    (Kind.ITEM, "valid_from", "2026-W01-1", DATE),
    (Kind.ITEM, "valid_from", "2026-02-30", DATE),
    (Kind.ITEM, "valid_to", "2026-01-01T00:00:00", DATE),
    (Kind.ITEM, "valid_to", 20260101, DATE),
    (Kind.ITEM, "code", "A B", CODE),
    (Kind.ITEM, "code", "X\n", CODE),
    (Kind.ITEM, "name", "", NAME),
    (Kind.ITEM, "name", " 　\n", NAME),
    (Kind.ITEM, "name", "办" * 1001, NAME),
    (Kind.ITEM, "name", ["失业登记"], TEXT),
    (Kind.ITEM, "aliases", "丢了工作", LIST),
    (Kind.ITEM, "aliases", None, EMPTY),
    (Kind.ITEM, "aliases.0", "", NAME),
    (Kind.ITEM, "item_type", "٢٠", "事项类型是两位数字"),
    (Kind.ITEM, "item_type", "20\n", "事项类型是两位数字"),
    (Kind.ITEM, "objects", {"natural_person": True}, LIST),
    (Kind.ITEM, "objects.1", "dog", "只能是 natural_person, legal_person 之一"),
    (Kind.ITEM, "themes.0", "085", "主题写作 natural_person:085"),
    (Kind.ITEM, "basic_code", "1" * 11, "应为 12 位"),
    (Kind.ITEM, "implementation_code", "", "应为 31 位"),
    (Kind.ITEM, "handling_code", "1" * 34, "应为 33 位"),
    (Kind.ITEM, "status", "gone", "只能是 active, suspended 之一"),
    (Kind.ITEM, "guide", [], OBJECT),
    (Kind.ITEM, "guide.summary", 1, TEXT),
    (Kind.ITEM, "guide.materials.0", "身份证", OBJECT),
    (Kind.ITEM, "guide.materials.0.name", None, EMPTY),
    (Kind.ITEM, "guide.materials.0.necessity", "必要", "只能是 required, conditional, deferrable 之一"),
    (Kind.ITEM, "guide.materials.0.copies", -1, "应不小于 0"),
    (Kind.ITEM, "guide.legal_limit.value", "5", WHOLE),
    (Kind.ITEM, "guide.legal_limit.unit", "week", "只能是 working_day, calendar_day 之一"),
    (Kind.ITEM, "guide.fee.charged", "no", YES_NO),
    (Kind.ITEM, "guide.fee.charged", None, EMPTY),
    (Kind.ITEM, "guide.visits", 21, "应在 0 到 20 之间"),
    (Kind.ITEM, "guide.visits", 0.5, WHOLE),
    (Kind.ITEM, "guide.online_url", "javascript:alert(1)", URL),
    (Kind.ITEM, "guide.online_url", "//example.org", URL),
    (Kind.ITEM, "guide.online_url", "ftp://example.org/", URL),
    (Kind.ITEM, "guide.questions.0.answer", 5, TEXT),
    (Kind.SCENARIO, "steps", {}, LIST),
    (Kind.SCENARIO, "steps.0", None, EMPTY),
    (Kind.SCENARIO, "steps.0.name", "", NAME),
    (Kind.SCENARIO, "steps.1.order", 0, "应不小于 1"),
    (Kind.SCENARIO, "steps.1.relation", "other", "只能是 own, foreign, stands_for, outside 之一"),
    (Kind.SCENARIO, "steps.1.item", "120105-B", "目录外的步骤（outside）不能有事项"),
    (Kind.SCENARIO, "steps.1.key", "S#9", "步骤编号应为 S#2"),
    (Kind.ACCEPTANCE, "mode", "teleport", "只能是 online, agent, joint, remote_window, kiosk 之一"),
    (Kind.ACCEPTANCE, "windows.0.hall", None, EMPTY),
    (Kind.COUNTERPART, "confidence", "0.9", "应为数字"),
    (Kind.COUNTERPART, "confidence", True, "应为数字"),
    (Kind.COUNTERPART, "confidence", 1.01, "应在 0 到 1 之间"),
    (Kind.TERM, "word", " ", "应为 1 到 64 个字"),
    (Kind.TERM, "word", "词" * 65, "应为 1 到 64 个字"),
    (Kind.TERM, "target", {}, "指向办理对象（object）或名称（name），二者取一"),
    (Kind.TERM, "target", {"object": "证", "name": "证"}, "指向办理对象（object）或名称（name），二者取一"),
    (Kind.TERM, "target.object", "", NAME),
    (Kind.REGION, "place_words.0", 5, TEXT),
]


@pytest.mark.parametrize(("kind", "path", "value", "message"), FAULTS)
def test_field_when_it_is_wrong_then_the_fault_has_its_path_and_says_what_would_do(
    kind: Kind, path: str, value: Any, message: str
) -> None:
    found = faults_of(set_at(sample(kind), path, value))

    where = f"{path}.status" if value == {} and path == "provenance" else path
    assert found[where] == message
    # An id follows from other fields, so that it may be at fault along with one of them.
    assert set(found) <= {where, "id"}


def test_faults_when_there_are_many_then_all_are_told_at_once() -> None:
    broken = with_guide(visits="x", materials=[{"form": "stone"}], fee={}, online_url="x")
    broken |= {"version": -1, "id": "110112-OTHER", "objects": ["a", "b"], "name": 5, "note": "\0"}

    assert set(faults_of(broken)) == {
        "version",
        "id",
        "objects.0",
        "objects.1",
        "name",
        "note",
        "guide.visits",
        "guide.online_url",
        "guide.fee.charged",
        "guide.materials.0.name",
        "guide.materials.0.form",
        "guide.materials.0.necessity",
    }


def test_message_when_there_are_many_faults_then_names_the_record_five_faults_and_their_number() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        READER.read({"kind": "item", "id": "110112-X"})

    assert caught.value.detail.startswith("110112-X：owner 缺少这个字段；")
    assert caught.value.detail.count("缺少") == 5
    assert caught.value.detail.endswith("等 7 处")


@pytest.mark.parametrize("record_id", ["X" * 10_000, "a\nb", "\ud800", "\x1b[2J", ["x"], {"a": 1}])
def test_message_when_the_id_is_odd_then_is_one_short_printable_line(record_id: Any) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        READER.read(sample(Kind.ITEM, id=record_id))

    line = caught.value.detail
    assert line.isprintable()
    assert len(line) < 400
    line.encode()


IDS: list[tuple[Kind, str, str]] = [
    (Kind.REGION, "130101", "130100"),
    (Kind.ITEM, "110112-X", "110112-X-1.a_b"),
    (Kind.ITEM, "120105-X-1.a_b", "110112-X-1.a_b"),
    (Kind.SCENARIO, "S", "120105-S"),
    (Kind.ACCEPTANCE, "110112:110112-X", "120105:110112-X"),
    (Kind.ACCEPTANCE, "120105-110112-X", "120105:110112-X"),
    (Kind.COUNTERPART, "120105-CP-110112-X~120105-A", "120105-CP-120105-A~110112-X"),
    (Kind.COUNTERPART, "110112-CP-120105-A~110112-X", "120105-CP-120105-A~110112-X"),
    (Kind.TERM, "110112-T-0a1b2c3d", "120105-T-（8 位小写十六进制数）"),
    (Kind.TERM, "120105-T-0A1B2C3D", "120105-T-（8 位小写十六进制数）"),
    (Kind.TERM, "120105-T-0a1b2c3d4", "120105-T-（8 位小写十六进制数）"),
    (Kind.TERM, "120105-T-0a1b2c3", "120105-T-（8 位小写十六进制数）"),
]


@pytest.mark.parametrize(("kind", "given", "expected"), IDS)
def test_id_when_it_does_not_follow_from_the_other_fields_then_the_fault_says_what_it_should_be(
    kind: Kind, given: str, expected: str
) -> None:
    assert faults_of(sample(kind, id=given)) == {"id": f"编号应为 {expected}"}


def test_counterpart_when_both_ends_are_one_item_then_refused() -> None:
    both = "120105-A"
    itself = sample(Kind.COUNTERPART, b=both, id=f"120105-CP-{both}~{both}")

    assert faults_of(itself) == {"b": "一个事项不能与自己对应"}


def test_steps_when_two_have_one_number_then_the_second_is_at_fault() -> None:
    record = sample(Kind.SCENARIO)
    record["steps"][1] |= {"order": 1, "key": "S#1"}

    assert faults_of(record) == {"steps.1.order": "与前面的步骤重复"}


@pytest.mark.parametrize("kind", ["nonsense", None, 5, ["item"], "Item", "x" * 10_000, "\ud800"])
def test_kind_when_there_is_none_such_then_the_fault_lists_those_that_are(kind: Any) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        READER.read(sample(Kind.ITEM, kind=kind))

    (fault,) = [each for each in caught.value.faults if "种类" in each.message]
    assert (fault.field, fault.hint) == ("kind", "、".join(Kind))
    assert len(fault.message) < 120


@pytest.mark.parametrize("data", [None, [], "x", 5, [{}]])
def test_record_when_it_is_no_object_then_refused(data: Any) -> None:
    with pytest.raises(InvalidRecordError, match="JSON 对象"):
        READER.read(data)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a\0b", "空字符"),
        ("\ud800", "代理字符"),
        ({"\udfff": 1}, "代理字符"),
        (2**53, "数值超出"),
        (-(2**70), "数值超出"),
        (1e300, "数值超出"),
        (float("nan"), "有限的数"),
        (float("-inf"), "有限的数"),
        (nested(100), "嵌套超过"),
        (nested(5_000), "嵌套超过"),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_value_when_no_store_can_keep_it_then_refused_in_known_and_unknown_fields(
    kind: Kind, value: Any, message: str
) -> None:
    found = faults_of({**sample(kind), "extra": value})

    assert len(found) == 1
    assert message in next(iter(found.values()))


@pytest.mark.parametrize("path", ["aliases.0", "guide.materials.0.name", "from_the_future.a.1.b"])
def test_value_when_no_store_can_keep_it_then_its_path_is_written_as_those_of_other_faults(path: str) -> None:
    assert faults_of(set_at(sample(Kind.ITEM), path, "\0")) == {path: "含有空字符（U+0000）"}


def test_numbers_when_they_are_the_largest_exact_ones_then_pass() -> None:
    largest = [2**53 - 1, 1 - 2**53, 0.1]

    assert READER.read(sample(Kind.ITEM, extra=largest)).content["extra"] == largest
