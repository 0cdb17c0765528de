"""Requests: who may ask whom, about what, through which structure, and once at a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.federation import FederationMember
from models.introduction import Introduction
from models.membership import Membership
from models.outbox import OutboxMessage
from services.errors import RuleViolation
from services.introduction_notes import INTRODUCTION_DUE
from services.introductions import AlreadyOpen, NobodyThere, pair_key, request_introduction
from tests.factories.accounts import NOW, make_user
from tests.factories.introductions import Table, make_introduction, register_events
from tests.factories.organizations import make_organization
from vocabulary.exchanges import IntroductionState, RegisterEvent, Side
from vocabulary.kinds import (
    FederationState,
    MembershipState,
    OrganizationKind,
    PublicationState,
    UserRole,
)

DAY = timedelta(days=1)


OTHER = {Side.TERRITORY: Side.ACTOR, Side.ACTOR: Side.TERRITORY}


@pytest.mark.parametrize("side", list(Side))
def test_a_request_leaves_with_its_message_and_its_calendar(
    empty_session: Session, table: Table, side: Side
) -> None:
    introduction = make_introduction(empty_session, table, from_side=side)
    assert introduction.state is IntroductionState.SENT
    assert introduction.open_key == pair_key(table.need.id, table.offer.id)
    assert [(one.side, one.body) for one in introduction.messages] == [
        (side, "Bonjour, parlons-en.")
    ]
    assert introduction.contact_of(side) is table.sender(side)
    assert introduction.contact_of(OTHER[side]) is None
    due = empty_session.scalars(
        select(OutboxMessage.due_at)
        .where(OutboxMessage.topic == INTRODUCTION_DUE)
        .order_by(OutboxMessage.due_at)
    )
    assert list(due) == [NOW + 3 * DAY, NOW + 10 * DAY, NOW + 21 * DAY]
    expected = RegisterEvent.CONTACTED if side == Side.TERRITORY else RegisterEvent.APPROACHED
    assert register_events(empty_session, table) == [expected]


def test_a_second_request_about_the_pair_is_led_to_the_first(
    empty_session: Session, table: Table
) -> None:
    first = make_introduction(empty_session, table)
    with pytest.raises(AlreadyOpen) as refusal:
        make_introduction(empty_session, table, from_side=Side.ACTOR)
    assert refusal.value.introduction_id == first.id


def test_only_the_team_of_a_side_asks_for_it(empty_session: Session, table: Table) -> None:
    stranger = make_user(empty_session, role=UserRole.STAFF)
    with pytest.raises(RuleViolation, match="Seule l’équipe"):
        request_introduction(
            empty_session,
            table.need,
            table.offer,
            from_side=Side.ACTOR,
            sender=stranger,
            message="Bonjour",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: setattr(table.need, "closed_at", NOW), "n’est plus ouvert"),
        (lambda table: setattr(table.need, "closes_on", (NOW - DAY).date()), "n’est plus ouvert"),
        (lambda table: setattr(table.need, "state", PublicationState.DRAFT), "n’est plus ouvert"),
        (lambda table: setattr(table.offer, "state", PublicationState.ARCHIVED), "pas publiée"),
        (lambda table: setattr(table.actor, "state", PublicationState.SUSPENDED), "pas publiée"),
        (lambda table: setattr(table.actor, "is_claimed", False), "Personne ne s’occupe"),
        (lambda table: setattr(table.need, "carrier_id", None), "pas encore porté"),
        (lambda table: setattr(table.need, "carrier_id", table.actor.id), "même acteur"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    empty_session: Session, table: Table, change: Callable[[Table], None], message: str
) -> None:
    change(table)
    empty_session.flush()
    empty_session.expire(table.need, ["carrier"])
    with pytest.raises(RuleViolation, match=message):
        make_introduction(empty_session, table)
    assert empty_session.scalars(select(Introduction)).all() == []
    assert register_events(empty_session, table) == []


def test_an_entry_whose_team_left_is_nobody(empty_session: Session, table: Table) -> None:
    for membership in empty_session.scalars(
        select(Membership).where(Membership.organization_id == table.actor.id)
    ):
        membership.state = MembershipState.REFUSED
    empty_session.flush()
    with pytest.raises(NobodyThere):
        make_introduction(empty_session, table)


def test_a_relay_is_one_that_federates_the_actor(empty_session: Session, table: Table) -> None:
    relay = make_organization(empty_session, "Incubateur", kind=OrganizationKind.INCUBATOR)
    link = FederationMember(federator_id=relay.id, member_id=table.actor.id)
    empty_session.add(link)
    empty_session.flush()

    def ask() -> Introduction:
        return request_introduction(
            empty_session,
            table.need,
            table.offer,
            from_side=Side.TERRITORY,
            sender=table.buyer,
            message="Bonjour",
            relay=relay,
            now=NOW,
        )

    with pytest.raises(RuleViolation, match="ne fédère pas"):
        ask()
    link.state = FederationState.CONSENTED
    empty_session.flush()
    assert ask().relay is relay
