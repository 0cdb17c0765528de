"""Writes the mails about experiences and about entries to read again, in the worker."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from extensions.evidence_links import sign_reminder
from extensions.mailbox import public_address, write_mail
from models.account import User
from models.evidence import Experience
from models.organization import Organization
from services.experience_notes import ExperienceEvent
from services.experiences import load_experience
from services.moderation_reasons import known_reasons
from services.permissions import can_manage_organization, membership_of
from vocabulary.kinds import PublicationState

# What an experience, or the answer to it, must still be for its mail to be true.
_PUBLIC: Final = frozenset(
    {
        ExperienceEvent.PUBLISHED,
        ExperienceEvent.RESTORED,
        ExperienceEvent.ABOUT_YOU,
        ExperienceEvent.REPLY_PUBLISHED,
        ExperienceEvent.REPLIED,
    }
)
_TO_ACTOR: Final = frozenset({ExperienceEvent.ABOUT_YOU, ExperienceEvent.REPLY_RETURNED})


def write_experience_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail about an experience; what is no longer true is not mailed."""
    experience = load_experience(session, payload["experience_id"])
    recipient = session.get(User, payload["recipient_id"])
    organization = session.get(Organization, payload["organization_id"])
    if experience is None or recipient is None or organization is None or not recipient.active:
        return
    event = ExperienceEvent(payload["event"])
    if event in _PUBLIC and experience.state is not PublicationState.PUBLISHED:
        return
    if membership_of(session, recipient, organization.id) is None:
        return
    context = {
        "row": experience,
        "organization": organization,
        "subject": _subject_title(experience),
        "reasons": known_reasons(experience.reasons),
        "link": _link(event, experience),
    }
    template = f"experiences/{event.value}"
    write_mail(session, recipient.email, recipient.language, template, context)


def _subject_title(experience: Experience) -> str:
    if experience.offer is not None:
        return experience.offer.title
    return experience.partnership.name if experience.partnership is not None else ""


def _link(event: ExperienceEvent, experience: Experience) -> str:
    if event in _TO_ACTOR:
        return public_address("experiences.reply", experience_id=experience.id)
    endpoint = "experiences.show" if event in _PUBLIC else "experiences.edit"
    return public_address(endpoint, experience_id=experience.id)


def write_reminder(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one reminder, unless the entry was confirmed meanwhile."""
    entry = session.get(Organization, payload["organization_id"])
    recipient = session.get(User, payload["recipient_id"])
    if entry is None or recipient is None or not recipient.active or not entry.is_public:
        return
    is_owner = can_manage_organization(session, recipient, entry.id)
    if str(entry.confirmed_on) != payload["confirmed_on"] or not is_owner:
        return
    context = {
        "entry": entry,
        "right": public_address("freshness.confirm", token=sign_reminder(entry, recipient)),
        "edit": public_address("submission.overview", slug=entry.slug),
    }
    write_mail(session, recipient.email, recipient.language, "freshness/due", context)
