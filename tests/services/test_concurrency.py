"""Two people at one moment, on PostgreSQL: nobody overwrites anybody, nothing is doubled."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.organization import Organization
from models.revision import Revision
from services.drafts import current_organization_content, save_draft
from services.logos import is_logo_used
from services.publishing import publish_revision, request_changes
from services.registration import OrganizationNumber, start_organization
from tests.at_once import at_once
from tests.databases import engine_over
from tests.factories.accounts import make_user
from tests.factories.drafts import NOW, TODAY, make_draft, make_published, make_submitted
from vocabulary.kinds import OrganizationKind, UserRole


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine_over("postgresql", tmp_path_factory.mktemp("at-once")) as engine:
        yield engine


def test_one_of_two_decisions_wins(engine: Engine) -> None:
    with Session(engine) as session:
        entry, revision = make_submitted(session, make_user(session), name="Décidée")
        staff = [make_user(session, role=UserRole.STAFF).id for _ in range(2)]
        session.commit()
        key, lock, entry_key = revision.id, revision.lock, entry.id

    def publish(session: Session) -> None:
        found, moderator = session.get_one(Revision, key), session.get_one(User, staff[0])
        publish_revision(session, found, moderator=moderator, lock=lock, today=TODAY, now=NOW)

    def refuse(session: Session) -> None:
        found, moderator = session.get_one(Revision, key), session.get_one(User, staff[1])
        request_changes(
            session, found, moderator=moderator, lock=lock, reasons=["doublon"], comment="", now=NOW
        )

    assert sorted(at_once(engine, [publish, refuse])) == [False, True]
    with Session(engine) as session:
        decisions = session.scalars(
            select(AuditEntry.action).where(
                AuditEntry.subject_id == entry_key,
                AuditEntry.action.in_(("entry.published", "entry.changes_requested")),
            )
        ).all()
        assert len(decisions) == 1


@pytest.mark.parametrize("is_published", [True, False])
def test_one_of_two_saves_wins(engine: Engine, *, is_published: bool) -> None:
    with Session(engine) as session:
        author = make_user(session)
        make = make_published if is_published else make_draft
        entry = make(session, author, name=f"Enregistrée {is_published}")
        session.commit()
        key, author_key = entry.id, author.id
        lock = current_organization_content(session, entry)[1]

    def save(words: str) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            found = session.get_one(Organization, key)
            content, _lock = current_organization_content(session, found)
            save_draft(
                session,
                found,
                content.changed(pitch=words),
                lock=lock,
                author=session.get_one(User, author_key),
                now=NOW,
            )

        return run

    assert sorted(at_once(engine, [save("Un."), save("Deux.")])) == [False, True]


def test_one_form_sent_twice_opens_one_draft(engine: Engine) -> None:
    with Session(engine) as session:
        key = make_user(session).id
        session.commit()

    def start(session: Session) -> None:
        start_organization(
            session,
            name="Ouverte une fois",
            kind=OrganizationKind.PME,
            number=OrganizationNumber(),
            author=session.get_one(User, key),
            on_behalf=False,
            now=NOW,
        )

    assert at_once(engine, [start, start]) == [True, True]
    with Session(engine) as session:
        same = select(func.count()).where(Organization.name_key == "ouverte une fois")
        assert session.scalar(same) == 1


def test_the_logo_of_a_draft_is_found(engine: Engine) -> None:
    with Session(engine) as session:
        make_draft(session, make_user(session), name="Imagée", logo="a" * 64)
        assert is_logo_used(session, "a" * 64)
        assert not is_logo_used(session, "b" * 64)
