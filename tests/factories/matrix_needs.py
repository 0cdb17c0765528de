"""What the addresses around needs name: a need carried, a relay, a town that may state needs."""

from typing import Any

from sqlalchemy.orm import Session

from models.account import User
from models.need import Need, NeedRelay
from models.organization import Organization
from models.territory import Territory
from tests.factories.accounts import NOW, make_membership
from tests.factories.organizations import make_organization
from vocabulary.kinds import MembershipRole, OrganizationKind, PublicationState

Examples = dict[str, dict[str, Any]]


def need_examples(session: Session, territory: Territory, entry: Organization) -> Examples:
    """Return the values of the addresses around a need that ``entry`` carries and receives."""
    need = Need(
        territory=territory,
        carrier=entry,
        title="Besoin de la matrice",
        description="Texte",
        state=PublicationState.PUBLISHED,
        version=1,
        published_at=NOW,
        updated_at=NOW,
    )
    relay = NeedRelay(need=need, federator=entry, sent_at=NOW)
    session.add_all([need, relay])
    session.flush()
    key = {"need_id": need.id}
    return {
        "need_editing.edit": key,
        "need_editing.preview": key,
        "need_editing.act": {**key, "action": "soumettre"},
        "need_editing.remove": {**key, "action": "retirer"},
        "need_editing.close": key,
        "need_editing.reopen": key,
        "need_groups.join": key,
        "need_groups.edit": key,
        "need_groups.leave": key,
        "relays.send": key,
        "relays.show": {"relay_id": relay.id},
    }


def carrier_examples(
    session: Session, person: User, role: str, membership: MembershipRole | None
) -> Examples:
    """Return, for one role, the values of the addresses of a town that this person may act for."""
    town = make_organization(session, f"Ville {role}", kind=OrganizationKind.COLLECTIVITE)
    if membership is not None:
        make_membership(session, person, town, role=membership)
    return {"need_editing.create": {"slug": town.slug}}
