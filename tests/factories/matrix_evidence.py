"""What the addresses of references and experiences name: one of each, in every state needed."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from extensions.evidence_links import sign_reminder, sign_request
from models.evidence import Experience, ReferenceConfirmation
from models.organization import Organization
from services.references import reference_digest
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_reference
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import OrganizationKind, PublicationState

TEXTS = {"what": "Fait", "result": "Obtenu", "limits": "Manqué", "place": "Firminy", "year": 2024}


def evidence_examples(
    session: Session, entry: Organization, other: Organization
) -> dict[str, dict[str, Any]]:
    """Give ``entry`` a reference, and an experience in which it has a seat on both sides."""
    offer = make_offer(session, entry, "Offre citée")
    reference = make_reference(session, offer, client="Ville d’essai", uid="matrice")
    confirmation = ReferenceConfirmation(
        offer_id=offer.id,
        reference_uid=reference.uid,
        email="service@ville-essai.example",
        domain="ville-essai.example",
        content_digest=reference_digest(reference),
        nonce="0" * 32,
        requested_at=NOW,
        sent_at=NOW,
        expires_on=date(2099, 1, 1),
    )
    theirs = make_offer(session, other, "Offre voisine")
    written = Experience(organization_id=entry.id, offer_id=theirs.id, title="Écrit", **_texts())
    received = Experience(
        organization_id=_city(session).id, offer_id=offer.id, title="Reçu", **_texts()
    )
    session.add_all([confirmation, written, received])
    session.flush()
    entry.confirmed_on = entry.confirmed_on or date(2025, 1, 1)
    owner = make_user(session)
    make_membership(session, owner, entry)
    slug, of_reference = {"slug": offer.slug}, {"slug": offer.slug, "uid": reference.uid}
    number = {"reference_id": reference.id}
    wrote, got = {"experience_id": written.id}, {"experience_id": received.id}
    return {
        "reference_requests.index": slug,
        "reference_requests.ask": of_reference,
        "reference_requests.act": {**of_reference, "action": "renvoyer"},
        "reference_answers.answer": {"token": sign_request(confirmation)},
        "reference_grading.show": number,
        "reference_grading.settle": number,
        "reference_grading.mark": number,
        "reference_grading.unmark": number,
        "experiences.show": got,
        "experiences.create": {"solution": theirs.slug},
        "experiences.edit": wrote,
        "experiences.act": {**wrote, "action": "soumettre"},
        "experiences.reply": got,
        "experience_review.review": got,
        "experience_review.reply": got,
        "experience_review.hide": got,
        "experience_review.restore": got,
        "freshness.confirm": {"token": sign_reminder(entry, owner)},
    }


def _texts() -> dict[str, Any]:
    return {
        **TEXTS,
        "state": PublicationState.PUBLISHED,
        "submitted_at": NOW,
        "published_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _city(session: Session) -> Organization:
    return make_organization(
        session, "Ville qui écrit", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
    )
