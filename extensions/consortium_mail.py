"""Writes the mails about invitations to a team, in the worker, from the number of the invitation.

They name the territory, the needs and who invites: never the other actors invited.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.consortium import ConsortiumInvitation
from services.consortium_invitations import (
    ConsortiumEvent,
    open_needs,
    remind,
    whole_invitation,
)
from services.introduction_notes import team_members
from vocabulary.exchanges import InvitationState

# A mail about a state that has changed since is not written.
_STATES: Final = {
    ConsortiumEvent.INVITED: InvitationState.INVITED,
    ConsortiumEvent.REMINDED: InvitationState.INVITED,
    ConsortiumEvent.REOPENED: InvitationState.INVITED,
    ConsortiumEvent.ACCEPTED: InvitationState.ACCEPTED,
    ConsortiumEvent.DECLINED: InvitationState.DECLINED,
    ConsortiumEvent.WITHDRAWN: InvitationState.WITHDRAWN,
}
_TO_ACTOR: Final = frozenset(
    {ConsortiumEvent.INVITED, ConsortiumEvent.REMINDED, ConsortiumEvent.WITHDRAWN}
)


def write_consortium_mails(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Write one mail to each member of the team told."""
    invitation = whole_invitation(session, payload["invitation_id"])
    event = ConsortiumEvent(payload["event"])
    if invitation is None or invitation.state is not _STATES[event]:
        return
    consortium = invitation.consortium
    is_to_actor = event in _TO_ACTOR
    link = (
        public_address("consortium_answers.show", invitation_id=invitation.id)
        if is_to_actor
        else public_address("consortiums.show", consortium_id=consortium.id)
    )
    context = {
        "invitation": invitation,
        "consortium": consortium,
        "actor": invitation.organization,
        "carrier": consortium.organization,
        "territory": consortium.territory.name or consortium.territory.code,
        "needs": open_needs(consortium, now),
        "link": link,
    }
    reader_id = invitation.organization_id if is_to_actor else consortium.organization_id
    for person in team_members(session, reader_id):
        write_mail(session, person.email, person.language, f"consortiums/{event.value}", context)


def remind_when_due(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Remind once of an invitation; one sent anew since has a reminder of its own."""
    invitation = session.get(ConsortiumInvitation, payload["invitation_id"])
    if invitation is not None and invitation.sent_at.isoformat() == payload["sent_at"]:
        remind(session, invitation, now=now)
