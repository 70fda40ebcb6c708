"""The provenance every record carries: it is reference data, and what that means for its kind.

Each note is one plain sentence that a page may show. Where the rows came from stands in ``seed/README.md``.
"""

from __future__ import annotations

from typing import Any

REGION = "参考数据：名称、代码和区号为公开信息，地名用词由整理所得，未经本区核对"
ITEM = "参考数据：名称取自公开目录或通用国家名称并经整理，未与本区官方清单核对"
ITEM_WITH_GUIDE = ITEM + "；办事指南依国家规定和通行做法编写，不是本区官方指南"
SCENARIO = "参考数据：名称、步骤和部门由整理所得，未与本区官方清单核对"
SCENARIO_LISTED = "参考数据：名称参照{listed}，步骤和部门由整理所得，未与本区官方清单核对"
ACCEPTANCE = "参考数据：办理方式按事项性质整理，未与两区官方办理目录核对"
COUNTERPART = "参考数据：对应关系按事项名称和内容整理，未经两区核对"
TERM = "参考数据：日常用语与事项的对应由整理所得，未经两区核对"

SOURCES = {
    "national law": "national_law",
    "local regulation": "local_regulation",
    "other province's guide": "other_province_guide",
    "common practice": "common_practice",
}
"""Main ground of a guide's field, as the guides write it, and as a record says it."""


def reference(note: str, sources: dict[str, str] | None = None) -> dict[str, Any]:
    """Provenance of a record no official list confirms; ``sources``: what each guide field rests on."""
    provenance: dict[str, Any] = {"status": "reference", "note": note}
    if sources:
        provenance["sources"] = {field: SOURCES[ground] for field, ground in sources.items()}
    return provenance
