"""What the addresses of a team name: one that an organisation builds, one it is invited to."""

from typing import Any

from sqlalchemy.orm import Session

from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.need import Need
from models.organization import Organization
from models.territory import Territory
from tests.factories.accounts import NOW


def consortium_examples(
    session: Session, territory: Territory, entry: Organization, other: Organization
) -> dict[str, dict[str, Any]]:
    """Let ``entry`` build a team and be invited to one of ``other``; return the values."""
    ours, theirs = _team(session, territory, entry, other), _team(session, territory, other, entry)
    team = {"consortium_id": ours.id}
    received = {"invitation_id": theirs.invitations[0].id}
    return {
        "consortiums.show": team,
        "consortiums.print_sheet": team,
        "consortiums.export": {**team, "file_type": "csv"},
        "consortiums.delete": team,
        "consortium_building.adjust": team,
        "consortium_building.choose": team,
        "consortium_building.undo": team,
        "consortium_invitations.invite": team,
        "consortium_invitations.withdraw": {**team, "invitation_id": ours.invitations[0].id},
        "consortium_invitations.found": team,
        "consortium_answers.show": received,
        "consortium_answers.answer": received,
        "consortium_answers.reopen": received,
    }


def _team(
    session: Session, territory: Territory, builder: Organization, guest: Organization
) -> Consortium:
    need = Need(
        territory_id=territory.id,
        carrier_id=builder.id,
        title="Besoin d’un groupement",
        description="Texte",
        updated_at=NOW,
    )
    team = Consortium(
        organization=builder,
        territory=territory,
        name="Groupement",
        max_members=3,
        seed=1,
        previous={},
        created_at=NOW,
        updated_at=NOW,
        needs=[ConsortiumNeed(need=need, weight=3)],
        invitations=[ConsortiumInvitation(organization=guest, sent_at=NOW)],
    )
    session.add(team)
    session.flush()
    return team
