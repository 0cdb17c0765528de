"""The way into a participant's own pages of a meetup day: its people signed in, or a mailed link.

Reading the link changes nothing but the reader's cookie, since scanners open every link of a mail.
"""

from typing import Final

from flask import Blueprint, Flask, abort, redirect, render_template, session
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import user_logged_out
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from extensions.clock import today
from extensions.database import db_session
from extensions.participation_links import grant_of_link, granted_participant, page_of
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.permissions import membership_of
from views.access import current_person

bp = Blueprint("participation_access", __name__)
_COOKIE_KEY: Final = "participations"
# The cookie is small: the days one took part in last.
_KEPT: Final = 8


@bp.record_once
def close_on_sign_out(state: BlueprintSetupState) -> None:
    """Close to a browser what its links opened when somebody signs out of it."""
    user_logged_out.connect(_forget_participants, state.app)


def _forget_participants(_app: Flask, **_details: object) -> None:
    session.pop(_COOKIE_KEY, None)


@bp.get("/rencontres/acces/<token>")
def enter(token: str) -> ResponseReturnValue:
    """Open the pages of one participant to the reader of a mail, without account."""
    grant = grant_of_link(db_session(), token, today=today())
    if grant is None:
        return render_template("participations/dead_link.html"), 404
    remember_participant(grant.participant, grant.badge_key)
    return redirect(page_of(grant))


def remember_participant(participant: MeetupParticipant, badge_key: str = "") -> None:
    """Open the participant's pages to this browser: its reader has proved who they are.

    ``badge_key`` tells which of its people they are, when that is known.
    """
    others = [one for one in _held() if one[0] != participant.id]
    held = [*others, (participant.id, participant.link_key, badge_key)]
    session[_COOKIE_KEY] = held[-_KEPT:]


def own_participant_or_404(slug: str, participant_id: int) -> MeetupParticipant:
    """Return the participant if the reader may act for it; missing and forbidden look the same.

    The people it sends and the members of its organisation, signed in; whoever came by its link.
    """
    participant = _granted(participant_id) or _signed_in(participant_id)
    if participant is None or participant.day.slug != slug or not participant.day.is_public:
        abort(404)
    return participant


def acting_key(participant: MeetupParticipant) -> str:
    """Return whose numbered forms these are: the account's, or the participant's by its link."""
    person = current_person()
    return str(person.id) if person is not None else link_key(participant.id)


def link_key(participant_id: int) -> str:
    """Return whose forms they are that are sent by the link of a participant."""
    return f"p{participant_id}"


def acting_badge_key(participant: MeetupParticipant) -> str:
    """Return which of its people came by a link that was theirs, by their badge; else nothing."""
    return next((badge for number, _key, badge in _held() if number == participant.id), "")


def _granted(participant_id: int) -> MeetupParticipant | None:
    for number, key, badge_key in _held():
        if number == participant_id:
            return granted_participant(db_session(), number, key, badge_key, today=today())
    return None


def _held() -> list[tuple[int, str, str]]:
    """Return what the cookie opens; we signed it, so that it is as we wrote it."""
    return [(number, key, badge) for number, key, badge in session.get(_COOKIE_KEY, ())]


def _signed_in(participant_id: int) -> MeetupParticipant | None:
    person, base = current_person(), db_session()
    if person is None:
        return None
    wanted = select(MeetupParticipant).where(MeetupParticipant.id == participant_id)
    participant = base.scalar(wanted.options(joinedload(MeetupParticipant.day)))
    if participant is None:
        return None
    attends = select(MeetupAttendee.id).where(
        MeetupAttendee.participant_id == participant_id, MeetupAttendee.user_id == person.id
    )
    if base.scalar(attends) is not None:
        return participant
    key = participant.organization_id
    is_member = key is not None and membership_of(base, person, key) is not None
    return participant if is_member else None
