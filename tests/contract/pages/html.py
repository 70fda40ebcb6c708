"""Reads a page as a browser without script would: elements, links, forms and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from werkzeug.test import TestResponse

VOID = {"meta", "link", "img", "input", "br"}


@dataclass
class Element:
    """A start tag with its attributes and the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)


@dataclass
class Page:
    """A parsed page. ``faults``: tags that are closed in the wrong order or not at all."""

    response: TestResponse
    elements: list[Element] = field(default_factory=list)
    text: str = ""
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag whose attributes have these values (``class_`` for class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if each.tag == tag and all(each.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag} {attributes}"
        return found[0]

    @property
    def links(self) -> list[str]:
        """Addresses of all links, in order."""
        return [each.get("href") for each in self.all("a")]

    def link(self, text: str) -> str:
        """The address of the first link whose text holds ``text``."""
        return next(each.get("href") for each in self.all("a") if text in each.text)

    def submitted(self, **filled: str) -> str:
        """The address a browser opens when the search form is sent with these values filled in."""
        form = self.one("form")
        assert form.get("method") == "get"
        return f"{form.get('action')}?{urlencode({**dict(self._preset()), **filled})}"

    def _preset(self) -> Iterator[tuple[str, str]]:
        chooser = ""
        for each in self.elements:
            is_unchecked = each.get("type") == "radio" and "checked" not in each.attributes
            if each.tag == "select":
                chooser = each.get("name")
            elif each.tag == "option" and "selected" in each.attributes:
                yield chooser, each.get("value")
            elif each.tag == "input" and each.get("name") and not is_unchecked:
                yield each.get("name"), each.get("value")


class Reader(HTMLParser):
    """Fills a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        if len(element.attributes) != len(attrs):
            self.page.faults.append(f"an attribute twice in {tag}")
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.faults.append(f"{tag} closed like XML")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.page.faults.append(f"</{tag}> while {[each.tag for each in self.open][-3:]} is open")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.page.text += data
        for each in self.open:
            each.text += data


def read(response: TestResponse) -> Page:
    """The page of an answer."""
    page = Page(response)
    reader = Reader(page)
    reader.feed(response.get_data(as_text=True))
    reader.close()
    page.faults += [f"{each.tag} is never closed" for each in reader.open]
    return page
