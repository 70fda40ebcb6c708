"""Labels of the national code tables, for people. Unknown codes are shown as they are: the tables are open
lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIXED: Mapping[str, Mapping[str, str]] = {
    "kind": {"item": "事项", "scenario": "一件事"},
    "object": {"natural_person": "个人", "legal_person": "企业和组织"},
    "mode": {
        "online": "全程网办",
        "agent": "异地代收代办",
        "joint": "多地联办",
        "remote_window": "云窗口",
        "kiosk": "自助终端",
    },
}
"""Labels of the catalogue's own closed vocabularies (see the glossary)."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Chinese labels by facet and value."""

    tables: Mapping[str, Mapping[str, str]]

    def label(self, facet: str, value: str) -> str:
        """The label of a value, or the value itself."""
        if facet in FIXED:
            return FIXED[facet].get(value, value)
        if facet == "theme":
            who, _, code = value.partition(":")
            return self.tables.get(f"theme_{who}", {}).get(code, value)
        return self.tables.get(facet, {}).get(value, value)
