"""Caps of requests: a person, an organisation, what it leaves waiting, what a target receives."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.introduction import Introduction
from services.introduction_caps import (
    MOST_PENDING,
    PER_PAIR,
    PER_PERSON,
    PER_SENDER,
    PER_TARGET,
    TooManyRequests,
)
from services.introduction_decisions import withdraw_introduction
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_need
from tests.factories.introductions import Table, make_introduction
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import OrganizationKind

DAY = timedelta(days=1)


def ask_many(
    session: Session, table: Table, count: int, *, per_actor: int = PER_PAIR, mark: str = "c"
) -> None:
    """Send ``count`` requests of the buyer on one day, to as many actors as it takes."""
    for number in range(count):
        if number % per_actor == 0:
            actor = make_organization(session, f"Visée {mark}{number}", is_claimed=True)
            make_membership(session, make_user(session), actor)
        offer = make_offer(session, actor, f"Offre {mark}{number}")
        make_introduction(session, table, offer=offer)


def test_a_person_asks_so_many_times_a_day(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    with pytest.raises(TooManyRequests, match=f"Vous avez envoyé {PER_PERSON}"):
        make_introduction(empty_session, table)
    make_introduction(empty_session, table, now=NOW + DAY)


def test_an_organisation_asks_so_many_times_a_day(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    second = Table(table.carrier, table.actor, colleague, table.maker, table.need, table.offer)
    ask_many(empty_session, second, PER_SENDER - PER_PERSON, mark="d")
    third = make_user(empty_session)
    make_membership(empty_session, third, table.carrier)
    last = Table(table.carrier, table.actor, third, table.maker, table.need, table.offer)
    with pytest.raises(TooManyRequests, match="Votre organisation a envoyé"):
        make_introduction(empty_session, last)


def test_an_organisation_leaves_so_many_waiting(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    for introduction in empty_session.scalars(select(Introduction)):
        introduction.sent_at = NOW - 2 * DAY
    empty_session.flush()
    missing = MOST_PENDING - PER_PERSON
    for index, count in enumerate((PER_PERSON, missing - PER_PERSON)):
        colleague = make_user(empty_session)
        make_membership(empty_session, colleague, table.carrier)
        other = Table(table.carrier, table.actor, colleague, table.maker, table.need, table.offer)
        ask_many(empty_session, other, count, mark=f"e{index}-")
    with pytest.raises(TooManyRequests, match="attendent encore"):
        make_introduction(empty_session, table)
    first = empty_session.scalars(select(Introduction).order_by(Introduction.id)).first()
    assert first is not None
    withdraw_introduction(empty_session, first, table.buyer, now=NOW)
    make_introduction(empty_session, table)


def test_one_sender_does_not_fill_what_a_target_receives(
    empty_session: Session, table: Table
) -> None:
    for number in range(PER_PAIR):
        offer = make_offer(empty_session, table.actor, f"Autre {number}")
        make_introduction(empty_session, table, offer=offer)
    with pytest.raises(TooManyRequests, match="a déjà envoyé 3 demandes"):
        make_introduction(empty_session, table)


def test_a_target_receives_so_many_a_day_from_all(empty_session: Session, table: Table) -> None:
    for number in range(PER_TARGET):
        carrier = make_organization(
            empty_session, f"Ville {number}", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        buyer = make_user(empty_session)
        make_membership(empty_session, buyer, carrier)
        need = make_need(
            empty_session, table.need.territory, f"Besoin {number}", carrier_id=carrier.id
        )
        other = Table(carrier, table.actor, buyer, table.maker, need, table.offer)
        make_introduction(empty_session, other)
    with pytest.raises(TooManyRequests, match="beaucoup de demandes"):
        make_introduction(empty_session, table)
