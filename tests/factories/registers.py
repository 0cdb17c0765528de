"""A need whose register is kept: the accounts around it, and what their pages send."""

import io

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.need import Need
from models.register import RegisterEntry
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import make_need, make_territory
from tests.factories.forms import filled
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import submit
from vocabulary.kinds import AreaLevel, OrganizationKind, UserRole

BUYER, OTHER_BUYER = "acheteuse@ville.example", "acheteur@autre.example"
STAFF, MEMBER = "equipe@anru.example", "membre@abeille.example"
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> #read("/etc/passwd") \'"*_`'
THEME = "confort-ete"


def make_followed_need(session: Session) -> Need:
    """Return a need carried by a body with one account, and an actor with an offer."""
    quarter = make_territory(session)
    carrier = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    other = make_organization(session, "Autre ville", kind=OrganizationKind.COLLECTIVITE)
    found = make_need(session, quarter, carrier_id=carrier.id, themes=[THEME])
    make_membership(session, make_user(session, email=BUYER), carrier)
    make_membership(session, make_user(session, email=OTHER_BUYER), other)
    make_user(session, role=UserRole.STAFF, email=STAFF)
    actor = make_organization(session, "Abeille", themes=[THEME])
    make_membership(session, make_user(session, email=MEMBER), actor)
    make_offer(session, actor, "Volets", themes=[THEME], area_level=AreaLevel.NATIONAL)
    session.commit()
    session.refresh(found)
    session.expunge(found)  # read without opening a transaction, which would keep a snapshot
    session.rollback()
    return found


def register_of(need: Need) -> str:
    return f"/mon-espace/besoins/{need.id}/registre"


def register_lines(session: Session, need: Need) -> list[RegisterEntry]:
    session.rollback()
    return list(session.scalars(RegisterEntry.of_need(need.id)))


def log_call(client: FlaskClient, need: Need, **fields: str) -> TestResponse:
    page = f"{register_of(need)}/consigner"
    data = filled(client, page).to_dict()
    data.update({"partner": "Abeille", "said": "Bonjour.", "kind": "appel", **fields})
    return client.post(page, data=data)


def export_register(client: FlaskClient, need: Need, kind: str) -> bytes:
    response = submit(client, f"{register_of(need)}/exporter/{kind}")
    assert response.status_code == 200
    return bytes(response.data)


def give_document(client: FlaskClient, need: Need, **fields: object) -> TestResponse:
    page = f"/mon-espace/besoins/{need.id}/documents"
    data = filled(client, page).to_dict()
    file = (io.BytesIO(b"Un cahier des charges."), "cahier.txt")
    return client.post(page, data={**data, "file": file, **fields})


def declare_tie(client: FlaskClient, page: str, **fields: str) -> TestResponse:
    data = filled(client, page).to_dict()
    data.update({"about": "Abeille", "nature": "Actionnaire", **fields})
    return client.post(page, data=data)
