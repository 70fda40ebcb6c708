"""The pages' addresses."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.exceptions import NotFound

from service_catalog.web.api.arguments import check_id
from service_catalog.web.current import catalog
from service_catalog.web.pages.comparison import comparison_page
from service_catalog.web.pages.item import item_page
from service_catalog.web.pages.links import start_url
from service_catalog.web.pages.parameters import is_search, read_parameters, read_search
from service_catalog.web.pages.places import Place, Places, read_places
from service_catalog.web.pages.rendering import PERSONAL, STATIC_TYPES, StaticFiles, prepare, render
from service_catalog.web.pages.results import result_page
from service_catalog.web.pages.scenario import scenario_page
from service_catalog.web.pages.start import start_page

FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
"""For a static file asked for by the address of another release: during a roll-out the page and the file may
come from different workers, and an old style is better than none."""


def register_pages(app: Flask) -> None:
    """Register the pages and their static files. No I/O."""
    prepare(app)
    static = StaticFiles(Path(app.root_path) / "static")
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/", "start", start)
    pages.add_url_rule("/items/<item_id>", "item", item)
    pages.add_url_rule("/scenarios/<scenario_id>", "scenario", scenario)
    pages.add_url_rule("/compare/<item_id>", "comparison", comparison)
    pages.add_url_rule(
        "/static/<digest>/<name>", "static", lambda digest, name: _static(static, digest, name)
    )
    app.register_blueprint(pages)
    app.jinja_env.globals.update(static_url=lambda name: _static_url(static, name), start_url=start_url)


def start() -> Response:
    """The start page, or the results of a search."""
    places = read_places()
    asked = read_search(places)
    if is_search(asked):
        return render("results.html", result_page(asked, places), cache=PERSONAL)
    return render("start.html", start_page(places, places.chosen(asked.at_region)))


def item(item_id: str) -> Response:
    """The page of an item."""
    view = catalog().item(check_id(item_id))
    places, here = _standing()
    return render("item.html", item_page(view, places, here))


def scenario(scenario_id: str) -> Response:
    """The page of a scenario."""
    view = catalog().scenario(check_id(scenario_id))
    places, here = _standing()
    return render("scenario.html", scenario_page(view, places, here))


def comparison(item_id: str) -> Response:
    """Two rows side by side: the item's counterpart, or the item that ``with`` names."""
    other = read_parameters().get("with")
    compared = catalog().comparison(check_id(item_id), check_id(other) if other else None)
    places, here = _standing()
    return render("comparison.html", comparison_page(compared, places, here))


def _standing() -> tuple[Places, Place | None]:
    places = read_places()
    return places, places.chosen(read_parameters().get("at_region"))


def _static_url(static: StaticFiles, name: str) -> str:
    return url_for("pages.static", digest=static.digests[name], name=name)


def _static(static: StaticFiles, digest: str, name: str) -> Response:
    if name not in static.contents:
        raise NotFound
    response = Response(static.contents[name], content_type=STATIC_TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = FOR_EVER if digest == static.digests[name] else BRIEFLY
    response.set_etag(static.digests[name])
    return response.make_conditional(request)  # type: ignore[return-value]  # returns the response itself
