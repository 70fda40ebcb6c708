"""Proposed counterparts as a workbook in which a person accepts or refuses, and the way back.

What was decided is read from the sheet 对应建议; rows without a decision are left alone. A workbook comes
from outside: it is refused above ``LIMIT`` bytes, and opened as carefully as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service_catalog.catalog.counterparts.decisions import Decision, DecisionFault, Verdict
from service_catalog.catalog.counterparts.proposing import BASES
from service_catalog.catalog.counterparts.suggesting import Suggestion, Suggestions
from service_catalog.catalog.labels import Labels
from service_catalog.exchange.drafts import Finding, Place, Severity
from service_catalog.exchange.reading.open_book import DAMAGE, Book, damaged, open_book
from service_catalog.exchange.reading.rows import Broken, Cell
from service_catalog.exchange.reading.sheet_xml import SheetRows
from service_catalog.exchange.writing.workbooks import Column, Sheet, Value, write_workbook
from service_catalog.model import Record
from service_catalog.model.errors import InvalidRequestError

LIMIT = 20_000_000
"""Bytes of a workbook: some 100,000 rows."""

SHEET = "对应建议"
VERDICTS: Mapping[str, Verdict] = {"接受": Verdict.ACCEPT, "拒绝": Verdict.REFUSE}
REFUSED = "曾被拒绝或撤回"

COLUMNS: Mapping[str, Column] = {
    "verdict": Column("决定", 8, tuple(VERDICTS)),
    "rank": Column("名次", 8),
    "a": Column("甲编号", 18),
    "a_name": Column("甲名称", 36),
    "a_department": Column("甲部门", 30),
    "a_type": Column("甲类型", 10),
    "b": Column("乙编号", 18),
    "b_name": Column("乙名称", 36),
    "b_department": Column("乙部门", 30),
    "b_type": Column("乙类型", 10),
    "basis": Column("依据", 20, tuple(BASES.values())),
    "confidence": Column("置信度", 8),
    "note": Column("说明", 70),
    "known": Column("现有对应", 40),
    "reviewer": Column("复核岗位", 20),
}
"""By name: the columns that are read have the names of ``Decision``'s fields."""

NEEDED = ("verdict", "a", "a_name", "b", "b_name", "basis", "confidence")

LONGEST_REVIEWER = 100

GUIDANCE = (
    ("决定", "逐行选“接受”或“拒绝”；拿不准的留空，以后再定"),
    ("依据", "可改选，例如只有部分情形对应的，选“范围有重叠，不完全相同”"),
    ("复核岗位", "填岗位，不填姓名；留空则记为执行命令的人"),
    ("怎么交", "保存后执行 catalog counterparts accept 文件 --dry-run 查错，再去掉 --dry-run 写入"),
    ("有错时", "有一处错误就都不写入；每一处都会指出在哪一格"),
    ("不要改", "编号和名称不要改；排序时选中整个表，否则各行会错位（写入时会查出）"),
    ("名次", "首选一对一，备选供首选不对时挑选；一个事项一般只接受一行"),
    ("置信度", "0—1，按编码、名称用字、组名、部门、类型推算，只用来排先后，不是概率；接受后记为 1"),
    ("拒绝", "拒绝的一对以后不再建议（加 --all 可以看到）；谁在何时拒绝，用 catalog history 查"),
)
"""How to use the workbook, for the person who fills it in."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a sheet says: decisions, faults of cells, and the number of rows without a decision."""

    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]
    undecided: int


def write_suggestions(path: Path, suggestions: Suggestions, labels: Labels) -> None:
    """Write a new workbook. Raises InvalidRequestError if the file exists, OSError."""
    rows = (_row(each, labels) for each in suggestions.found)
    write_workbook(
        path,
        [
            Sheet(SHEET, tuple(COLUMNS.values()), rows),
            Sheet("说明", (Column("项目", 16), Column("内容", 110)), _explanations(suggestions)),
        ],
    )


def read_decisions(path: Path) -> Decided:
    """Read the decisions of a workbook, with every fault of its cells.

    Raises InvalidRequestError where it is no workbook at all, or too large; OSError.
    """
    decisions: list[Decision] = []
    findings: list[Finding] = []
    undecided = 0
    for number, cells in _rows(path, findings):
        if not _text(cells.get("verdict")):
            undecided += 1
            continue
        faults = list(_cell_faults(path.name, number, cells))
        findings += faults
        if not faults:
            decisions.append(_decision(number, cells))
    return Decided(tuple(decisions), tuple(findings), undecided)


def as_findings(path: Path, faults: Sequence[DecisionFault], decided: Decided) -> list[Finding]:
    """Faults of decisions at their cells."""
    by_row = {each.row: each for each in decided.decisions}
    return [
        Finding(
            Severity.FAULT,
            Place(path.name, SHEET, fault.row, COLUMNS[fault.field].heading),
            fault.message,
            value=_shown(by_row[fault.row], fault.field),
            hint=fault.hint,
        )
        for fault in faults
    ]


def _row(each: Suggestion, labels: Labels) -> Sequence[Value]:
    pair = each.pair
    rank = "首选" if pair.rank == 1 else f"备选 {pair.rank - 1}"
    ends = (value for record in (pair.a, pair.b) for value in _end(record, labels))
    return (None, rank, *ends, BASES[pair.basis], pair.confidence, pair.note, _known(each), None)


def _end(record: Record, labels: Labels) -> Sequence[Value]:
    content = record.content
    kind = labels.label("item_type", content["item_type"]) if content.get("item_type") else None
    return record.id, content["name"], content.get("department"), kind


