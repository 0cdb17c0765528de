"""What others ask of a participant of a meetup day: read, accepted, declined with a reason."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_wishes import AnswerForm
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.errors import Conflict, RuleViolation
from services.meetup_wish_pages import Box, received_by
from services.meetup_wish_rules import check_open, wishes_held
from services.meetup_wishes import accept_wish, decline_wish
from views.participation_access import own_participant_or_404
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from views.wish_pages import allowance_of, page_number, wish_context
from vocabulary.meetups import WishRefusal, WishState

bp = Blueprint(
    "participation_requests",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>/souhaits",
)


@bp.get("/recus")
def index(slug: str, participant_id: int) -> ResponseReturnValue:
    """List what others wish of one, to be answered or answered."""
    participant = own_participant_or_404(slug, participant_id)
    return _received(participant, AnswerForm(formdata=None))


@bp.post("/<int:wish_id>/reponse")
def answer(slug: str, participant_id: int, wish_id: int) -> ResponseReturnValue:
    """Accept or decline what somebody wishes."""
    participant = own_participant_or_404(slug, participant_id)
    session = db_session()
    found = session.get(MeetupWish, wish_id)
    if found is None or found.wished_id != participant.id:
        abort(404)
    form = AnswerForm()
    reason = form.refusal() if form.validate() else None
    if not form.errors and not form.accepts and reason is None:
        form.reason.errors = [_("Choisissez une raison : l’autre participant la lira.")]
    if form.errors:
        return _received(participant, form, answered=wish_id), UNPROCESSABLE
    try:
        _answer(participant, found, reason)
        session.commit()
    except Conflict as refusal:
        session.rollback()
        form.form_errors.append(refusal_words(refusal))
        return _received(own_participant_or_404(slug, participant_id), form), CONFLICT
    except RuleViolation as refusal:
        session.rollback()
        form.form_errors.append(refusal_words(refusal))
        return _received(own_participant_or_404(slug, participant_id), form), UNPROCESSABLE
    flash(_("Votre réponse est enregistrée."), "success")
    return redirect(
        url_for(
            "participation_requests.index",
            slug=participant.day.slug,
            participant_id=participant.id,
        )
    )


def _answer(participant: MeetupParticipant, found: MeetupWish, reason: WishRefusal | None) -> None:
    check_open(participant.day, participant, now())
    sent = request.form.get("seen", "")
    seen = next((one for one in WishState if one.value == sent), WishState.WITHDRAWN)
    if reason is None:
        accept_wish(db_session(), found, seen=seen, now=now())
    else:
        decline_wish(db_session(), found, reason=reason, seen=seen, now=now())


def _received(participant: MeetupParticipant, form: AnswerForm, *, answered: int = 0) -> str:
    asked = next((one for one in Box if one.value == request.args.get("liste")), Box.WAITING)
    page = page_number()
    session = db_session()
    return render_template(
        "participation_wishes/received.html",
        **wish_context(participant),
        received=received_by(session, participant, box=asked, page=page),
        boxes=tuple(Box),
        page=page,
        used=allowance_of(participant, wishes_held(session, participant.id)),
        answer_form=form,
        answered=answered,
    )
