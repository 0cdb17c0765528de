"""Addresses of the desk of a day, and somebody who does not come."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup_participant import MeetupAttendee
from tests.factories.meetup_held import HeldDay, at

STAFF, MEMBER = "equipe@anru.example", "membre@abeille.example"
NOW = at(9, 10)


def desk(held: HeldDay, page: str = "") -> str:
    return f"/pilotage/rencontres/{held.day.slug}/jour-j{page}"


def repairs(held: HeldDay, page: str = "") -> str:
    return f"/pilotage/rencontres/{held.day.slug}/reparations{page}"


def badge(held: HeldDay, attendee: MeetupAttendee) -> str:
    return f"/rencontres/{held.day.slug}/badge/{attendee.badge_key}"


def one_of(held: HeldDay, rank: int = 0) -> MeetupAttendee:
    return held.actors[rank].attendees[0]


def arrived_at(session: Session, attendee: MeetupAttendee) -> object:
    session.rollback()
    return session.scalar(select(MeetupAttendee.arrived_at).where(MeetupAttendee.id == attendee.id))
