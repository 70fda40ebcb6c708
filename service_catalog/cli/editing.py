"""``catalog edit``, ``history`` and ``restore-revision``: correct one record, see its past, go back to it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog import Catalog
from service_catalog.catalog.diffing import FieldChange, record_changes, revision_changes
from service_catalog.cli.confirming import CONFIRM, agreed
from service_catalog.cli.edited_text import EditedText, open_text
from service_catalog.cli.failures import fail, sentence
from service_catalog.cli.printing import show
from service_catalog.exchange.checking import Checked, RecordCheck
from service_catalog.model import Record, Revision
from service_catalog.model.errors import ConflictError, Fault, InvalidRecordError

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

SHOWN_VALUE = 120
"""Characters of a value that a line of a diff shows."""

SHOWN_FAULTS = 30

_AUTHOR = click.option("--author", help="谁在修改，记入历史；默认为登录名")
_REASON = click.option("--reason", help="为何修改，记入历史；不给则询问")


def add_editing(group: click.Group, wiring: Wiring) -> None:
    """Register the commands."""
    _add_edit(group, wiring)
    _add_history(group, wiring)
    _add_restore(group, wiring)


def _add_edit(group: click.Group, wiring: Wiring) -> None:
    @group.command(
        help="在编辑器（$VISUAL 或 $EDITOR）中修改一条记录：按导入的全部规则检查、显示变化、确认后写入。"
    )
    @click.argument("record_id", metavar="ID")
    @_AUTHOR
    @_REASON
    @CONFIRM
    def edit(record_id: str, author: str | None, reason: str | None, confirm: bool) -> None:
        with wiring.catalog() as catalog:
            current = catalog.find(record_id).record
            if current.deleted:
                fail(f"{record_id} 已撤回；先用 catalog restore-revision {record_id} 版本 恢复")
            check = RecordCheck(catalog)
            with open_text(record_id, as_text(current)) as text_file:
                edited = _edited(text_file, current, check)
                if edited is not None and _is_wanted(text_file, edited, current, sure=confirm):
                    _write(catalog, text_file, edited, current, check, author=author, reason=reason)


def _edited(text_file: EditedText, current: Record, check: RecordCheck) -> Record | None:
    """The record as edited, once it has no faults; None if nothing was changed or the editor gave up."""
    while True:
        text = text_file.edit()
        if text == as_text(current):
            show("没有改动")
            text_file.drop()
            return None
        try:
            edited, doubts = read_text(text, current, check)
        except InvalidRecordError as error:
            show("\n".join(fault_lines(error)), err=True)
        else:
            if doubts:
                show("\n".join(doubt_lines(doubts)), err=True)
            return edited
        if not agreed("继续编辑？选否则放弃写入，文本会保留", default=True):
            show(f"没有写入；文本保留在 {text_file.keep()}", err=True)
            raise SystemExit(1)


def _is_wanted(text_file: EditedText, edited: Record, current: Record, *, sure: bool) -> bool:
    changes = record_changes(current, edited)
    if not changes:
        show("没有改动")
        text_file.drop()
        return False
    show("\n".join(change_lines(changes)))
    if sure or agreed(f"写入 {current.id} 的这 {len(changes)} 处变化？", default=False):
        return True
    show(f"没有写入；文本保留在 {text_file.keep()}", err=True)
    return False


def _write(
    catalog: Catalog,
    text_file: EditedText,
    edited: Record,
    current: Record,
    check: RecordCheck,
    *,
    author: str | None,
    reason: str | None,
) -> None:
    def keep_rules() -> None:
        """Once more, for what it refers to may have gone while it was edited."""
        check.whole(edited.as_json()).require(edited.id)

    try:
        change = catalog.publish(
            edited,
            author=author or getpass.getuser(),
            reason=reason or click.prompt("为何修改", err=True),
            if_version=current.version,
            check=keep_rules,
        )
    except ConflictError as error:
        newest = catalog.find(current.id).record
        show(
            "\n".join(["您编辑期间，别人做了这些修改：", *change_lines(record_changes(current, newest))]),
            err=True,
        )
        fail(f"{error.detail}。没有写入；您的文本保留在 {text_file.keep()}")
    text_file.drop()
    show(f"已写入 {edited.id} 第 {change.version if change else current.version} 版")


def _add_history(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="一条记录的历次版本：何时、谁、为何、改了什么。")
    @click.argument("record_id", metavar="ID")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def history(record_id: str, as_json: bool) -> None:
        with wiring.catalog() as catalog:
            revisions = catalog.history(record_id, catalog.find(record_id).record.kind)
        pairs = list(zip(revisions, revision_changes(revisions), strict=True))
        if as_json:
            shown = [_revision_json(*pair) for pair in pairs]
            show(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        for revision, changes in pairs:
            show("\n".join(_revision_lines(revision, changes)))


def _add_restore(group: click.Group, wiring: Wiring) -> None:
    @group.command("restore-revision", help="把一条记录恢复为某一版的内容，写成新的一版。已撤回的也可恢复。")
    @click.argument("record_id", metavar="ID")
    @click.argument("version", type=click.IntRange(min=1))
    @_AUTHOR
    @_REASON
    @CONFIRM
    def restore(record_id: str, version: int, author: str | None, reason: str | None, confirm: bool) -> None:
        with wiring.catalog() as catalog:
            current = catalog.find(record_id).record
            old = catalog.revision_at(record_id, current.kind, version)
            changes = record_changes(current, old)
            if not changes:
                show(f"内容与第 {version} 版相同，没有改动")
                return
            show("\n".join(change_lines(changes)))
            if not confirm and not agreed(f"把 {record_id} 恢复为第 {version} 版的内容？", default=False):
                show("没有写入", err=True)
                return
            change = catalog.publish(
                old,
                author=author or getpass.getuser(),
                reason=reason or f"恢复第 {version} 版",
                if_version=0 if current.deleted else current.version,
            )
        show(f"已写入 {record_id} 第 {change.version if change else current.version} 版")


def as_text(record: Record) -> str:
    """A record as an editor shows it: what names it first, then its fields in their order."""
    data = record.as_json()
    first = [name for name in ("kind", "id", "owner", "version", "code", "name") if name in data]
    ordered = {name: data[name] for name in [*first, *(name for name in data if name not in first)]}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


def read_text(text: str, current: Record, check: RecordCheck) -> tuple[Record, tuple[Fault, ...]]:
    """The record of an edited text, which must still be ``current``, with what is doubtful in it.

    Raises InvalidRecordError with every fault.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise InvalidRecordError("嵌套过深") from None
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 列"
        raise InvalidRecordError(
            "不是有效的 JSON", faults=(Fault(place, f"不是有效的 JSON：{error.msg}"),)
        ) from None
    if not isinstance(data, dict):
        raise InvalidRecordError("一条记录是一个 JSON 对象")
    was = {"deleted": False, **current.as_json()}
    identity = tuple(
        Fault(name, "不能在这里修改", str(was[name]))
        for name in ("kind", "id", "owner", "version", "deleted")
        if data.get(name, was["deleted"] if name == "deleted" else None) != was[name]
    )
    checked = check.whole(data)
    Checked((*identity, *checked.faults)).require(current.id)
    return Record.from_json(data), checked.doubts


