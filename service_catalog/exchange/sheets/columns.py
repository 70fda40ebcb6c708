"""What a column can be: the fields of each sheet, how each is written in a cell, and what a blank one means.

The one place for both directions. Which heading a field stands under is in the profile.

A path names a field of the record (``guide.fee.amount``). In a sheet of parts (materials of an item) it names
a field of the part, or with ``@`` a field of the record that the part belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service_catalog.model import Kind


class Blank(StrEnum):
    """What a blank cell says of its field. Nothing is known in each case; files write it in three ways."""

    NULL = "null"
    EMPTY = "[]"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record or of one of its parts. ``target``: the path that it fills, if not its own name."""

    path: str
    form: str = "text"
    blank: Blank = Blank.NULL
    width: int = 14
    target: str = ""

    @property
    def fills(self) -> str:
        """The path of the record's field."""
        return self.target or self.path


@dataclass(frozen=True, slots=True)
class Table:
    """What one sheet holds: records of ``kind``, or the parts at ``list_path`` of such records.

    ``objects``: fields that are objects, and what stands for one that has nothing in it. ``blank``: what
    stands for a record without parts of this sort, where the file has their sheet."""

    name: str
    kind: Kind
    fields: Mapping[str, Field]
    list_path: str = ""
    objects: Mapping[str, Blank] = field(default_factory=dict)
    blank: Blank = Blank.EMPTY

    @property
    def is_part(self) -> bool:
        """Whether its rows are parts of records."""
        return bool(self.list_path)

    @property
    def is_kept(self) -> bool:
        """Whether its rows are kept with records as they are, though nobody knows what they mean."""
        return is_kept(self.list_path)


ORDER = "#"
"""The column with the position of a part among its record's parts."""

OTHERS = "*"
"""The column with what no other column shows, as JSON."""

ONLY_SHOWN = ""
"""A column for people, such as the item's name beside its materials; not read."""

EXTRA = "extra"
"""The field that keeps columns which the profile does not know, by heading, and rows of unknown sheets, by
the name of the sheet."""


def is_kept(path: str) -> bool:
    """Whether a path is that of rows of an unknown sheet."""
    return path.startswith(f"{EXTRA}.")


def _fields(*fields: Field) -> dict[str, Field]:
    return {each.path: each for each in fields}


_ABSENT, _EMPTY = Blank.ABSENT, Blank.EMPTY

_ENVELOPE = (
    Field("id", "code", _ABSENT, 18),
    Field("owner", "region", _ABSENT, 9),
    Field("version", "whole", _ABSENT, 6),
)
_SOURCE = (
    Field("provenance.status", "choice:source", _ABSENT, 9),
    Field("provenance.note", "text", _ABSENT, 30),
)
_COMMON = (
    Field("valid_from", "day", width=12),
    Field("valid_to", "day", width=12),
    *_SOURCE,
)

_OF_ITEM = (
    Field("@id", "code", width=18),
    Field("@owner", "region", width=9),
    Field("@code", "code", width=14),
    Field("@implementation_code", "code31", width=34),
    Field("@handling_code", "code33", width=36),
    Field("@basic_code", "code12", width=14),
)

