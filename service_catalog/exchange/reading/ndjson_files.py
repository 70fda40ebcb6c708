"""Reading NDJSON into drafts: a line that is broken is told, and the next one is read."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.json_objects import without_repeats
from service_catalog.exchange.reading.encodings import UTF_8, encoding_of
from service_catalog.exchange.sheets.cells import shown

WHOLE = "每行应是一个完整的 JSON 对象；行尾不完整时重新导出或重新传送文件"


def read_lines(path: Path) -> Iterator[Draft | Finding]:
    """The drafts of an NDJSON file, each as the line gives it; of one that is not UTF-8 it is said."""
    encoding, _ = yield from encoding_of(path)
    for number, line in enumerate(_lines(path, encoding), start=1):
        if line.strip():
            yield _read_line(line, Place(path.name, row=number))


def _lines(path: Path, encoding: str) -> Iterator[bytes | str]:
    """The lines; those of UTF-8 as bytes, for one that is broken must not end the others."""
    if encoding == UTF_8:
        with path.open("rb") as lines:
            for number, line in enumerate(lines):
                yield line if number else line.removeprefix(BOM_UTF8)
        return
    with path.open(encoding=encoding, newline="\n") as texts:
        try:
            yield from texts
        except UnicodeError:
            yield "�"  # cut off within a character: told as a line that is not whole


def _read_line(line: bytes | str, place: Place) -> Draft | Finding:
    try:
        text = line if isinstance(line, str) else line.decode("utf-8")
        data = json.loads(text, object_pairs_hook=without_repeats, parse_constant=_refuse_constant)
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


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} 不是 JSON 能表示的数")


def _begin(line: bytes | str) -> str:
    text = line if isinstance(line, str) else line.decode("utf-8", "replace")
    return shown(text.strip())
