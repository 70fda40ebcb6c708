"""The figures of a run as one Markdown table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from tests.bench.measuring import BARE_ROUTE, CONNECTIONS, SEARCH

Figures = Mapping[str, Any]

LABELS = {SEARCH: "search", BARE_ROUTE: "bare route"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, how it is read from the figures of one size, and what it should be."""

    label: str
    cell: Callable[[Figures], str]
    goal: str = ""


def markdown(run: Figures, rows: Iterable[Row]) -> str:
    """The whole report: what was measured where, and the table."""
    return "\n".join([*_preface(run), "", *_table(run["sizes"], rows), ""])


def _preface(run: Figures) -> Iterator[str]:
    machine, plan = run["machine"], run["plan"]
    yield (
        f"Measured {run['date']} on {machine['cores']} × {machine['processor']}, "
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}; "
        f"load average before the run {run['load_before']}. "
        f"{plan['rounds']} × {plan['seconds']:g} s for each load: the median, in brackets the lowest and the "
        f"highest. Load generator: Python, {run['ceiling']:,.0f} requests/s at most."
    )


def _table(sizes: Sequence[Figures], rows: Iterable[Row]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{size['documents']:,} documents" for size in sizes) + " | goal |"
    yield "|---|" + "---:|" * len(sizes) + "---|"
    for row in rows:
        yield f"| {row.label} | " + " | ".join(row.cell(size) for size in sizes) + f" | {row.goal} |"


def rows_beside_bare(text: Figures) -> Iterator[Row]:
    """What ``make bench`` shows. ``text``: the figures of ``bench_text``."""
    for connections in CONNECTIONS:
        yield from _load_rows(connections)
    yield Row("bytes of an answer, search · bare route", _bytes)
    yield Row("cold start to ready, s", lambda size: f"{size['cold_start_s']:.2f}", "≤ 3")
    yield Row("memory of a worker, RSS · PSS, MB", memory_of_worker, "≤ 250")
    yield Row("records loaded, s", lambda size: f"{size['records']:,} in {size['load_s']:.1f}")
    yield Row("index built, s", lambda size: f"{size['build_s']:.1f}", "≤ 20 at 50,000")
    yield Row("most memory while loading and building, MB", lambda size: f"{size['peak_mb']:.0f}")
    speed = f"{text['characters_per_second']:,}"
    yield Row("text folded and segmented, characters/s", lambda _: speed, "≥ 1,000,000")


def _load_rows(connections: int) -> Iterator[Row]:
    at = "1 connection" if connections == 1 else f"{connections} connections"
    for name, label in LABELS.items():
        yield Row(f"{label}, requests/s, {at}", partial(rate, connections=connections, name=name))
    ratio = partial(_ratio, connections=connections)
    yield Row(f"**search ÷ bare route, {at}**", ratio, "≥ 0.20, aim 0.30")
    for name, label in LABELS.items():
        goal = "p99 ≤ 40; ≤ 80 at 50,000" if name == SEARCH and connections > 1 else ""
        yield Row(f"{label}, p50 · p99, ms, {at}", partial(times, connections=connections, name=name), goal)


def rate(size: Figures, *, connections: int, name: str) -> str:
    """Requests per second."""
    return _spread(_values(size, connections, name, "per_second"), 0)


def _ratio(size: Figures, *, connections: int) -> str:
    """Round by round, for the two were measured one right after the other."""
    rates = (_values(size, connections, name, "per_second") for name in (SEARCH, BARE_ROUTE))
    return f"**{_spread([search / bare for search, bare in zip(*rates, strict=True)], 2)}**"


def times(size: Figures, *, connections: int, name: str) -> str:
    """p50 and p99."""
    middle = (middle_of(size, connections, name, figure) for figure in ("p50_ms", "p99_ms"))
    return " · ".join(f"{value:.1f}" for value in middle)


def middle_of(size: Figures, connections: int, name: str, figure: str) -> float:
    """The median over the rounds."""
    return median(_values(size, connections, name, figure))


def _bytes(size: Figures) -> str:
    sizes = (median(_values(size, CONNECTIONS[0], name, "bytes_each")) for name in LABELS)
    return " · ".join(f"{value:,.0f}" for value in sizes)


def memory_of_worker(size: Figures) -> str:
    """RSS and PSS of the larger one."""
    return f"{size['rss_mb']:.0f} · {size['pss_mb']:.0f}"


def _values(size: Figures, connections: int, name: str, figure: str) -> list[float]:
    return [load[figure] for load in size["loads"][str(connections)][name]]


def _spread(values: Sequence[float], digits: int) -> str:
    middle, lowest, highest = (f"{value:,.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} ({lowest}–{highest})"
