"""Partnerships: opened, joined with consent, written by groups, decided by somebody else."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.organization import Organization
from models.outbox import OutboxMessage
from models.partnership import Partnership, WorkingGroup
from services.errors import Conflict, RuleViolation
from services.partnership_contents import (
    GroupContent,
    MeetingContent,
    MilestoneContent,
    PartnershipContent,
    stamp,
)
from services.partnership_lookup import PartnershipQuery, look_up_partnerships
from services.partnership_members import (
    answer_partnership,
    invite_to_partnership,
    member_row,
    remove_from_partnership,
)
from services.partnership_pages import partnership_view, public_partnership_keys
from services.partnership_publishing import (
    StaleContent,
    current_content,
    decide_partnership,
    hide_partnership,
    restore_partnership,
    save_content,
    submit_partnership,
)
from services.partnership_rights import standing_of
from services.partnerships import create_partnership, create_partnership_from_consortium
from services.working_groups import save_group, save_meeting, save_milestone
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import make_need, make_partnership, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipRole, OrganizationKind, PublicationState, UserRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = PartnershipContent(name="Table des toits", summary="Des toits partagés.")


class World:
    """A city that keeps a partnership, a startup that it invites, and moderators."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.city = make_organization(
            session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        self.startup = make_organization(session, "Toits Vifs", is_claimed=True)
        self.keeper = make_user(session)
        self.founder = make_user(session)
        self.moderator = make_user(session, role=UserRole.STAFF)
        make_membership(session, self.keeper, self.city)
        make_membership(session, self.founder, self.startup)
        self.page = create_partnership(session, self.city, TEXT, person=self.keeper, now=NOW)

    def invite(self, organization: Organization | None = None) -> None:
        invite_to_partnership(
            self.session,
            self.page,
            organization or self.startup,
            role="Pose les toits",
            person=self.keeper,
            now=NOW,
        )

    def answer(self, *, accept: bool, person: User | None = None) -> None:
        row = member_row(self.page, self.startup.id)
        assert row is not None
        answer_partnership(
            self.session,
            self.page,
            row,
            accept=accept,
            person=person or self.founder,
            now=NOW,
        )

    def publish(self) -> None:
        submit_partnership(self.session, self.page, person=self.keeper, now=NOW)
        self.decide(publish=True)

    def decide(self, *, publish: bool, comment: str = "", by: User | None = None) -> None:
        decide_partnership(
            self.session,
            self.page,
            publish=publish,
            comment=comment,
            seen=stamp(current_content(self.page)),
            moderator=by or self.moderator,
            now=NOW,
        )

    def mails(self) -> list[tuple[str, int]]:
        return [
            (message.payload["event"], message.payload["recipient_id"])
            for message in self.session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.topic == "mail.partnership")
                .order_by(OutboxMessage.id)
            )
        ]

    def shown(self) -> list[str]:
        view = partnership_view(self.page, is_inside=False)
        return [row.organization.name for row in view.territory_side + view.innovation_side]


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def test_the_keeper_is_the_first_member(world: World) -> None:
    assert world.shown() == ["Ville d’essai"]
    assert world.page.state is PublicationState.DRAFT


def test_an_innovator_opens_none(world: World, session: Session) -> None:
    with pytest.raises(RuleViolation, match="acteur du territoire"):
        create_partnership(session, world.startup, TEXT, person=world.founder, now=NOW)


def test_nobody_is_shown_before_agreeing(world: World) -> None:
    world.invite()
    assert world.shown() == ["Ville d’essai"]
    assert world.mails() == [("invited", world.founder.id)]
    world.answer(accept=True)
    assert world.shown() == ["Ville d’essai", "Toits Vifs"]
    assert world.mails()[1:] == [("accepted", world.keeper.id)]


def test_asking_twice_is_asking_once(world: World) -> None:
    world.invite()
    world.invite()
    assert world.mails() == [("invited", world.founder.id)]


def test_an_editor_does_not_answer_for_the_organisation(world: World, session: Session) -> None:
    world.invite()
    editor = make_user(session)
    make_membership(session, editor, world.startup, role=MembershipRole.EDITOR)
    with pytest.raises(RuleViolation, match="Seul un responsable"):
        world.answer(accept=True, person=editor)


def test_staff_do_not_agree_for_a_member(world: World) -> None:
    world.invite()
    with pytest.raises(RuleViolation, match="Seul un responsable"):
        world.answer(accept=True, person=world.moderator)


