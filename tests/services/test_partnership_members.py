"""Members of a partnership: invited, shown once they agreed, cited from a source, gone."""

import pytest
from sqlalchemy.orm import Session

from services.errors import RuleViolation
from services.partnership_members import invite_to_partnership, member_row, remove_from_partnership
from services.partnerships import create_partnership
from tests.factories.accounts import make_membership, make_user
from tests.factories.partnerships import NOW, TEXT, PartnershipWorld, make_group
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipRole, PublicationState


@pytest.fixture
def world(session: Session) -> PartnershipWorld:
    return PartnershipWorld(session)


def test_the_keeper_is_the_first_member(world: PartnershipWorld) -> None:
    assert world.shown() == ["Ville d’essai"]
    assert world.page.state is PublicationState.DRAFT


def test_an_innovator_opens_none(world: PartnershipWorld, session: Session) -> None:
    with pytest.raises(RuleViolation, match="acteur du territoire"):
        create_partnership(session, world.startup, TEXT, person=world.founder, now=NOW)


def test_nobody_is_shown_before_agreeing(world: PartnershipWorld) -> None:
    world.invite()
    assert world.shown() == ["Ville d’essai"]
    assert world.mails() == [("invited", world.founder.id)]
    world.answer(accept=True)
    assert world.shown() == ["Ville d’essai", "Toits Vifs"]
    assert world.mails()[1:] == [("accepted", world.keeper.id)]


def test_asking_twice_is_asking_once(world: PartnershipWorld) -> None:
    world.invite()
    world.invite()
    assert world.mails() == [("invited", world.founder.id)]


def test_an_editor_does_not_answer_for_the_organisation(
    world: PartnershipWorld, session: Session
) -> None:
    world.invite()
    editor = make_user(session)
    make_membership(session, editor, world.startup, role=MembershipRole.EDITOR)
    with pytest.raises(RuleViolation, match="Seul un responsable"):
        world.answer(accept=True, person=editor)


def test_staff_do_not_agree_for_a_member(world: PartnershipWorld) -> None:
    world.invite()
    with pytest.raises(RuleViolation, match="Seul un responsable"):
        world.answer(accept=True, person=world.moderator)


def test_who_declined_is_not_asked_again(world: PartnershipWorld) -> None:
    world.invite()
    world.answer(accept=False)
    with pytest.raises(RuleViolation, match="elle seule peut revenir"):
        world.invite()
    world.answer(accept=True)
    assert world.shown() == ["Ville d’essai", "Toits Vifs"]


def test_leaving_leaves_the_groups(world: PartnershipWorld, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    group = make_group(world, members=(world.startup.id,), leads=(world.startup.id,))
    world.answer(accept=False)
    session.expire(group)
    assert group.members == []
    assert world.mails()[-1] == ("left", world.keeper.id)


def test_a_withdrawn_organisation_disappears_at_once(world: PartnershipWorld) -> None:
    world.invite()
    world.answer(accept=True)
    world.startup.state = PublicationState.ARCHIVED
    assert world.shown() == ["Ville d’essai"]


def test_the_keeper_stays(world: PartnershipWorld) -> None:
    row = member_row(world.page, world.city.id)
    assert row is not None
    with pytest.raises(RuleViolation, match="en reste membre"):
        remove_from_partnership(world.session, world.page, row, person=world.keeper, now=NOW)


def test_staff_cite_a_member_only_from_a_source(world: PartnershipWorld, session: Session) -> None:
    with pytest.raises(RuleViolation, match="d’après la source"):
        invite_to_partnership(
            session,
            world.page,
            world.startup,
            role="",
            person=world.moderator,
            now=NOW,
            is_cited=True,
        )
    world.page.source = "Un article public"
    row = invite_to_partnership(
        session, world.page, world.startup, role="", person=world.moderator, now=NOW, is_cited=True
    )
    assert row.state is InvitationState.ACCEPTED
    assert world.mails() == []
