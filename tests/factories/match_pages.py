"""Match pages read as a visitor does: what is asked, and what the page shows."""

import re
from html import unescape
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SENTENCE = "isoler une tour sans déloger les locataires"
TARDY = "QN04212M"
MOST_QUERIES = 12


def explore(client: FlaskClient, **arguments: str) -> TestResponse:
    """Ask the page of a sentence."""
    return client.get(f"/correspondances?{urlencode(arguments)}")


def visible(page: str) -> str:
    """Return the text of a page on one line, its spaces made plain."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def first_reasons(page: str) -> list[str]:
    """Return the reasons of the first card, unfolded by nobody."""
    card = page[page.index('<article class="match') :]
    head = card[: card.index("<details")]
    return [
        visible(found).strip()
        for found in re.findall(r"<li>.*?<span>(.*?)</span></li>", head, re.DOTALL)
    ]


def total(page: str) -> int:
    found = re.search(r"(\d+) (?:solution|acteur|besoin|quartier)s? proposée?s?", visible(page))
    assert found is not None
    return int(found[1])


CYCLONE = "collecte-d-encombrants-avant-cyclone"
