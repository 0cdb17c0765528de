"""The map of the site for search engines: real public entries, nothing else."""

from itertools import islice
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, current_app, url_for
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from services.sitemap import MAX_ADDRESSES, public_keys
from views.addresses import entry_url
from vocabulary.themes import all_themes

bp = Blueprint("sitemap", __name__)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = (
    "pages.home",
    "pages.about",
    "directory.search",
    "territories.index",
    "partnerships.index",
    "themes.index",
    "meetups.index",
    "contract_routes.advise",
    "contract_routes.rules",
)


@bp.get("/sitemap.xml")
def show() -> ResponseReturnValue:
    """List the pages, the themes and the public entries with the day each last changed."""
    root = Element("urlset", xmlns=NAMESPACE)
    themes = (url_for("themes.show", code=code) for code in all_themes())
    for path in (*map(url_for, PAGES), *themes):
        _add(root, f"{current_app.config['PUBLIC_URL']}{path}")
    for kind, key, changed_on in islice(public_keys(db_session()), MAX_ADDRESSES - len(root)):
        _add(
            root, entry_url(kind, key, absolute=True), changed_on.isoformat() if changed_on else ""
        )
    return Response(
        tostring(root, encoding="utf-8", xml_declaration=True), mimetype="application/xml"
    )


def _add(root: Element, address: str, changed_on: str = "") -> None:
    line = SubElement(root, "url")
    SubElement(line, "loc").text = address
    if changed_on:
        SubElement(line, "lastmod").text = changed_on


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Tell search engines where the map is, and not to walk every combination of filters."""
    lines = (
        "User-agent: *",
        "Disallow: /annuaire?",
        "Disallow: /correspondances?",
        "Disallow: /montages?",
        "Disallow: /montages/note",
        f"Sitemap: {current_app.config['PUBLIC_URL']}{url_for('sitemap.show')}",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
