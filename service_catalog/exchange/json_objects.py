"""JSON objects as people send them, in files and over HTTP."""

from __future__ import annotations

from typing import Any

from service_catalog.exchange.sheets.cells import shown


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For ``object_pairs_hook``. Raises ValueError for a name given twice: it would lose one of its values
    without a word."""
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"字段 {shown(repeated)} 重复")
    return made
