"""Partnerships: groups and minutes, dated steps, born of a team, looked up."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.partnership import Partnership
from services.errors import RuleViolation
from services.partnership_contents import MeetingContent, MilestoneContent
from services.partnership_lookup import PartnershipQuery, look_up_partnerships
from services.partnership_pages import partnership_view, public_partnership_keys
from services.partnership_rights import standing_of
from services.partnerships import create_partnership_from_consortium
from services.working_groups import save_meeting, save_milestone
from tests.factories.entries import make_need, make_partnership, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.factories.partnerships import NOW, PartnershipWorld, make_group
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import OrganizationKind, PublicationState


@pytest.fixture
def world(session: Session) -> PartnershipWorld:
    return PartnershipWorld(session)


def test_a_group_holds_members_that_agreed(world: PartnershipWorld) -> None:
    world.invite()
    with pytest.raises(RuleViolation, match="donné leur accord"):
        make_group(world, members=(world.startup.id,))


def test_a_lead_writes_the_meetings_of_its_group(world: PartnershipWorld, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    group = make_group(world, members=(world.startup.id,), leads=(world.startup.id,))
    other = make_group(world, name="Autre")
    standing = standing_of(session, world.founder, world.page)
    assert [standing.can_write_meetings(one) for one in (group, other)] == [True, False]
    assert standing.can_edit is False


def test_minutes_are_for_members_unless_public(world: PartnershipWorld, session: Session) -> None:
    group = make_group(world)
    content = MeetingContent(held_on=date(2026, 10, 1), minutes="Dit et décidé")
    meeting = save_meeting(session, group, None, content, seen="", person=world.keeper, now=NOW)
    outside = partnership_view(world.page, is_inside=False)
    inside = partnership_view(world.page, is_inside=True)
    assert (outside.may_read_minutes(meeting), inside.may_read_minutes(meeting)) == (False, True)


@pytest.mark.parametrize(
    ("precision", "expected"),
    [("day", date(2017, 4, 12)), ("month", date(2017, 4, 1)), ("year", date(2017, 1, 1))],
)
def test_a_step_is_dated_as_exactly_as_it_is_known(
    world: PartnershipWorld, session: Session, precision: str, expected: date
) -> None:
    content = MilestoneContent(happened_on=date(2017, 4, 12), precision=precision, title="Étape")
    step = save_milestone(session, world.page, None, content, seen="", person=world.keeper, now=NOW)
    assert step.happened_on == expected


def test_a_team_becomes_a_partnership_once(world: PartnershipWorld, session: Session) -> None:
    need = make_need(
        session, make_territory(session, "QN04299M"), "Refaire les toits", themes=["solaire"]
    )
    offer = make_offer(session, world.startup, "Toit solaire", themes=["solaire"])
    silent = make_organization(session, "Sans réponse", is_claimed=True)
    gone = make_organization(session, "A décliné", is_claimed=True)
    team = Consortium(
        organization_id=world.city.id,
        territory_id=need.territory_id,
        name="Équipe des toits",
        created_at=NOW,
        updated_at=NOW,
        needs=[ConsortiumNeed(need=need)],
        invitations=[
            ConsortiumInvitation(organization=entry, offer=given, state=state, sent_at=NOW)
            for entry, given, state in (
                (world.startup, offer, InvitationState.ACCEPTED),
                (silent, None, InvitationState.INVITED),
                (gone, None, InvitationState.DECLINED),
            )
        ],
    )
    session.add(team)
    session.flush()
    made = create_partnership_from_consortium(session, team, person=world.keeper, now=NOW)
    again = create_partnership_from_consortium(session, team, person=world.keeper, now=NOW)
    assert again is made
    states = {row.organization_id: row.state.value for row in made.members}
    assert states == {world.city.id: "accepte", world.startup.id: "accepte", silent.id: "invite"}
    (group,) = made.working_groups
    assert (group.name, group.theme) == ("Refaire les toits", "solaire")
    assert [row.organization_id for row in group.members] == [world.startup.id]
    assert made.state is PublicationState.DRAFT
    assert world.mails() == [("founded", world.founder.id)]


def test_filters_are_counted_without_themselves(empty_session: Session) -> None:
    session = empty_session
    quarter = make_territory(session, "QN04201M")
    lab = make_organization(session, "Labo", kind=OrganizationKind.RESEARCH_LAB)
    startup = make_organization(session, "Jeune pousse")
    make_partnership(session, quarter, lab, name="Un", themes=["solaire"], programme="PIA")
    make_partnership(session, quarter, startup, name="Deux", themes=["mobilite"])
    make_partnership(session, quarter, startup, name="Brouillon", state=PublicationState.DRAFT)
    found = look_up_partnerships(
        session, PartnershipQuery(chosen={"type": frozenset({"laboratoire"})})
    )
    assert [one.name for one in found.items] == ["Un"]
    assert dict(found.facets["type"]) == {"laboratoire": 1, "startup": 1}
    assert dict(found.facets["programme"]) == {"PIA": 1}


def test_drafts_and_examples_are_not_in_the_site_map(empty_session: Session) -> None:
    quarter = make_territory(empty_session, "QN04201M")
    make_partnership(empty_session, quarter, name="Vrai")
    make_partnership(empty_session, quarter, name="Brouillon", state=PublicationState.DRAFT)
    make_partnership(empty_session, quarter, name="Fictif", is_demo=True)
    assert [slug for slug, _day in public_partnership_keys(empty_session)] == ["vrai"]


def test_the_reference_partnership_says_what_the_article_says(session: Session) -> None:
    page = session.scalars(select(Partnership).where(Partnership.slug == "e-declic")).one()
    view = partnership_view(page, is_inside=False)
    (group,) = view.groups
    assert (group.group.theme, group.members, group.meetings) == (None, (), ())
    assert page.results == ""
