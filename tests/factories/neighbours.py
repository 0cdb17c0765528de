"""What belongs to the neighbour of the matrix: an entry, a need, a page, a selection, an alert."""

from datetime import date
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.need import Need
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
)
from models.territory import Territory
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_reference
from tests.factories.forms import forms_in
from tests.factories.matrix_alerts import make_alert
from tests.factories.neighbourhood import World
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import csrf_token
from tests.factories.shortlists import make_item, make_shortlist
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind

# Written by any request that is refused as by one that is not.
BESIDE: Final = {"rate_counter", "thread_reading", "form_receipt"}
FORGED: Final[dict[str, Any]] = {
    "state": "published",
    "is_demo": "1",
    "version": "9",
    "organization_id": "1",
    "carrier_id": "1",
    "actor_id": "1",
    "user_id": "1",
    "created_by_id": "1",
    "from_side": "actor",
    "side": "actor",
    "published_at": "2020-01-01",
    "confirmed_at": "2020-01-01",
    "accepted_at": "2020-01-01",
    "is_public": "1",
    "is_cited": "1",
}


def make_neighbours(session: Session) -> dict[str, Any]:
    entry = make_organization(
        session, "Ville voisine", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
    )
    person = make_user(session)
    make_membership(session, person, entry)
    territory = session.scalars(select(Territory)).one()
    need = Need(
        territory_id=territory.id,
        carrier=entry,
        title="Brouillon voisin",
        description="Texte",
        updated_at=NOW,
    )
    page = _page(session, entry)
    shortlist = make_shortlist(session, entry)
    actor = make_organization(session, "Acteur voisin", is_claimed=True)
    make_membership(session, make_user(session), actor)
    offer = make_offer(session, actor, "Offre de l’acteur voisin")
    item = make_item(session, shortlist, offer)
    reference = make_reference(session, offer, client="Ville", uid="voisine")
    alert = make_alert(session, user_id=person.id)
    session.add(need)
    session.flush()
    return {
        "organization": entry.id,
        "actor": actor.id,
        "need": need.id,
        "offer": offer.slug,
        "shortlist": shortlist.id,
        "item": item.id,
        "uid": reference.uid,
        "alert": alert.id,
        "document": page.documents[0].id,
        "group": page.working_groups[0].id,
        "meeting": page.working_groups[0].meetings[0].id,
        "milestone": page.milestones[0].id,
    }


def _page(session: Session, keeper: Organization) -> Partnership:
    meeting = WorkingGroupMeeting(held_on=date(2026, 10, 1), place="Salle")
    page = Partnership(
        slug="voisin",
        name="Partenariat voisin",
        summary="Texte",
        organization_id=keeper.id,
        members=[PartnershipMember(organization_id=keeper.id, position=0)],
        working_groups=[WorkingGroup(name="Groupe", description="Texte", meetings=[meeting])],
        milestones=[PartnershipMilestone(happened_on=date(2026, 1, 1), title="Étape")],
        documents=[
            Document(
                digest="1" * 64,
                filename="voisin.pdf",
                media_type="application/pdf",
                size=1,
                side=Side.TERRITORY,
                organization_id=keeper.id,
                created_at=NOW,
            )
        ],
    )
    session.add(page)
    session.flush()
    return page


def address(world: World, pattern: str) -> str:
    """Fill an address with own values, named as in the matrix, and with the neighbour's."""
    own = {
        "team": world.own["consortiums.show"]["consortium_id"],
        "list": world.own["shortlists.show"]["shortlist_id"],
        "stated": world.own["relays.send"]["need_id"],
        "need": world.own["registers.show"]["need_id"],
        "group": world.own["partnership_groups.edit"]["group_id"],
        "offer": world.own["reference_requests.index"]["slug"],
        "received": world.own["consortium_answers.show"]["invitation_id"],
    }
    return pattern.format(own=own, their=world.theirs)


def sent_with(client: FlaskClient, target: str, typed: dict[str, Any]) -> dict[str, Any]:
    shown = client.get(target)
    assert shown.status_code == 200, target
    path = target.split("?", maxsplit=1)[0]
    found = [
        fields.to_dict(flat=False)
        for action, fields in forms_in(shown.text)
        if (action or path).split("?", maxsplit=1)[0].endswith(path)
    ]
    return {**(found[0] if found else {"csrf_token": csrf_token(client)}), **typed}
