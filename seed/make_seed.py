"""Makes the seed from the folder of its source files: ``python seed/make_seed.py SOURCES [TARGET]``.

TARGET is the folder of this program unless given. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from making import items, links, regions, scenarios, terms
from making.regions import HEBEI, TONGZHOU
from making.sources import Sources, read

Lines = Iterable[Mapping[str, Any]]


def main() -> None:
    """Reads the folder and writes every file; a missing file or folder ends it with one line."""
    parser = argparse.ArgumentParser(description="Makes the reference seed from its source files.")
    parser.add_argument("sources", type=Path, help="folder of the source files")
    parser.add_argument(
        "target", type=Path, nargs="?", default=Path(__file__).parent, help="folder to write into"
    )
    arguments = parser.parse_args()
    try:
        write(files(read(arguments.sources)), arguments.target)
    except OSError as error:
        parser.error(str(error))


def write(contents: Mapping[str, list[str]], folder: Path) -> None:
    """Writes every file and prints its count of lines."""
    for name, lines in contents.items():
        text = "".join(f"{line}\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(lines)}")


def files(sources: Sources) -> dict[str, list[str]]:
    """The lines of every file of the seed, by file name."""
    return {
        "regions.ndjson": by_id(regions.records()),
        f"items-{TONGZHOU}.ndjson": by_id(items.records(sources, TONGZHOU)),
        f"items-{HEBEI}.ndjson": by_id(items.records(sources, HEBEI)),
        "scenarios.ndjson": by_id(scenarios.records(sources)),
        "acceptances.ndjson": by_id(links.acceptances(sources)),
        "counterparts.ndjson": by_id(links.counterparts(sources)),
        "terms.ndjson": by_id(terms.records(sources)),
        "code_tables.ndjson": compact(sorted(sources.codes, key=lambda row: (row["table"], row["code"]))),
        "materials.txt": sources.materials,
    }


def by_id(records: Lines) -> list[str]:
    """Records as lines, in the order of their ids."""
    return compact(sorted(records, key=lambda record: str(record["id"])))


def compact(rows: Lines) -> list[str]:
    """One JSON object a line: keys sorted, no spaces, characters as they are."""
    return [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows]


if __name__ == "__main__":
    main()
