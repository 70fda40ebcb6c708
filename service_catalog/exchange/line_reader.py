"""Reading NDJSON into drafts: a line that is broken is told, and the next one is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from service_catalog.exchange.cells import shown
from service_catalog.exchange.drafts import Draft, Finding, Place, Severity

_UTF8_MARK = b"\xef\xbb\xbf"

WHOLE = "每行应是一个完整的 JSON 对象；行尾不完整时重新导出或重新传送文件"


def read_lines(path: Path) -> Iterator[Draft | Finding]:
    """The drafts of an NDJSON file, each as the line gives it."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.removeprefix(_UTF8_MARK) if number == 1 else line
            if text.strip():
                yield _read_line(text, Place(path.name, row=number))


def _read_line(line: bytes, place: Place) -> Draft | Finding:
    try:
        data = json.loads(
            line.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        return Finding(Severity.FAULT, place, "这一行不是 UTF-8 文本", hint="把文件另存为 UTF-8")
    except RecursionError:
        return Finding(Severity.FAULT, place, "嵌套过深", hint=WHOLE)
    except ValueError as error:
        return Finding(Severity.FAULT, place, f"不是有效的 JSON：{error}", value=_begin(line), hint=WHOLE)
    if not isinstance(data, dict):
        return Finding(Severity.FAULT, place, "一条记录是一个 JSON 对象", value=_begin(line), hint=WHOLE)
    version = data.get("version")
    seen = version if isinstance(version, int) and not isinstance(version, bool) else None
    cells = {name: Place(place.file, None, place.row, name) for name in data}
    return Draft(data, place, seen, cells)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"字段 {shown(repeated)} 重复")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} 不是 JSON 能表示的数")


def _begin(line: bytes) -> str:
    return shown(line.decode("utf-8", "replace").strip())
