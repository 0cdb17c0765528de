"""Whom to invite by place, theme and kind; invitations and reminders that are never sent twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.geography import Commune, Department, Region
from models.meetup import MeetupDay
from models.need import Need
from models.outbox import OutboxMessage
from models.territory import RenewalProject, Territory
from services.errors import RuleViolation
from services.meetup_candidates import Criteria, find_candidates
from services.meetup_invitations import (
    FIRST_REMINDER,
    REMINDER_DUE,
    prepare_invitations,
    remind_invitees,
    send_invitations,
)
from services.meetup_notes import PARTICIPANT_MAIL
from tests.factories.accounts import make_user
from tests.factories.meetups import NOW, make_attendee, make_day, make_participant
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind, PublicationState, UserRole
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState
from vocabulary.themes import all_themes, axes

THEME, OTHER = list(all_themes())[1], list(all_themes())[-1]
CODE = "QN03401M"


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """Make a day, a quarter, and bodies around it."""
    base = empty_session
    base.add(Region(code="76", name="Occitanie"))
    base.flush()
    base.add_all([Department(code=code, name=code, region_code="76") for code in ("34", "30")])
    base.flush()
    for code, name, department in (("34172", "Montpellier", "34"), ("30189", "Nîmes", "30")):
        base.add(
            Commune(
                code=code,
                name=name,
                name_key=name.lower().replace("î", "i"),
                department_code=department,
                region_code="76",
            )
        )
    base.flush()
    quarter = Territory(
        code=CODE,
        name="Mosson",
        name_key="mosson",
        department_code="34",
        region_code="76",
        updated_at=NOW,
    )
    quarter.communes.append(base.get_one(Commune, "34172"))
    base.add(quarter)
    make_organization(base, "Fabrique d’ici", commune_code="34172", themes=[THEME])
    make_organization(base, "Fabrique d’ailleurs", commune_code="30189", themes=[OTHER])
    carrier = make_organization(
        base, "Porteuse", kind=OrganizationKind.EPCI, commune_code="30189", themes=[]
    )
    city = make_organization(base, "Ville", kind=OrganizationKind.COLLECTIVITE, themes=[THEME])
    project = RenewalProject(name="Projet", carrier_id=carrier.id)
    project.territories.append(quarter)
    need = Need(
        territory=quarter,
        carrier_id=city.id,
        title="Besoin",
        description="Texte",
        state=PublicationState.PUBLISHED,
        published_at=NOW,
        updated_at=NOW,
    )
    base.add_all([project, need])
    base.flush()
    return make_day(base)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(place=CODE), ["Fabrique d’ici", "Porteuse", "Ville"]),
        (Criteria(place="Mosson"), ["Fabrique d’ici", "Porteuse", "Ville"]),
        (Criteria(place="Montpellier"), ["Fabrique d’ici", "Porteuse", "Ville"]),
        (Criteria(place="nîmes"), ["Fabrique d’ailleurs", "Porteuse"]),
        (Criteria(department="34"), ["Fabrique d’ici", "Porteuse", "Ville"]),
        (Criteria(department="30"), ["Fabrique d’ailleurs", "Porteuse"]),
        (Criteria(themes=(THEME,)), ["Fabrique d’ici", "Ville"]),
        (Criteria(kinds=frozenset({OrganizationKind.EPCI})), ["Porteuse"]),
        (Criteria(place=CODE, themes=(THEME,)), ["Fabrique d’ici", "Ville"]),
        (Criteria(text="FABRIQUE"), ["Fabrique d’ailleurs", "Fabrique d’ici"]),
        (Criteria(text="100%"), []),
    ],
)
def test_bodies_are_found_by_what_is_said(
    empty_session: Session, day: MeetupDay, criteria: Criteria, expected: list[str]
) -> None:
    found, is_cut = find_candidates(empty_session, day, criteria)
    assert ([one.organization.name for one in found], is_cut) == (expected, False)


def test_an_axis_stands_for_its_themes(empty_session: Session, day: MeetupDay) -> None:
    axis = axes()[0].code
    found, _is_cut = find_candidates(empty_session, day, Criteria(themes=(axis,)))
    assert [one.organization.name for one in found] == ["Fabrique d’ici", "Ville"]


def test_an_unknown_place_is_said(empty_session: Session, day: MeetupDay) -> None:
    with pytest.raises(RuleViolation, match="n’est pas reconnu"):
        find_candidates(empty_session, day, Criteria(place="Xyzzyville"))


def test_the_reason_of_each_is_kept_and_nobody_is_added_twice(
    empty_session: Session, day: MeetupDay
) -> None:
    staff = make_user(empty_session, role=UserRole.STAFF)
    criteria = Criteria(place=CODE, themes=(THEME,))
    found, _is_cut = find_candidates(empty_session, day, criteria)
    added = [
        prepare_invitations(empty_session, day, found, words="Venez.", actor=staff, now=NOW)
        for _turn in range(2)
    ]
    assert [len(some) for some in added] == [2, 0]
    reasons = {one.name: (one.side, one.invited_for) for one in added[0]}
    assert reasons == {
        "Fabrique d’ici": (Side.ACTOR, {"themes": [THEME], "words": "Venez."}),
        "Ville": (
            Side.TERRITORY,
            {"themes": [THEME], "quarters": [CODE], "words": "Venez."},
        ),
    }
    states, _is_cut = find_candidates(empty_session, day, criteria)
    assert {one.state for one in states} == {ParticipantState.INVITED}


def due(session: Session) -> list[OutboxMessage]:
    """Return the reminders planned, in order."""
    session.flush()
    query = select(OutboxMessage).where(OutboxMessage.topic == REMINDER_DUE)
    return list(session.scalars(query.order_by(OutboxMessage.due_at)))


def told(session: Session) -> list[str]:
    """Return the events of the mails asked for, in order."""
    session.flush()
    query = select(OutboxMessage).where(OutboxMessage.topic == PARTICIPANT_MAIL)
    found = session.scalars(query.order_by(OutboxMessage.id))
    return [ParticipantEvent(one.payload["event"]).name for one in found]


def invite_two(session: Session, day: MeetupDay) -> None:
    """Put two bodies on the list and invite them."""
    staff = make_user(session, role=UserRole.STAFF)
    for name in ("A", "B"):
        make_attendee(session, make_participant(session, day, name, state=ParticipantState.INVITED))
    send_invitations(session, day, actor=staff, now=NOW)


def test_the_calendar_reminds_after_a_week_and_before_the_end(empty_session: Session) -> None:
    closing = NOW + timedelta(days=40)
    day = make_day(empty_session, registration_closes_at=closing)
    invite_two(empty_session, day)
    assert [one.due_at for one in due(empty_session)] == [
        NOW + FIRST_REMINDER,
        closing - timedelta(days=3),
    ]


def test_a_reminder_run_twice_writes_once_and_leaves_those_who_answered(
    empty_session: Session,
) -> None:
    day = make_day(empty_session)
    invite_two(empty_session, day)
    day.participants[0].state = ParticipantState.DECLINED
    empty_session.flush()
    moment = NOW + FIRST_REMINDER
    for _turn in range(2):
        remind_invitees(empty_session, {"day_id": day.id}, now=moment)
    assert told(empty_session) == ["INVITED", "INVITED", "REMINDED"]


@pytest.mark.parametrize("state", [DayState.CLOSED, DayState.CANCELLED])
def test_a_day_that_closed_reminds_nobody(empty_session: Session, state: DayState) -> None:
    day = make_day(empty_session)
    invite_two(empty_session, day)
    day.state = state
    empty_session.flush()
    remind_invitees(empty_session, {"day_id": day.id}, now=NOW + FIRST_REMINDER)
    assert told(empty_session) == ["INVITED", "INVITED"]


def test_invitations_wait_for_registrations_to_open(empty_session: Session) -> None:
    day = make_day(empty_session, state=DayState.ANNOUNCED)
    with pytest.raises(RuleViolation, match="quand les inscriptions sont ouvertes"):
        invite_two(empty_session, day)