def fault_lines(error: InvalidRecordError) -> Iterator[str]:
    """Every fault of a record, one a line."""
    yield f"有 {max(len(error.faults), 1)} 处错误：" if error.faults else f"有错误：{sentence(error)}"
    for fault in error.faults[:SHOWN_FAULTS]:
        hint = f"（{fault.hint}）" if fault.hint else ""
        yield f"  {fault.field or '记录'}：{fault.message}{hint}"
    if len(error.faults) > SHOWN_FAULTS:
        yield f"  另有 {len(error.faults) - SHOWN_FAULTS} 处"


def doubt_lines(doubts: Sequence[Fault]) -> Iterator[str]:
    """What somebody should look at before it is written."""
    yield f"提醒 {len(doubts)} 处（不妨碍写入）："
    for doubt in doubts[:SHOWN_FAULTS]:
        hint = f"（{doubt.hint}）" if doubt.hint else ""
        yield f"  {doubt.field or '记录'}：{doubt.message}{hint}"


def change_lines(
    changes: list[FieldChange], name: Callable[[str], str] = lambda field: field
) -> Iterator[str]:
    """A diff as text: what was, what is. ``name``: what to call a field, given by its path."""
    for each in changes:
        yield f"  {name(each.field)}"
        if each.before is not None:
            yield f"    - {_shown(each.before)}"
        if each.after is not None:
            yield f"    + {_shown(each.after)}"


def _revision_lines(revision: Revision, changes: list[FieldChange]) -> Iterator[str]:
    record = revision.record
    what = "撤回" if record.deleted else f"{len(changes)} 处变化"
    yield f"第 {record.version} 版  {revision.changed_at}  {revision.author}  {revision.reason}  {what}"
    if not record.deleted and record.version > 1:
        yield from change_lines(changes)


def _revision_json(revision: Revision, changes: list[FieldChange]) -> dict[str, Any]:
    return {
        "version": revision.record.version,
        "seq": revision.seq,
        "changed_at": revision.changed_at,
        "author": revision.author,
        "reason": revision.reason,
        "deleted": revision.record.deleted,
        "changes": [{"field": each.field, "before": each.before, "after": each.after} for each in changes],
    }


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_VALUE else f"{text[:SHOWN_VALUE]}…（共 {len(text)} 字）"
