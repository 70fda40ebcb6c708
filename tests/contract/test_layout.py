"""What the repository promises its readers: small modules and functions, every library declared and in place.

import-linter holds the layers and where a library enters (setup.cfg); here, that none is left out there.
"""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from service_catalog.config import Settings

ROOT = Path(__file__).parents[2]

MODULE_LINES = 400
FUNCTION_LINES = 50
"""About what a reader holds in mind at once. Whoever needs more has found two things that belong apart."""

LOADED_BY_NAME = {"psycopg", "pysqlite3"}
"""Drivers that store picks at run time; no import statement names them."""


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    """The text of every Python file, by path."""
    paths = [
        path
        for folder in ("service_catalog", "tests", "scripts", "seed")
        for path in (ROOT / folder).rglob("*.py")
    ]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted(paths)}


@pytest.fixture(scope="module")
def libraries(modules: dict[str, str]) -> set[str]:
    """Third-party packages that the program imports, by the name in the import."""
    texts = [text for path, text in modules.items() if path.startswith("service_catalog/")]
    found = {name for text in texts for name in _imported(ast.parse(text))}
    return found - sys.stdlib_module_names - {"service_catalog"}


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    """setup.cfg."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_module_when_measured_then_it_has_at_most_400_lines(modules: dict[str, str]) -> None:
    lengths = {path: len(text.splitlines()) for path, text in modules.items()}

    assert {path: length for path, length in lengths.items() if length > MODULE_LINES} == {}


def test_function_when_measured_then_it_has_at_most_50_lines(modules: dict[str, str]) -> None:
    lengths = {place: length for path, text in modules.items() for place, length in _functions(path, text)}

    assert {place: length for place, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_library_when_imported_then_setup_cfg_requires_it(
    libraries: set[str], setup: configparser.ConfigParser
) -> None:
    # The client of a search server is an extra, and imported only where one is set.
    extra = setup["options.extras_require"]["elastic"]
    required = _distributions(setup["options"]["install_requires"]) | _distributions(extra)
    made_by = packages_distributions()
    undeclared = {
        library
        for library in libraries
        if required.isdisjoint(_normal(name) for name in made_by.get(library, ()))
    }

    assert undeclared == set()


def test_library_when_required_then_the_program_uses_it(
    libraries: set[str], setup: configparser.ConfigParser
) -> None:
    required = _distributions(setup["options"]["install_requires"])
    made_by = packages_distributions()
    used = {
        _normal(name) for library in libraries | LOADED_BY_NAME for name in made_by.get(library, (library,))
    }

    assert required - used == set()


def test_library_when_imported_then_one_contract_says_where_it_enters(
    libraries: set[str], setup: configparser.ConfigParser
) -> None:
    contracts = [setup[name] for name in setup.sections() if name.startswith("importlinter:contract:")]
    protected = [library for each in contracts for library in each.get("protected_modules", "").split()]

    assert sorted(protected) == sorted(libraries)


def test_setting_when_it_exists_then_the_example_for_servers_shows_it() -> None:
    example = (ROOT / "deploy" / "service-catalog.env.example").read_text(encoding="utf-8")
    shown = re.findall(r"^#(CATALOG_[A-Z_]+)=", example, re.MULTILINE)

    assert sorted(shown) == sorted(f"CATALOG_{each.name.upper()}" for each in fields(Settings))


def test_decision_when_recorded_then_the_list_names_it() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))

    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def _imported(tree: ast.Module) -> Iterator[str]:
    """The first part of every absolute import, lazy ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _functions(path: str, text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def _distributions(requirements: str) -> set[str]:
    lines = [line.strip() for line in requirements.splitlines() if line.strip()]
    return {_normal(re.split(r"[\s<>=!~;\[]", line)[0]) for line in lines}


def _normal(name: str) -> str:
    """A distribution's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
