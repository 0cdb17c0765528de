"""Partnerships made public: decided by somebody else, edited aside, suspended, told in the log."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from services.errors import Conflict, RuleViolation
from services.partnership_contents import PartnershipContent, stamp
from services.partnership_publishing import (
    StaleContent,
    current_content,
    hide_partnership,
    restore_partnership,
    save_content,
    submit_partnership,
)
from tests.factories.partnerships import NOW, PartnershipWorld
from vocabulary.kinds import PublicationState


@pytest.fixture
def world(session: Session) -> PartnershipWorld:
    return PartnershipWorld(session)


def test_a_table_of_one_is_not_published(world: PartnershipWorld, session: Session) -> None:
    with pytest.raises(RuleViolation, match="au moins deux membres"):
        submit_partnership(session, world.page, person=world.keeper, now=NOW)


def test_nobody_decides_on_their_own_page(world: PartnershipWorld, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    submit_partnership(session, world.page, person=world.moderator, now=NOW)
    with pytest.raises(RuleViolation, match="sa propre page"):
        world.decide(publish=True)


def test_a_second_decision_is_refused(world: PartnershipWorld) -> None:
    world.invite()
    world.answer(accept=True)
    world.publish()
    with pytest.raises(Conflict, match="déjà été prise"):
        world.decide(publish=True)


def test_changes_are_asked_for_in_words(world: PartnershipWorld, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    submit_partnership(session, world.page, person=world.keeper, now=NOW)
    with pytest.raises(RuleViolation, match="Dites ce qu’il faut changer"):
        world.decide(publish=False)
    world.decide(publish=False, comment="Précisez le quartier.")
    assert world.page.state is PublicationState.CHANGES_REQUESTED
    assert world.page.review_comment == "Précisez le quartier."


def test_a_public_page_stays_as_it_was_until_its_edit_is_accepted(
    world: PartnershipWorld, session: Session
) -> None:
    world.invite()
    world.answer(accept=True)
    world.publish()
    _save(world, PartnershipContent(name="Table des toits", summary="Autre texte."))
    assert world.page.summary == "Des toits partagés."
    submit_partnership(session, world.page, person=world.keeper, now=NOW)
    assert world.page.is_public
    world.decide(publish=True)
    assert (world.page.summary, world.page.proposal) == ("Autre texte.", {})


def test_an_older_form_overwrites_nothing(world: PartnershipWorld) -> None:
    seen = stamp(current_content(world.page))
    _save(world, PartnershipContent(name="Table des toits", summary="Premier."))
    with pytest.raises(StaleContent) as refusal:
        _save(world, PartnershipContent(name="Table des toits", summary="Second."), seen=seen)
    assert isinstance(refusal.value.stored, PartnershipContent)
    assert refusal.value.stored.summary == "Premier."


def test_a_suspended_page_is_brought_back_by_staff_alone(
    world: PartnershipWorld, session: Session
) -> None:
    world.invite()
    world.answer(accept=True)
    world.publish()
    state = PublicationState.SUSPENDED
    with pytest.raises(RuleViolation, match="Dites pourquoi"):
        hide_partnership(
            session, world.page, state=state, comment="", person=world.moderator, now=NOW
        )
    hide_partnership(
        session, world.page, state=state, comment="À vérifier", person=world.moderator, now=NOW
    )
    with pytest.raises(RuleViolation, match="Seule l’équipe"):
        restore_partnership(session, world.page, person=world.keeper, now=NOW)
    restore_partnership(session, world.page, person=world.moderator, now=NOW)
    assert world.page.is_public


def test_each_step_is_in_the_log(world: PartnershipWorld, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    world.publish()
    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.action.startswith("partnership."))
        .order_by(AuditEntry.id)
    ).all()
    assert list(actions) == [
        f"partnership.{name}"
        for name in ("created", "invited", "accepted", "submitted", "published")
    ]


def _save(world: PartnershipWorld, content: PartnershipContent, *, seen: str = "") -> None:
    save_content(
        world.session,
        world.page,
        content,
        seen=seen or stamp(current_content(world.page)),
        person=world.keeper,
        now=NOW,
    )