def _known(each: Suggestion) -> str:
    told = [REFUSED] if each.was_refused else []
    told += [f"甲已对应 {'、'.join(each.a_links)}"] if each.a_links else []
    told += [f"乙已对应 {'、'.join(each.b_links)}"] if each.b_links else []
    return "；".join(told)


def _explanations(suggestions: Suggestions) -> Iterator[Sequence[Value]]:
    a, b = (f"{each.content['name']}（{each.id}）" for each in (suggestions.a, suggestions.b))
    yield "两区", f"甲：{a}；乙：{b}。接受后的对应记录属于甲区"
    yield from GUIDANCE
    yield "数据", _sources(suggestions)
    yield "时间", f"按目录第 {suggestions.seq} 号变更时的内容生成"


def _sources(suggestions: Suggestions) -> str:
    records = [record for each in suggestions.found for record in (each.pair.a, each.pair.b)]
    unofficial = {each.id for each in records if _status(each) != "official"}
    if not unofficial:
        return "表中事项都取自官方清单"
    count = len(unofficial)
    return f"{count} 个事项的名称出自参考数据或样例，不是官方清单；据此接受的对应同样不是官方口径"


def _status(record: Record) -> str:
    return str((record.content.get("provenance") or {}).get("status"))


def _rows(path: Path, findings: list[Finding]) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """Row number and cells by column name, of rows with anything in them."""
    size = path.stat().st_size
    if size > LIMIT:
        raise InvalidRequestError(
            f"{path.name} 有 {size / 1e6:.0f} MB，超过 {LIMIT / 1e6:.0f} MB；请分成几份"
        )
    book = open_book(path)
    if isinstance(book, Finding):
        raise InvalidRequestError(f"{path.name}：{book.message}；{book.hint}")
    with closing(book):
        try:
            yield from _book_rows(book, path.name, findings)
        except DAMAGE as error:
            fault = damaged(path.name, error)
            raise InvalidRequestError(f"{path.name}：{fault.message}；{fault.hint}") from error


def _book_rows(book: Book, file: str, findings: list[Finding]) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    if SHEET not in book.sheets:
        raise InvalidRequestError(
            f"{file} 里没有工作表“{SHEET}”（有：{'、'.join(list(book.sheets)[:10])}）；"
            "请用 catalog counterparts suggest -o 导出的表"
        )
    rows = SheetRows(book, SHEET, Place(file, SHEET))
    columns: dict[str, int] | None = None
    for number, values in rows:
        if columns is None:
            columns = _columns(file, values if number == 1 else (), findings)
            if findings:
                return
            if number == 1:
                continue
        cells = {name: values[at] for name, at in columns.items() if at < len(values)}
        if any(_text(value) for value in cells.values()):
            yield number, cells
    if columns is None:
        _columns(file, (), findings)
    findings += rows.faults


def _columns(file: str, headings: Sequence[Any], findings: list[Finding]) -> dict[str, int]:
    given = [_text(each) for each in headings]
    for name, column in COLUMNS.items():
        count = given.count(column.heading)
        if count > 1 or (count == 0 and name in NEEDED):
            message = f"有 {count} 列“{column.heading}”" if count else f"缺少“{column.heading}”一列"
            place = Place(file, SHEET, 1, column.heading)
            findings.append(
                Finding(Severity.FAULT, place, message, hint="标题在第 1 行，不要改动；可重新导出建议表")
            )
    return {name: given.index(column.heading) for name, column in COLUMNS.items() if column.heading in given}


def _cell_faults(file: str, row: int, cells: Mapping[str, Any]) -> Iterator[Finding]:
    def fault(name: str, message: str, hint: str) -> Finding:
        place = Place(file, SHEET, row, COLUMNS[name].heading)
        return Finding(Severity.FAULT, place, message, value=_text(cells.get(name)), hint=hint)

    if _text(cells["verdict"]) not in VERDICTS:
        yield fault("verdict", f"不认识“{_text(cells['verdict'])}”", "选“接受”或“拒绝”；还没定的留空")
    for name in ("a", "b"):
        if not _text(cells.get(name)):
            yield fault(name, "没有编号", "有决定的行须有两个编号；请重新导出建议表")
    if _text(cells.get("basis")) not in BASES.values():
        yield fault("basis", "不认识这个依据", f"可选：{'、'.join(BASES.values())}")
    if _share(cells.get("confidence")) is None:
        yield fault("confidence", "应为 0 到 1 之间的数", "这一列由程序填写，不要改动；可重新导出建议表")
    if len(_text(cells.get("reviewer"))) > LONGEST_REVIEWER:
        yield fault("reviewer", f"超过 {LONGEST_REVIEWER} 个字", "只填岗位，如“河北区政务服务办复核岗”")


def _decision(row: int, cells: Mapping[str, Any]) -> Decision:
    basis = next(code for code, label in BASES.items() if label == _text(cells["basis"]))
    return Decision(
        row=row,
        a=_text(cells["a"]),
        b=_text(cells["b"]),
        verdict=VERDICTS[_text(cells["verdict"])],
        a_name=_text(cells.get("a_name")),
        b_name=_text(cells.get("b_name")),
        basis=basis,
        confidence=_share(cells["confidence"]) or 0.0,
        reviewer=_text(cells.get("reviewer")),
        saw_refusal=REFUSED in _text(cells.get("known")),
    )


def _shown(decision: Decision, field: str) -> str:
    if field == "verdict":
        return next(word for word, verdict in VERDICTS.items() if verdict is decision.verdict)
    return str(getattr(decision, field))


def _text(value: Any) -> str:
    if isinstance(value, Broken):
        return value.message
    return "" if value is None else str(value).strip()


def _share(value: Any) -> float | None:
    try:
        share = float(value)
    except (TypeError, ValueError):
        return None
    return share if 0 <= share <= 1 else None
