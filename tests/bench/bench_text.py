"""How fast names become tokens, and what the libraries of ``text`` weigh. Prints one line of JSON.

``characters_per_second`` is ``fold`` followed by ``Segmenter.words`` over every item name of the seed, one
thread, the best of several rounds (the floor is 1,000,000). The other times are for one name on average;
``pinyin_first_us`` with words pypinyin has not read yet. ``rss_mb`` is what the process grew by as each
library was loaded. Run from the root of the repository::

    PYTHONPATH=. python tests/bench/bench_text.py
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    arguments = _arguments()
    names = _names(arguments.seed)
    weights = _weights()
    print(json.dumps({**_speeds(names, arguments.rounds), "rss_mb": weights}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure folding, segmentation and pinyin on one thread.")
    parser.add_argument("--seed", type=Path, default=ROOT / "seed", help="folder with items-*.ndjson")
    parser.add_argument("--rounds", type=int, default=20, help="rounds over all names; the best one counts")
    return parser.parse_args()


def _names(seed: Path) -> list[str]:
    lines = [line for path in sorted(seed.glob("items-*.ndjson")) for line in path.open(encoding="utf-8")]
    if not lines:
        raise SystemExit(f"no items-*.ndjson in {seed}")
    return [json.loads(line)["name"] for line in lines]


def _weights() -> dict[str, float]:
    """Memory by library, measured before ``service_catalog.text`` is imported, which loads two of them."""
    return {
        "opencc": _growth(lambda: import_module("opencc").OpenCC("t2s").convert("臺")),
        "rjieba": _growth(lambda: import_module("rjieba").Jieba().cut("台", False)),
        "pypinyin": _growth(lambda: import_module("pypinyin").lazy_pinyin("台")),
    }


def _growth(step: Callable[[], object]) -> float:
    before = _resident_mb()
    step()
    return round(_resident_mb() - before, 1)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _speeds(names: list[str], rounds: int) -> dict[str, float]:
    # Here, for _weights has to see the process without it.
    from service_catalog.text import Segmenter, bigrams, fold, initials, syllables  # noqa: PLC0415

    segmenter = Segmenter({})
    folded = [fold(name) for name in names]

    def seconds(step: Callable[[str], object], texts: list[str]) -> float:
        return min(_timed(step, texts) for _ in range(rounds))

    def pinyin(text: str) -> str:
        return initials(syllables(segmenter.segments(text)))

    first_pinyin = _timed(pinyin, folded)
    to_words = seconds(lambda name: segmenter.words(fold(name)), names)
    return {
        "names": len(names),
        "characters": sum(map(len, names)),
        "characters_per_second": round(sum(map(len, names)) / to_words),
        "fold_us": round(seconds(fold, names) / len(names) * 1e6, 2),
        "words_us": round(seconds(segmenter.words, folded) / len(names) * 1e6, 2),
        "bigrams_us": round(seconds(bigrams, folded) / len(names) * 1e6, 2),
        "pinyin_first_us": round(first_pinyin / len(names) * 1e6, 2),
        "pinyin_us": round(seconds(pinyin, folded) / len(names) * 1e6, 2),
    }


def _timed(step: Callable[[str], object], texts: list[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        step(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
