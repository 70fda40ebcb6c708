"""The catalogue of the current application: the one way views reach the use cases."""

from __future__ import annotations

from typing import Protocol, cast

from flask import current_app

from service_catalog.catalog import Catalog
from service_catalog.config import Settings

EXTENSION = "service_catalog"


class Runtime(Protocol):
    """What the application hands to its views. Opened on first use in each process, never at import or before
    a fork."""

    settings: Settings

    @property
    def catalog(self) -> Catalog:
        """The catalogue. Raises StoreUnavailableError if the store is missing or not set up."""
        ...


def runtime() -> Runtime:
    """The current application's runtime."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def catalog() -> Catalog:
    """The current application's catalogue. Raises StoreUnavailableError."""
    return runtime().catalog
