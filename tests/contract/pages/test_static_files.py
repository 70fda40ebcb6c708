"""Static files: kept for ever under the address of their content, and a style one can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.contract.pages.conftest import Open

READABLE = 4.5
"""WCAG 2.2, 1.4.3, level AA."""

PAIRS = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "lamp-pale"),
    ("soft", "paper"),
    ("soft", "card"),
    ("water", "paper"),
    ("water", "card"),
    ("water", "water-pale"),
    ("lamp", "paper"),
    ("lamp", "card"),
    ("lamp", "lamp-pale"),
    ("leaf", "leaf-pale"),
    ("card", "water"),
]
"""Colours of text and of what it stands on."""


@pytest.fixture
def css(app: Flask) -> str:
    """The style."""
    return (Path(app.root_path) / "static" / "site.css").read_text(encoding="utf-8")


def test_files_of_a_page_are_kept_for_ever(client: FlaskClient, visit: Open) -> None:
    page = visit("/")
    files = [*(each.get("href") for each in page.all("link")), *(each.get("src") for each in page.all("img"))]
    assert len(files) == 3
    for address in files:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_address_of_another_release_is_answered_but_not_kept(client: FlaskClient) -> None:
    response = client.get("/static/000000000000/site.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"


def test_file_the_browser_has_is_not_sent_again(client: FlaskClient, visit: Open) -> None:
    address = visit("/").one("link", rel="stylesheet").get("href")
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["none.css", "..%2fpages%2fviews.py", "%2e%2e/views.py", "site.css%00"])
def test_nothing_but_the_folders_files_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/000000000000/{name}").status_code == 404


def test_style_asks_nobody_else(css: str) -> None:
    assert not re.search(r"@import|url\(", css)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_colours_can_be_read(css: str, text: str, ground: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    assert contrast(colours[text], colours[ground]) >= READABLE


def test_text_on_screen_is_never_under_16_pixels(css: str) -> None:
    screen = css.partition("@media print")[0]
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: ([\d.]+)rem", screen)]
    assert len(sizes) > 5
    assert min(sizes) >= 1
    assert not re.search(r"font(-size)?: [\d.]+(px|pt|em|%)", screen)


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
