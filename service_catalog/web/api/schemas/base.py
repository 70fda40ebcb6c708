"""What the schemas are made of."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema
from marshmallow import fields as f


class Closed(Schema):
    """A schema that names every field there is."""

    class Meta:
        unknown = RAISE


def string(help_text: str, **kwargs: Any) -> f.String:
    """A text that is always there."""
    return f.String(required=True, metadata={"description": help_text}, **kwargs)


def nullable(help_text: str, **kwargs: Any) -> f.String:
    """A text that may be null."""
    return f.String(required=True, allow_none=True, metadata={"description": help_text}, **kwargs)


def integer(help_text: str, **kwargs: Any) -> f.Integer:
    """A whole number."""
    return f.Integer(required=True, metadata={"description": help_text}, **kwargs)


def boolean(help_text: str, **kwargs: Any) -> f.Boolean:
    """True or false."""
    return f.Boolean(required=True, metadata={"description": help_text}, **kwargs)


def strings(help_text: str, **kwargs: Any) -> f.List[str]:
    """A list of texts."""
    return f.List(f.String(), required=True, metadata={"description": help_text}, **kwargs)


def one(schema: type[Schema], **kwargs: Any) -> f.Nested:
    """One object."""
    return f.Nested(schema, required=True, **kwargs)


def many(schema: type[Schema]) -> f.List[Any]:
    """A list of objects."""
    return f.List(f.Nested(schema), required=True)


def labels() -> f.Dict:
    """Labels by code."""
    return f.Dict(keys=f.String(), values=f.String(), required=True)


def region_code() -> f.String:
    """The region whose record it is."""
    return string("所属区划（六位代码）")


def cursor() -> f.String:
    """The cursor of the next page."""
    return nullable("下一页的翻页标记；没有下一页时为 null")