def test_who_declined_is_not_asked_again(world: World) -> None:
    world.invite()
    world.answer(accept=False)
    with pytest.raises(RuleViolation, match="elle seule peut revenir"):
        world.invite()
    world.answer(accept=True)
    assert world.shown() == ["Ville d’essai", "Toits Vifs"]


def test_leaving_leaves_the_groups(world: World, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    group = _group(world, members=(world.startup.id,), leads=(world.startup.id,))
    world.answer(accept=False)
    session.expire(group)
    assert group.members == []
    assert world.mails()[-1] == ("left", world.keeper.id)


def test_a_withdrawn_organisation_disappears_at_once(world: World) -> None:
    world.invite()
    world.answer(accept=True)
    world.startup.state = PublicationState.ARCHIVED
    assert world.shown() == ["Ville d’essai"]


def test_the_keeper_stays(world: World) -> None:
    row = member_row(world.page, world.city.id)
    assert row is not None
    with pytest.raises(RuleViolation, match="en reste membre"):
        remove_from_partnership(world.session, world.page, row, person=world.keeper, now=NOW)


def test_staff_cite_a_member_only_from_a_source(world: World, session: Session) -> None:
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


def test_a_table_of_one_is_not_published(world: World, session: Session) -> None:
    with pytest.raises(RuleViolation, match="au moins deux membres"):
        submit_partnership(session, world.page, person=world.keeper, now=NOW)


def test_nobody_decides_on_their_own_page(world: World, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    submit_partnership(session, world.page, person=world.moderator, now=NOW)
    with pytest.raises(RuleViolation, match="sa propre page"):
        world.decide(publish=True)


def test_a_second_decision_is_refused(world: World) -> None:
    world.invite()
    world.answer(accept=True)
    world.publish()
    with pytest.raises(Conflict, match="déjà été prise"):
        world.decide(publish=True)


def test_changes_are_asked_for_in_words(world: World, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    submit_partnership(session, world.page, person=world.keeper, now=NOW)
    with pytest.raises(RuleViolation, match="Dites ce qu’il faut changer"):
        world.decide(publish=False)
    world.decide(publish=False, comment="Précisez le quartier.")
    assert world.page.state is PublicationState.CHANGES_REQUESTED
    assert world.page.review_comment == "Précisez le quartier."


def test_a_public_page_stays_as_it_was_until_its_edit_is_accepted(
    world: World, session: Session
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


def test_an_older_form_overwrites_nothing(world: World) -> None:
    seen = stamp(current_content(world.page))
    _save(world, PartnershipContent(name="Table des toits", summary="Premier."))
    with pytest.raises(StaleContent) as refusal:
        _save(world, PartnershipContent(name="Table des toits", summary="Second."), seen=seen)
    assert isinstance(refusal.value.stored, PartnershipContent)
    assert refusal.value.stored.summary == "Premier."


def test_a_suspended_page_is_brought_back_by_staff_alone(world: World, session: Session) -> None:
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


def test_a_group_holds_members_that_agreed(world: World) -> None:
    world.invite()
    with pytest.raises(RuleViolation, match="donné leur accord"):
        _group(world, members=(world.startup.id,))


def test_a_lead_writes_the_meetings_of_its_group(world: World, session: Session) -> None:
    world.invite()
    world.answer(accept=True)
    group = _group(world, members=(world.startup.id,), leads=(world.startup.id,))
    other = _group(world, name="Autre")
    standing = standing_of(session, world.founder, world.page)
    assert [standing.can_write_meetings(one) for one in (group, other)] == [True, False]
    assert standing.can_edit is False


def test_minutes_are_for_members_unless_public(world: World, session: Session) -> None:
    group = _group(world)
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
    world: World, session: Session, precision: str, expected: date
) -> None:
    content = MilestoneContent(happened_on=date(2017, 4, 12), precision=precision, title="Étape")
    step = save_milestone(session, world.page, None, content, seen="", person=world.keeper, now=NOW)
    assert step.happened_on == expected


def test_a_team_becomes_a_partnership_once(world: World, session: Session) -> None:
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


def test_each_step_is_in_the_log(world: World, session: Session) -> None:
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


def _group(
    world: World,
    *,
    name: str = "Toits",
    members: tuple[int, ...] = (),
    leads: tuple[int, ...] = (),
) -> WorkingGroup:
    return save_group(
        world.session,
        world.page,
        None,
        GroupContent(name=name, members=members, leads=leads),
        seen="",
        person=world.keeper,
        now=NOW,
    )


def _save(world: World, content: PartnershipContent, *, seen: str = "") -> None:
    save_content(
        world.session,
        world.page,
        content,
        seen=seen or stamp(current_content(world.page)),
        person=world.keeper,
        now=NOW,
    )
