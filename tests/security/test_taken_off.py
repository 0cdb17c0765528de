"""What moderators take off is gone at the next request for those it was passed on to as well."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from extensions.database import db_session
from models.document import Document, DocumentDelivery
from models.need import Need, NeedRelay
from models.organization import Organization
from services.seeding import seed_roles
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.matrix_world import build_world
from vocabulary.kinds import PublicationState

READER = "lecteur@essai.example"


@pytest.fixture
def numbers(empty_app: Flask) -> dict[str, Any]:
    """Send a need and a public document of another body to « autre-pepiniere »."""
    with empty_app.app_context():
        seed_roles(db_session())
        db_session().commit()
    own = build_world(empty_app)["owner"]
    with empty_app.app_context():
        session = db_session()
        reader = session.scalars(
            select(Organization).where(Organization.slug == "autre-pepiniere")
        ).one()
        make_membership(session, make_user(session, email=READER), reader)
        document = session.get_one(Document, own["attachments.show"]["document_id"])
        document.is_public = False
        document.deliveries = [DocumentDelivery(organization_id=reader.id, offered_at=NOW)]
        assert document.need_id is not None
        need = session.get_one(Need, document.need_id)
        relay = NeedRelay(need=need, federator=reader, sent_at=NOW)
        session.add(relay)
        session.commit()
        return {"need": need.id, "document": document.id, "relay": relay.id}


def set_state(app: Flask, need_id: int, state: PublicationState) -> None:
    """Give a need another state."""
    with app.app_context():
        db_session().get_one(Need, need_id).state = state
        db_session().commit()


def test_a_need_taken_off_leaves_relays_and_documents(
    empty_app: Flask, numbers: dict[str, Any]
) -> None:
    client = sign_in(empty_app, READER)
    addresses = (f"/mon-espace/relais/{numbers['relay']}", f"/documents/{numbers['document']}")
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    assert "Besoin à mettre en relation" in client.get("/mon-espace/relais").text
    set_state(empty_app, numbers["need"], PublicationState.SUSPENDED)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert "Besoin à mettre en relation" not in client.get("/mon-espace/relais").text
    set_state(empty_app, numbers["need"], PublicationState.PUBLISHED)
    assert [client.get(address).status_code for address in addresses] == [200, 200]
