"""Fields and rules of the record schemas: exact about types, and saying in Chinese what is wrong.

A record is kept as it was given, not as marshmallow reads it. So what marshmallow would read as something
else ("no" as False, "0.9" as a number, "2026-W01-1" as a day) is refused: as text, "no" would count as true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow import fields as f
from marshmallow.validate import Length, OneOf, Range, Regexp

OBJECT = "应为对象"

_ABSENT = {"required": "缺少这个字段", "null": "不能为空"}

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(f.String):
    """A text."""

    default_error_messages = {**_ABSENT, "invalid": "应为文字"}  # noqa: RUF012 - marshmallow's way


class WebAddress(f.Url):
    """A complete http or https address. Other schemes may run code in a browser."""

    default_error_messages = {**_ABSENT, "invalid": "应为 http 或 https 网址"}  # noqa: RUF012 - marshmallow's way

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"http", "https"}, **kwargs)


class Whole(f.Integer):
    """A whole number, not below ``least`` nor above ``most``."""

    default_error_messages = {**_ABSENT, "invalid": "应为整数"}  # noqa: RUF012 - marshmallow's way

    def __init__(self, *, least: int, most: int | None = None, **kwargs: Any) -> None:
        said = f"应不小于 {least}" if most is None else f"应在 {least} 到 {most} 之间"
        super().__init__(strict=True, validate=Range(min=least, max=most, error=said), **kwargs)


class Share(f.Float):
    """A number from 0 to 1."""

    default_error_messages = {**_ABSENT, "invalid": "应为数字", "special": "应为有限的数"}  # noqa: RUF012 - marshmallow's way

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=Range(min=0, max=1, error="应在 0 到 1 之间"), **kwargs)

    def _validated(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class YesNo(f.Boolean):
    """True or False, nothing that looks like it."""

    default_error_messages = {**_ABSENT, "invalid": "应为 true 或 false"}  # noqa: RUF012 - marshmallow's way

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Day(f.Date):
    """A day written 2026-03-01, the one form of ISO 8601 that sorts as text."""

    default_error_messages = {**_ABSENT, "invalid": "应为日期，写作 2026-03-01"}  # noqa: RUF012 - marshmallow's way

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str) or _DAY.fullmatch(value) is None:
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Several(f.List[Any]):
    """A list."""

    default_error_messages = {**_ABSENT, "invalid": "应为列表"}  # noqa: RUF012 - marshmallow's way


class Part(f.Nested):
    """An object inside a record."""

    default_error_messages = {**_ABSENT, "type": OBJECT}  # noqa: RUF012 - marshmallow's way


class Pattern(Regexp):
    """The whole text matches; ``$`` alone would let a line break follow."""

    def __call__(self, value: Any) -> Any:
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


class Words(Length):
    """From 1 to ``most`` characters, not all of them blank."""

    def __init__(self, most: int) -> None:
        super().__init__(min=1, max=most, error=f"应为 1 到 {most} 个字")

    def __call__(self, value: Any) -> Any:
        if not value.strip():
            raise ValidationError(str(self.error))
        return super().__call__(value)


def one_of(values: Iterable[str]) -> OneOf:
    """One of a closed list."""
    return OneOf(list(values), error="只能是 {choices} 之一")