_WINDOW = (
    Field("hall", width=28),
    Field("address", width=36),
    Field("phone", width=16),
    Field("hours", width=28),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "region",
            Kind.REGION,
            _fields(
                *_ENVELOPE,
                Field("name", blank=_ABSENT, width=16),
                Field("short_name"),
                Field("city"),
                Field("area_code", "code"),
                Field("place_words", "words", _EMPTY, 30),
                Field("city_words", "words", _EMPTY),
                Field("open_words", "words", _EMPTY),
                Field("not_words", "words", _EMPTY, 20),
                *_SOURCE,
            ),
            objects={"provenance": _ABSENT},
        ),
        Table(
            "item",
            Kind.ITEM,
            _fields(
                *_ENVELOPE,
                Field("code", "code", _ABSENT, 12),
                Field("name", blank=_ABSENT, width=44),
                Field("aliases", "words", _EMPTY, 24),
                Field("group", width=24),
                Field("item_type", "choice:item_type", _ABSENT, 14),
                Field("department", width=30),
                Field("objects", "choices:object", _EMPTY, 10),
                Field("themes", "choices:theme", _EMPTY, 24),
                Field("themes:natural_person", "themes:natural_person", _EMPTY, 20, "themes"),
                Field("themes:legal_person", "themes:legal_person", _EMPTY, 20, "themes"),
                Field("basic_code", "code12", _ABSENT, 14),
                Field("implementation_code", "code31", _ABSENT, 34),
                Field("handling_code", "code33", _ABSENT, 36),
                Field("status", "choice:status", _ABSENT, 8),
                *_COMMON,
                Field("guide.summary", width=40),
                Field("guide.conditions", "lines", _EMPTY, 40),
                Field("guide.legal_limit.value", "whole", _ABSENT, 8),
                Field("guide.legal_limit.unit", "choice:period", _ABSENT, 10),
                Field("guide.promised_limit.value", "whole", _ABSENT, 8),
                Field("guide.promised_limit.unit", "choice:period", _ABSENT, 10),
                Field("guide.fee.charged", "choice:yes_no", _ABSENT, 8),
                Field("guide.fee.amount", "text", _ABSENT, 24),
                Field("guide.fee.basis", "text", _ABSENT, 30),
                Field("guide.visits", "whole", width=8),
                Field("guide.result.name", width=20),
                Field("guide.result.kind", "choice:result", width=10),
                Field("guide.online_url", width=30),
                Field("guide.cross_region_note", width=40),
                Field("guide.legal_basis:titles", "bases", _EMPTY, 40, "guide.legal_basis"),
                Field("guide.steps:names", "steps", _EMPTY, 40, "guide.steps"),
                Field("guide.windows.0.hall", "text", _ABSENT, 28),
                Field("guide.windows.0.address", "text", _ABSENT, 36),
                Field("guide.windows.0.phone", "text", _ABSENT, 16),
                Field("guide.windows.0.hours", "text", _ABSENT, 28),
            ),
            objects={
                "provenance": _ABSENT,
                "guide": Blank.NULL,
                "guide.legal_limit": Blank.NULL,
                "guide.promised_limit": Blank.NULL,
                "guide.fee": Blank.NULL,
                "guide.result": Blank.NULL,
            },
        ),
        Table(
            "material",
            Kind.ITEM,
            _fields(
                *_OF_ITEM,
                Field("name", blank=_ABSENT, width=36),
                Field("form", "choice:form", width=10),
                Field("copies", "whole", width=6),
                Field("necessity", "choice:necessity", _ABSENT, 12),
                Field("when", width=36),
                Field("issued_by", width=20),
            ),
            "guide.materials",
        ),
        Table(
            "step",
            Kind.ITEM,
            _fields(*_OF_ITEM, Field("name", blank=_ABSENT, width=20), Field("detail", width=60)),
            "guide.steps",
        ),
        Table(
            "basis",
            Kind.ITEM,
            _fields(*_OF_ITEM, Field("title", blank=_ABSENT, width=60), Field("article", width=20)),
            "guide.legal_basis",
        ),
        Table(
            "question",
            Kind.ITEM,
            _fields(
                *_OF_ITEM,
                Field("question", blank=_ABSENT, width=40),
                Field("answer", blank=_ABSENT, width=60),
            ),
            "guide.questions",
        ),
        Table(
            "fee",
            Kind.ITEM,
            _fields(
                *_OF_ITEM,
                Field("name", blank=_ABSENT, width=28),
                Field("amount", blank=_ABSENT, width=28),
                Field("basis", blank=_ABSENT, width=40),
            ),
            "guide.fee.items",
            blank=_ABSENT,
        ),
        Table("window", Kind.ITEM, _fields(*_OF_ITEM, *_WINDOW), "guide.windows"),
        Table(
            "scenario",
            Kind.SCENARIO,
            _fields(
                *_ENVELOPE,
                Field("code", "code", _ABSENT, 12),
                Field("name", blank=_ABSENT, width=36),
                Field("aliases", "words", _EMPTY, 24),
                Field("object", "choice:object", width=10),
                Field("life_stage"),
                Field("lead_department", width=30),
                Field("cooperating_departments", "words", _EMPTY, 30),
                Field("status", "choice:status", _ABSENT, 8),
                *_COMMON,
            ),
            objects={"provenance": _ABSENT},
        ),
        Table(
            "scenario_step",
            Kind.SCENARIO,
            _fields(
                Field("@id", "code", width=18),
                Field("@owner", "region", width=9),
                Field("@code", "code", width=14),
                Field("order", "whole", _ABSENT, 6),
                Field("key", "code", _ABSENT, 16),
                Field("name", blank=_ABSENT, width=36),
                Field("item", "code", width=18),
                Field("relation", "choice:relation", _ABSENT, 12),
            ),
            "steps",
        ),
        Table(
            "acceptance",
            Kind.ACCEPTANCE,
            _fields(
                *_ENVELOPE,
                Field("item", "code", _ABSENT, 18),
                Field("mode", "choice:mode", _ABSENT, 14),
                Field("note", width=40),
                *_COMMON,
            ),
            objects={"provenance": _ABSENT},
        ),
        Table(
            "acceptance_window",
            Kind.ACCEPTANCE,
            _fields(
                Field("@id", "code", width=26),
                Field("@owner", "region", width=9),
                Field("@item", "code", width=18),
                *_WINDOW,
            ),
            "windows",
        ),
        Table(
            "counterpart",
            Kind.COUNTERPART,
            _fields(
                *_ENVELOPE,
                Field("a", "code", _ABSENT, 18),
                Field("b", "code", _ABSENT, 18),
                Field("basis", "choice:basis", _ABSENT, 18),
                Field("confidence", "number", _ABSENT, 8),
                Field("reviewer", width=16),
                *_SOURCE,
            ),
            objects={"provenance": _ABSENT},
        ),
        Table(
            "term",
            Kind.TERM,
            _fields(
                *_ENVELOPE,
                Field("word", blank=_ABSENT, width=20),
                Field("word_kind", "choice:word_kind", width=12),
                Field("target.object", "text", _ABSENT, 24),
                Field("target.action", "text", _ABSENT, 12),
                Field("target.name", "text", _ABSENT, 36),
                *_SOURCE,
            ),
            objects={"provenance": _ABSENT, "target": _ABSENT},
        ),
    )
}
"""Every table, by name."""

PARTS: Mapping[Kind, tuple[Table, ...]] = {
    kind: tuple(table for table in TABLES.values() if table.kind is kind and table.is_part) for kind in Kind
}
