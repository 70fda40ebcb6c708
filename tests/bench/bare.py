"""The yardstick: a Flask route that returns 20 hits through ``jsonify`` and does nothing else.

It runs under ``catalog serve``'s own gunicorn settings. Its answer has about as many bytes as a search answer
of the bench's mix on average (the table has both): jsonify makes six bytes of a Chinese character, not three.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify

from service_catalog.cli.serving import serve
from service_catalog.config import Settings
from tests.bench.queries import rows

HITS = 20
FIELDS = ("kind", "id", "owner", "code", "name", "department", "item_type", "group", "objects")


def answer(settings: Settings) -> dict[str, Any]:
    """Twenty items of the seed in the shape of a search answer."""
    items = rows(settings.seed, "items-110112")[:HITS]
    hits = [{name: item[name] for name in FIELDS} for item in items]
    return {"confidence": "high", "total": HITS, "hits": hits, "next": None}


def create_app(settings: Settings) -> Flask:
    """The application with its one route."""
    app = Flask(__name__)
    fixed = answer(settings)

    @app.get("/v1/search")
    def search() -> Response:
        return jsonify(fixed)

    return app


def main() -> None:
    """Serve until stopped, with the settings of the environment."""
    serve(Settings.from_env(), create_app, host=None, port=None)


if __name__ == "__main__":
    main()
