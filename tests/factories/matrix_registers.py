"""What the addresses around the register name: a need carried, a call, a document, a tie."""

from typing import Any

from sqlalchemy.orm import Session

from models.document import Document
from models.need import Need
from models.organization import Organization
from models.register import InterestDeclaration
from models.territory import Territory
from services.register import record_event
from tests.factories.accounts import NOW
from vocabulary.exchanges import RegisterEvent, Side
from vocabulary.kinds import PublicationState

Examples = dict[str, dict[str, Any]]


def register_examples(
    session: Session, territory: Territory, entry: Organization, other: Organization
) -> Examples:
    """Return the values of the addresses around the register of a need that ``entry`` carries."""
    need = Need(
        territory_id=territory.id,
        carrier=entry,
        title="Besoin porté",
        description="Texte",
        state=PublicationState.PUBLISHED,
        published_at=NOW,
        updated_at=NOW,
    )
    session.add(need)
    session.flush()
    call = record_event(
        session, need, RegisterEvent.CALL, now=NOW, organization=other, words={"said": "Bonjour."}
    )
    document = Document(
        digest="0" * 64,
        filename="cahier.pdf",
        media_type="application/pdf",
        size=10,
        side=Side.TERRITORY,
        organization=entry,
        need_id=need.id,
        created_at=NOW,
    )
    tie = InterestDeclaration(
        need=need, organization=entry, about=other, nature="Essai", declared_at=NOW
    )
    session.add_all([document, tie])
    session.flush()
    key = {"need_id": need.id}
    return {
        "registers.show": key,
        "registers.export": {**key, "file_type": "csv"},
        "registers.log": key,
        "registers.correct": {**key, "sequence": call.sequence},
        "need_documents.index": key,
        "need_documents.withdraw": {**key, "document_id": document.id},
        "need_documents.show": key,
        "interests.of_need": key,
        "interests.end": {"declaration_id": tie.id},
    }
