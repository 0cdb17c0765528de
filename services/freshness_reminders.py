"""Reminders to owners whose entry is due: when it is, then monthly, three in all."""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from services.audit import record_action
from services.errors import RuleViolation
from services.freshness import LEAST_MONTHS, MOST_MONTHS, confirmation_due, months_after
from services.outbox import post_message
from services.seats import owners_or, seats_in
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_

FRESHNESS_MAIL: Final = "mail.freshness"
MAX_REMINDERS: Final = 3


def choose_review_months(
    session: Session, entry: Organization, months: int | None, *, author: User, now: datetime
) -> None:
    """Keep after how many months the owner wants to read the entry again.

    Raises:
        RuleViolation: not a number of months that is offered.
    """
    if months is None:
        raise RuleViolation(
            N_("Choisissez entre %(least)d et %(most)d mois."), least=LEAST_MONTHS, most=MOST_MONTHS
        )
    if entry.review_months == months:
        return
    former, entry.review_months = entry.review_months, months
    entry.reminders, entry.reminded_on = 0, None
    record_action(
        session,
        "entry.review_months",
        actor=author,
        kind=SubjectKind.ORGANIZATION,
        subject_id=entry.id,
        label=entry.name,
        now=now,
        details={"former": former, "months": months},
    )


def post_reminders(session: Session, *, today: date, now: datetime) -> int:
    """Ask for the reminders due today, one mail to each owner; return how many entries."""
    entries = [
        entry
        for entry in session.scalars(
            Organization.published().where(
                Organization.is_claimed.is_(True),
                Organization.is_demo.is_(False),
                Organization.confirmed_on.is_not(None),
                Organization.reminders < MAX_REMINDERS,
            )
        )
        if _is_due(entry, today)
    ]
    for entry in entries:
        entry.reminders, entry.reminded_on = entry.reminders + 1, today
        for seat in owners_or(seats_in(session, entry.id), None):
            payload = {
                "organization_id": entry.id,
                "recipient_id": seat.person_id,
                "confirmed_on": str(entry.confirmed_on),
            }
            post_message(session, FRESHNESS_MAIL, payload, now=now)
    return len(entries)


def _is_due(entry: Organization, today: date) -> bool:
    due = confirmation_due(entry)
    if due is None or today < due:
        return False
    return entry.reminded_on is None or today >= months_after(entry.reminded_on, 1)
