"""About 500 names of the reference set with their tokens and readings, kept as they were when last looked at.

A stored index holds tokens of the release that built it. A difference here means: new tokens do not fit an
old index, so the mapping's version must rise, and every changed line wants reading. To renew the file on
purpose, run this file as a script from the root of the repository and read the difference::

    PYTHONPATH=. python tests/unit/text/test_golden.py

A line is: name, words, segments, syllables, initials; lists are joined by spaces.
"""

from __future__ import annotations

from pathlib import Path

from service_catalog.text import Segmenter, fold, initials, syllables

GOLDEN = Path(__file__).parent / "golden.tsv"

WORDS: dict[str, int | None] = {
    "一件事": 41,
    "社会保障卡": None,
    "跨省通办": None,
    "养老保险": 60,
    "工商户": None,
}


def test_golden_names_tokens_and_readings_are_those_of_the_file() -> None:
    expected = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert _lines([line.split("\t")[0] for line in expected]) == expected


def _lines(names: list[str]) -> list[str]:
    segmenter = Segmenter(WORDS)
    return [_line(segmenter, name) for name in names]


def _line(segmenter: Segmenter, name: str) -> str:
    folded = fold(name)
    segments = segmenter.segments(folded)
    spoken = syllables(segments)
    columns = (segmenter.words(folded), segments, spoken)
    return "\t".join([name, *map(" ".join, columns), initials(spoken)])


def _renew() -> None:
    names = [line.split("\t")[0] for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    GOLDEN.write_text("\n".join(_lines(names)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _renew()
