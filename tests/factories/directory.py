"""A small directory of every kind of entry, and what its pages and files say."""

import csv
import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.entries import make_commune, make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import AreaLevel, Maturity, OrganizationKind

TITLE = re.compile(r'<h3 class="entry-title"><a href="([^"]+)">')
COUNT = re.compile(r'<h2 id="resultats"[^>]*>(.*?)</h2>', re.DOTALL)
OPTION = re.compile(
    r'name="(\w+)" value="([^"]+)"( checked)?>\s*<label[^>]*>.*?facet-count">.*?</span>([\d  ]+)<',
    re.DOTALL,
)


def fill_directory(session: Session) -> None:
    """Add two actors, three offers, two needs and a quarter."""
    make_commune(session)
    quarter = make_territory(session, name="Tarentaize")
    startup = make_organization(
        session,
        "Thermolia",
        pitch="Des façades isolées.",
        themes=["renovation-energetique"],
        commune_code="42218",
        area_level=AreaLevel.REGIONS,
        area_codes=["84"],
    )
    group = make_organization(session, "Batigroupe", kind=OrganizationKind.GRAND_GROUPE)
    make_offer(
        session,
        startup,
        "Façade isolée en cinq jours",
        description="Une **rénovation énergétique** sans déloger les locataires.",
        themes=["renovation-energetique"],
        maturity=Maturity.PILOT,
        routes=["mapa"],
    )
    make_offer(session, startup, "Toiture solaire", themes=["solaire"])
    make_offer(session, group, "Rénovation énergétique d’un îlot", themes=["confort-ete"])
    make_need(session, quarter, "Rafraîchir soixante logements", themes=["confort-ete"])
    make_need(session, quarter, "Isoler sans déloger", is_demo=True)
    session.commit()


def found_entries(page: str) -> list[str]:
    return TITLE.findall(page)


def counted_results(page: str) -> str:
    found = COUNT.search(page)
    assert found is not None
    return " ".join(found[1].split())


def options_of(page: str) -> dict[tuple[str, str], int]:
    return {
        (name, value): int(count.strip()) for name, value, _ticked, count in OPTION.findall(page)
    }


def map_features(client: FlaskClient, asked: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = client.get(f"/annuaire/points.geojson?{asked}").get_json()[
        "features"
    ]
    return features


def csv_rows(answer_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_text.lstrip("\ufeff")), delimiter=";"))
