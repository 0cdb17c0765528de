"""What the buyer gives one actor is offered to all those contacted, once each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.document import Document, DocumentDelivery
from models.need import Need
from models.organization import Organization
from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.attachments import attachment_bytes
from services.contact_log import correct_line, log_contact
from services.errors import NotFound, RuleViolation
from services.need_documents import (
    DOCUMENTS_MAIL,
    can_open_need_document,
    contacted_numbers,
    issue_document,
    offer_documents_to,
    readable_documents,
    record_opening,
    withdraw_document,
)
from services.register import record_event, verify_register
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_organization
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import OrganizationKind


class Table:
    """A need, its carrier's person, and three actors with a member each."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder
        carrier = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
        self.need: Need = make_need(session, make_territory(session), carrier_id=carrier.id)
        self.buyer: User = make_user(session)
        make_membership(session, self.buyer, carrier)
        self.actors: list[Organization] = []
        self.members: list[User] = []
        for name in ("Abeille", "Bourdon", "Cigale"):
            actor, member = make_organization(session, name), make_user(session)
            make_membership(session, member, actor)
            self.actors.append(actor)
            self.members.append(member)

    def contact(self, *ranks: int) -> None:
        for rank in ranks:
            record_event(
                self.session,
                self.need,
                RegisterEvent.CONTACTED,
                now=NOW,
                organization=self.actors[rank],
            )
            offer_documents_to(self.session, self.need, self.actors[rank], now=NOW)

    def issue(self, name: str = "cahier.txt", *, is_public: bool = False) -> Document:
        return issue_document(
            self.session,
            self.need,
            filename=name,
            content=f"Contenu de {name}".encode(),
            person=self.buyer,
            folder=self.folder,
            now=NOW,
            is_public=is_public,
        )

    def offered(self) -> list[tuple[int, str]]:
        rows = self.session.scalars(
            select(DocumentDelivery).order_by(
                DocumentDelivery.document_id, DocumentDelivery.organization_id
            )
        )
        return [(row.document_id, row.organization.name) for row in rows]

    def events(self) -> list[RegisterEvent]:
        return [entry.event for entry in self.session.scalars(RegisterEntry.of_need(self.need.id))]

    def mails(self) -> list[tuple[int, int]]:
        """Return recipient and number of documents of each mail asked for."""
        found = self.session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.topic == DOCUMENTS_MAIL)
            .order_by(OutboxMessage.id)
        )
        return [(one.payload["recipient_id"], len(one.payload["document_ids"])) for one in found]


@pytest.fixture
def table(empty_session: Session, tmp_path: Path) -> Iterator[Table]:
    found = Table(empty_session, tmp_path / "documents")
    yield found
    assert verify_register(empty_session, found.need.id) == []


def test_a_document_is_offered_to_all_those_contacted(table: Table) -> None:
    table.contact(0, 1)
    document = table.issue()
    assert table.offered() == [(document.id, "Abeille"), (document.id, "Bourdon")]
    assert table.events()[-3:] == [
        RegisterEvent.DOCUMENT_ISSUED,
        RegisterEvent.DOCUMENT_OFFERED,
        RegisterEvent.DOCUMENT_OFFERED,
    ]
    assert table.mails() == [(table.members[0].id, 1), (table.members[1].id, 1)]
    assert attachment_bytes(document, table.folder) == b"Contenu de cahier.txt"


def test_an_actor_contacted_later_is_offered_all_of_them_by_one_mail(table: Table) -> None:
    first, second = table.issue("a.txt"), table.issue("b.txt")
    table.contact(2)
    table.contact(2)
    assert table.offered() == [(first.id, "Cigale"), (second.id, "Cigale")]
    assert table.mails() == [(table.members[2].id, 2)]


def test_a_document_withdrawn_is_offered_to_nobody_more(table: Table) -> None:
    table.contact(0)
    document = table.issue()
    withdraw_document(table.session, table.need, document, person=table.buyer, now=NOW)
    withdraw_document(table.session, table.need, document, person=table.buyer, now=NOW)
    table.contact(1)
    assert table.offered() == [(document.id, "Abeille")]
    assert table.events().count(RegisterEvent.DOCUMENT_WITHDRAWN) == 1
    assert can_open_need_document(table.session, table.members[0], document) is False
    assert can_open_need_document(table.session, table.buyer, document) is True


def test_who_may_open_a_document(table: Table) -> None:
    table.contact(0)
    document = table.issue()
    allowed = [
        can_open_need_document(table.session, person, document)
        for person in (*table.members, table.buyer, None)
    ]
    assert allowed == [True, False, False, True, False]
    assert list(readable_documents(table.session, table.need, table.members[0])) == [document]
    assert list(readable_documents(table.session, table.need, table.members[1])) == []


def test_a_public_document_is_for_all(table: Table) -> None:
    document = table.issue(is_public=True)
    assert can_open_need_document(table.session, None, document) is True
    assert list(readable_documents(table.session, table.need, None)) == [document]


def test_the_first_opening_is_noted_once(table: Table) -> None:
    table.contact(0)
    document = table.issue()
    opened = [
        record_opening(table.session, document, person=person, now=NOW)
        for person in (table.members[0], table.members[0], table.members[1], table.buyer, None)
    ]
    assert opened == [True, False, False, False, False]
    assert table.events().count(RegisterEvent.DOCUMENT_OPENED) == 1


def test_a_call_makes_an_actor_contacted_until_it_is_corrected(table: Table) -> None:
    call = log_contact(
        table.session,
        table.need,
        RegisterEvent.CALL,
        partner="abeille",
        said="Bonjour.",
        happened_at=NOW,
        person=table.buyer,
        now=NOW,
    )
    assert contacted_numbers(table.session, table.need.id) == {table.actors[0].id}
    correct_line(
        table.session, table.need, call.sequence, reason="Erreur", person=table.buyer, now=NOW
    )
    assert contacted_numbers(table.session, table.need.id) == set()
    with pytest.raises(RuleViolation):
        correct_line(
            table.session, table.need, call.sequence, reason="Encore", person=table.buyer, now=NOW
        )


def test_only_calls_and_meetings_are_corrected(table: Table) -> None:
    table.contact(0)
    with pytest.raises(NotFound):
        correct_line(table.session, table.need, 1, reason="Non", person=table.buyer, now=NOW)


def test_nobody_gives_documents_for_a_need_without_carrier(table: Table) -> None:
    table.need.carrier = None
    table.session.flush()
    with pytest.raises(RuleViolation):
        table.issue()
