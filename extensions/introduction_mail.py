"""Writes the mails about introductions, in the worker; no mail names an address of a team."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.introduction import Introduction
from services.introduction_notes import (
    STATE_TOLD,
    IntroductionEvent,
    team_members,
    unread_to_announce,
)
from services.outcomes import ask_what_is_due
from vocabulary.exchanges import Side
from vocabulary.periods import paris_day

_REPLY_FIELD = "#repondre"


def write_introduction_mails(
    session: Session, payload: Mapping[str, Any], *, now: datetime
) -> None:
    """Write one mail to each member of a team; what is no longer true is not mailed."""
    introduction = session.get(Introduction, payload["introduction_id"])
    if introduction is None:
        return
    event, side = IntroductionEvent(payload["event"]), Side(payload["side"])
    if event in STATE_TOLD and introduction.state != STATE_TOLD[event]:
        return
    link = public_address("introductions.show", introduction_id=introduction.id)
    other = Side.ACTOR if side == Side.TERRITORY else Side.TERRITORY
    context = {
        "introduction": introduction,
        "need": introduction.need,
        "side": side,
        "sent_on": paris_day(introduction.sent_at),
        "own": introduction.body_of(side),
        "other": introduction.body_of(other),
        "link": f"{link}{_REPLY_FIELD}" if event is IntroductionEvent.MESSAGE else link,
    }
    for person in team_members(session, introduction.body_of(side).id):
        unread = 0
        if event is IntroductionEvent.MESSAGE:
            unread = unread_to_announce(session, introduction, person, side, now=now)
            if not unread:
                continue
        template = f"introductions/{event.value}"
        told = {**context, "unread": unread}
        write_mail(session, person.email, person.language, template, told)


def write_outcome_mails(session: Session, *, now: datetime) -> None:
    """Write to each person, in one mail, about all the outcomes asked of their organisations."""
    for due in ask_what_is_due(session, now=now):
        context = {"threads": due.threads, "link": public_address("outcomes.due")}
        person = due.person
        template = "introductions/outcomes_due"
        write_mail(session, person.email, person.language, template, context)
