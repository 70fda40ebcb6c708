"""Strict query parameters: unknown, repeated, empty and wrong ones are faults, all told at once, with hints.

An empty ``q`` means browsing; any other parameter that is there must have a value. Bytes that are not UTF-8,
and NUL, make the request unreadable (400).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

from flask import request
from marshmallow import RAISE, Schema, ValidationError, missing
from marshmallow import fields as f
from marshmallow.validate import Length, OneOf, Range, Regexp, Validator

from service_catalog.model.errors import (
    CatalogError,
    Fault,
    InvalidRequestError,
    NotFoundError,
    UnreadableRequestError,
)
from service_catalog.model.searching import MAX_QUERY_CHARACTERS
from service_catalog.text import fold
from service_catalog.web.current import catalog

MAX_PARAMETERS = 50
MAX_LIMIT = 50
DEFAULT_LIMIT = 20
SHOWN = 80
"""Characters of a client's own text that a message repeats."""

LONGEST_FOLDING = 18
"""Characters that folding makes of one at most (U+FDFA under NFKC). Should there be a longer one, search
itself still refuses the query."""

REGION_PARAMETERS = ("at_region", "owner_region")

_RECORD_ID = re.compile(r"[0-9A-Za-z:~_.-]{1,160}")

_UNKNOWN = "没有这个参数"


class Text(f.String):
    """A text that is not empty unless a validator lets it be."""

    default_error_messages = {"required": "缺少这个参数", "invalid": "应为文字"}  # noqa: RUF012 - marshmallow's way


class Count(f.Integer):
    """A whole number in ASCII digits; ``int`` alone would take ``1_0``, ``+5`` and full-width digits."""

    default_error_messages = {"required": "缺少这个参数", "invalid": "应为整数"}  # noqa: RUF012 - marshmallow's way

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class FoldedLength(Validator):
    """At most so many characters after folding, which is how search counts them."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, value: str) -> str:
        if len(value) * LONGEST_FOLDING <= self.most:
            return value
        length = len(fold(value))
        if length > self.most:
            raise ValidationError(f"搜索词最多 {self.most} 个字，现在是 {length} 个")
        return value


def region(help_text: str) -> Text:
    """A parameter that names a region."""
    rule = Regexp(r"^[0-9]{6}$", error="区划代码是六位数字")
    return Text(validate=rule, metadata={"description": help_text, "example": "120105"})


def choice(values: Iterable[str], help_text: str, **kwargs: Any) -> Text:
    """A parameter with a closed list of values."""
    rule = OneOf(list(values), error="只能是 {choices} 之一")
    return Text(validate=rule, metadata={"description": help_text}, **kwargs)


def text(help_text: str, longest: int = 200, **kwargs: Any) -> Text:
    """A parameter with free text."""
    rule = Length(min=1, max=longest, error=f"应为 1 到 {longest} 个字")
    return Text(validate=rule, metadata={"description": help_text}, **kwargs)


def query_text(help_text: str) -> Text:
    """The words looked for. May be empty."""
    return Text(
        load_default="", validate=FoldedLength(MAX_QUERY_CHARACTERS), metadata={"description": help_text}
    )


def count(most: int, default: int, help_text: str) -> Count:
    """A parameter that says how many."""
    return Count(load_default=default, validate=_between(most), metadata={"description": help_text})


def number(most: int, help_text: str) -> Count:
    """A parameter that says which one, and must be there."""
    return Count(required=True, validate=_between(most), metadata={"description": help_text})


def _between(most: int) -> Range:
    return Range(min=1, max=most, error=f"应在 1 到 {most} 之间")


class QuerySchema(Schema):
    """Base of all query schemas. Has fields and validators only, no hooks: ``quick`` would pass them by."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": _UNKNOWN}  # noqa: RUF012 - marshmallow's way

    def __init__(self) -> None:
        super().__init__()
        self._by_name = {field.data_key or name: (name, field) for name, field in self.fields.items()}
        self._defaults = {
            name: field.load_default
            for name, field in self.fields.items()
            if field.load_default is not missing
        }
        self._required = {name for name, (_, field) in self._by_name.items() if field.required}

    def quick(self, values: Mapping[str, str]) -> dict[str, Any]:
        """What ``load`` makes of good ``values``, in a third of its time, as it looks only at those.

        Raises KeyError or ValidationError for the first fault.
        """
        if not self._required <= values.keys():
            raise KeyError
        arguments = dict(self._defaults)
        for given, value in values.items():
            name, field = self._by_name[given]
            arguments[name] = field.deserialize(value, given, values)
        return arguments


