"""What the addresses of introductions name: a request received, a file that anyone may open."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from models.introduction import Introduction, IntroductionMessage
from models.need import Need
from models.organization import Organization
from models.territory import Territory
from services.attachments import store_attachment
from services.introductions import pair_key
from tests.factories.accounts import NOW
from tests.factories.organizations import make_offer
from vocabulary.exchanges import Side
from vocabulary.kinds import PublicationState

Examples = dict[str, dict[str, Any]]
ON_ONE_THREAD = (
    "introductions.show",
    "threads.write",
    "threads.accept",
    "threads.decline",
    "threads.withdraw",
    "threads.become_contact",
    "threads.report",
)


def introduction_examples(
    session: Session, territory: Territory, entry: Organization, other: Organization
) -> Examples:
    """Let ``other`` ask ``entry``, which carries a need; return the values of the addresses."""
    need = Need(
        territory_id=territory.id,
        carrier=entry,
        title="Besoin à mettre en relation",
        description="Texte",
        state=PublicationState.PUBLISHED,
        published_at=NOW,
        updated_at=NOW,
    )
    asked = make_offer(session, other, "Offre en relation")
    free = make_offer(session, other, "Offre à contacter")
    session.add(need)
    session.flush()
    introduction = Introduction(
        need=need,
        offer=asked,
        offer_title=asked.title,
        carrier=entry,
        actor=other,
        from_side=Side.ACTOR,
        open_key=pair_key(need.id, asked.id),
        sent_at=NOW,
        last_message_at=NOW,
        messages=[IntroductionMessage(side=Side.ACTOR, body="Bonjour.", created_at=NOW)],
    )
    session.add(introduction)
    document = store_attachment(
        session,
        filename="essai.txt",
        content=b"Un texte d'essai.",
        side=Side.TERRITORY,
        organization=entry,
        person=None,
        folder=current_app.config["SETTINGS"].documents_dir,
        now=NOW,
        need=need,
        is_public=True,
    )
    session.flush()
    return {
        **{name: {"introduction_id": introduction.id} for name in ON_ONE_THREAD},
        "introductions.contact": {"need_id": need.id, "slug": free.slug},
        "introductions.answer": {"need_id": need.id},
        "attachments.show": {"document_id": document.id},
    }
