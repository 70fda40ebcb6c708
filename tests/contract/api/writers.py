"""A client with an access key, for tests that write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from service_catalog.catalog import Catalog
from service_catalog.web.current import EXTENSION

CARD = "120105-HB0001"
ITEM = f"/v1/items/{CARD}"
BOTH = ("120105", "110112")
ALL_SCOPES = ("write", "read:history")


def catalog_of(app: Flask) -> Catalog:
    """The catalogue behind an application."""
    found: Catalog = app.extensions[EXTENSION].catalog
    return found


@dataclass
class Writer:
    """Writes with one key. ``headers`` of a call win; None leaves a header out."""

    app: Flask
    key_id: str
    token: str

    def ask(self, method: str, path: str, *, body: Any = None, **headers: str | None) -> TestResponse:
        """A request; header names with _ for -. Every write has a reason unless ``path`` has a query."""
        given = {"Authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if "Authorization" in headers and headers["Authorization"] is None:
            del given["Authorization"]
        if method != "GET" and "?" not in path:
            path += "?reason=校对"
        return self.app.test_client().open(path, method=method, json=body, headers=given)

    def get(self, path: str) -> TestResponse:
        """A read."""
        return self.ask("GET", path)

    def put(self, path: str, body: Any, **headers: str | None) -> TestResponse:
        """A change, or a new record."""
        return self.ask("PUT", path, body=body, **headers)

    def delete(self, path: str, **headers: str | None) -> TestResponse:
        """A withdrawal."""
        return self.ask("DELETE", path, **headers)

    def record(self, path: str = ITEM) -> tuple[dict[str, Any], str]:
        """A record with its tag."""
        response = self.get(f"{path}/record")
        assert response.status_code == 200, response.text
        return response.get_json(), response.headers["ETag"]


def make_writer(
    app: Flask,
    *,
    scopes: tuple[str, ...] = ALL_SCOPES,
    regions: tuple[str, ...] = BOTH,
    expires: datetime | None = None,
) -> Writer:
    """A writer with a new key."""
    issued = catalog_of(app).keys.add(name="测试岗", scopes=scopes, regions=regions, expires=expires)
    return Writer(app, issued.key.id, issued.token)