def read_arguments(schema: QuerySchema) -> dict[str, Any]:
    """The current request's parameters as ``schema`` makes them.

    Raises UnreadableRequestError, and InvalidRequestError with every fault.
    """
    pairs = read_query(request.query_string)
    values = dict(pairs)
    try:
        if len(values) == len(pairs):
            return schema.quick(values)
    except (KeyError, ValidationError):
        pass  # the careful way finds all faults
    return _read_carefully(schema, pairs)


def _read_carefully(schema: QuerySchema, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    values = dict(pairs)
    counts = Counter(name for name, _ in pairs)
    faults = [
        Fault(name[:SHOWN], "参数重复", "每个参数只给一次") for name, times in counts.items() if times > 1
    ]
    arguments: dict[str, Any] = {}
    try:
        arguments = schema.load(values)
    except ValidationError as error:
        faults.extend(_faults(error.messages_dict, schema, values))
    if faults:
        raise invalid(faults)
    return arguments


def read_query(raw: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string in order. Raises UnreadableRequestError unless it is clean UTF-8."""
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise UnreadableRequestError("参数不是有效的 UTF-8 编码") from None
    except ValueError:
        raise UnreadableRequestError(f"参数不能超过 {MAX_PARAMETERS} 个") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise UnreadableRequestError("参数不能含有空字符")
    return pairs


def invalid(faults: Iterable[Fault]) -> InvalidRequestError:
    """The error that carries ``faults``."""
    found = tuple(dict.fromkeys(faults))
    return InvalidRequestError("；".join(f"{each.field}：{each.message}" for each in found), faults=found)


def check_id(record_id: str) -> str:
    """``record_id`` if a record can have it. Raises NotFoundError: not every store can take any character."""
    if _RECORD_ID.fullmatch(record_id) is None:
        raise NotFoundError(f"没有编号为 {record_id[:SHOWN]} 的记录，请核对编号或用搜索查找")
    return record_id


def _faults(messages: Mapping[str, Any], schema: Schema, values: Mapping[str, str]) -> Iterator[Fault]:
    for name, texts in messages.items():
        for message in texts:
            yield Fault(name[:SHOWN], message, _hint(name, message, schema, values))
    good = {name: values[name] for name in REGION_PARAMETERS if name in values and name not in messages}
    yield from _region_faults(good)


def _hint(name: str, message: str, schema: Schema, values: Mapping[str, str]) -> str | None:
    if message == _UNKNOWN:
        near = get_close_matches(name[:SHOWN], schema.fields, n=1)
        return f"是否指 {near[0]}" if near else "可用的参数：" + "、".join(schema.fields)
    if values.get(name) == "":
        return "不需要时请省略这个参数"
    for rule in schema.fields[name].validators:
        if isinstance(rule, OneOf):
            near = get_close_matches(values.get(name, "")[:SHOWN], list(rule.choices), n=1)
            return f"是否指 {near[0]}" if near else None
    return None


def _region_faults(named: Mapping[str, str]) -> Iterator[Fault]:
    """Unknown regions, which the catalogue itself would only report once everything else is right."""
    if not named:
        return
    try:
        known = [revision.record.id for revision in catalog().regions()]
    except CatalogError:
        return  # the faults found so far are worth telling while the store is away
    for name, value in named.items():
        if value not in known:
            yield Fault(name, f"没有区划 {value}", "已收录的区划：" + "、".join(known))
