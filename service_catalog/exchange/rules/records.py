"""Rules about records of any kind: code tables, dates, telephones, which district's item is whose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from service_catalog.exchange.rules.base import Breach, Known, part, parts, text

_PHONE = re.compile("[0-9]{7,18}|1[0-9]{2}|1[0-9]{4}|9[0-9]{4,5}")
"""The digits of a number, with or without area code and extension, or a short one: 110, 12345, 95588."""

_PHONE_MARKS = re.compile("[-+() ]|转|分机")
_BETWEEN_PHONES = re.compile("[、,;/\\n]|或")
_NOTE = re.compile("[(][^()]*[^()0-9 -][^()]*[)]")
"""(工作日) beside a number; (010) is none."""


def unknown_type(data: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """The item type is one of the national table, which is an open list."""
    code, table = text(data, "item_type"), known.codes("item_type")
    if code and table and code not in table:
        named = "、".join(f"{each} {label}" for each, label in table.items())
        yield Breach("item_type", f"代码表里没有事项类型 {code}", f"已知的：{named}")


def unknown_theme(data: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """Themes are of the national tables."""
    themes = data.get("themes")
    for at, theme in enumerate(themes if isinstance(themes, list) else ()):
        who, _, code = theme.partition(":") if isinstance(theme, str) else ("", "", "")
        table = known.codes(f"theme_{who}")
        if table and code not in table:
            near = get_close_matches(code, table, n=1, cutoff=0.5)
            hint = f"最接近的是 {near[0]} {table[near[0]]}" if near else "主题代码见代码表"
            yield Breach(f"themes.{at}", f"代码表里没有主题 {theme}", hint)


def validity(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """Nothing ends before it begins."""
    begin, end = text(data, "valid_from"), text(data, "valid_to")
    if begin and end and begin > end:
        yield Breach("valid_to", f"失效日期 {end} 早于生效日期 {begin}", f"不早于 {begin}；两者是否填反了")


def expired(data: Mapping[str, Any], known: Known) -> Iterator[Breach]:
    """What has ended need not be imported."""
    end = text(data, "valid_to")
    if end and end < known.today:
        yield Breach("valid_to", f"失效日期 {end} 已过", "仍有效的，请改失效日期或清空；已取消的不必导入")


def phone(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """Telephones look like ones."""
    places = (("windows", data), ("guide.windows", part(data, "guide")))
    for path, holder in places:
        for at, window in parts(holder, "windows"):
            number = text(window, "phone")
            if number and not _are_phones(number):
                yield Breach(
                    f"{path}.{at}.phone", f"电话 {number} 不像电话号码", "写作 010-12345678，多个用顿号分开"
                )


def own_item(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """A region accepts other regions' items."""
    owner, item = text(data, "owner"), text(data, "item")
    if owner and item.startswith(f"{owner}-"):
        yield Breach("item", "这是本区自己的事项，不是异地受理", "异地受理只列其他区划的事项")


def one_district(data: Mapping[str, Any], _known: Known) -> Iterator[Breach]:
    """Counterparts are items of two districts."""
    a, b = text(data, "a").partition("-")[0], text(data, "b").partition("-")[0]
    if a and a == b:
        yield Breach("b", f"两个事项都是区划 {a} 的", "对应事项连接两个区划的同一件事")


def _are_phones(shown: str) -> bool:
    numbers = _BETWEEN_PHONES.split(_NOTE.sub("", unicodedata.normalize("NFKC", shown)))
    plain = [_PHONE_MARKS.sub("", each) for each in numbers if each.strip()]
    return bool(plain) and all(_PHONE.fullmatch(each) for each in plain)
