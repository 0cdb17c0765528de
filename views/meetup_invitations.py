"""Inviting to a meetup day: searching the directory, keeping some, sending, reminding."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_participants import PrepareForm, SearchForm, SendForm
from forms.shortlists import number_in
from models.meetup import MeetupDay
from services.errors import RuleViolation
from services.meetup_candidates import Candidate, Criteria, find_candidates
from services.meetup_clock import takes_registrations
from services.meetup_invitations import (
    Sending,
    invitations_to_send,
    prepare_invitations,
    reminders_to_send,
    send_invitations,
    send_reminders,
)
from views.access import organized_day_or_404, signed_in_person
from views.once import carried_out
from views.refusals import UNPROCESSABLE, refusal_words
from vocabulary.labels import N_

bp = Blueprint(
    "meetup_invitations", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/invitations"
)


@bp.get("")
def compose(slug: str) -> ResponseReturnValue:
    """Look for bodies to invite, and show what is ready to be sent."""
    return _compose(organized_day_or_404(slug), PrepareForm(formdata=None))


def _compose(day: MeetupDay, form: PrepareForm) -> ResponseReturnValue:
    session = db_session()
    search = SearchForm(formdata=request.args)
    search.fill()
    candidates: list[Candidate] = []
    is_cut, asked = False, bool(request.args)
    if asked and search.validate():
        try:
            candidates, is_cut = _found(day, search.criteria())
        except RuleViolation as refusal:
            search.show_error(refusal.field, refusal_words(refusal))
    page = render_template(
        "meetup_invitations/compose.html",
        day=day,
        search=search,
        asked=asked and not search.errors,
        candidates=candidates,
        is_cut=is_cut,
        form=form,
        ready=invitations_to_send(session, day),
        late=reminders_to_send(session, day, now=now()),
        is_open=takes_registrations(day, now()),
    )
    return page, UNPROCESSABLE if search.errors or form.errors else 200


def _found(day: MeetupDay, criteria: Criteria) -> tuple[list[Candidate], bool]:
    if criteria.is_empty:
        raise RuleViolation(N_("Dites au moins un lieu, un thème, un type ou un nom."))
    found, is_cut = find_candidates(db_session(), day, criteria)
    return list(found), is_cut


@bp.post("/preparer")
def prepare(slug: str) -> ResponseReturnValue:
    """Put the bodies kept of a search on the list; nothing is sent yet."""
    day = organized_day_or_404(slug)
    form = PrepareForm()
    kept = {number_in(one) for one in request.form.getlist("organizations")[:500]}
    if not form.validate() or not kept:
        if not kept:
            form.form_errors.append(_("Gardez au moins une structure."))
        return _compose(day, form)
    search = SearchForm(formdata=MultiDict(request.args))
    search.fill()

    def act() -> str:
        candidates, _is_cut = _found(day, search.criteria())
        added = prepare_invitations(
            db_session(),
            day,
            [one for one in candidates if one.organization.id in kept],
            words=form.words.data or "",
            actor=signed_in_person(),
            now=now(),
        )
        words = ngettext(
            "%(num)s structure ajoutée : son invitation est prête.",
            "%(num)s structures ajoutées : leurs invitations sont prêtes.",
            len(added),
        )
        flash(words, "success")
        return url_for("meetup_invitations.compose", slug=slug)

    answer = carried_out(form, act)
    return _compose(day, form) if answer is None else answer


@bp.route("/envoyer", methods=["GET", "POST"])
def send(slug: str) -> ResponseReturnValue:
    """Count whom the invitations would go to; send them."""
    day = organized_day_or_404(slug)

    def act() -> Sending:
        return send_invitations(db_session(), day, actor=signed_in_person(), now=now())

    sending = invitations_to_send(db_session(), day)
    return _send(day, sending, act, is_reminder=False)


@bp.route("/relancer", methods=["GET", "POST"])
def remind(slug: str) -> ResponseReturnValue:
    """Count who has not answered; remind them."""
    day = organized_day_or_404(slug)

    def act() -> Sending:
        return send_reminders(db_session(), day, actor=signed_in_person(), now=now())

    sending = reminders_to_send(db_session(), day, now=now())
    return _send(day, sending, act, is_reminder=True)


def _send(
    day: MeetupDay, sending: Sending, act: Callable[[], Sending], *, is_reminder: bool
) -> ResponseReturnValue:
    form = SendForm()
    if form.validate_on_submit():
        answer = carried_out(form, lambda: _told(day, act()))
        if answer is not None:
            return answer
    page = render_template(
        "meetup_invitations/send.html",
        day=day,
        sending=sending,
        form=form,
        is_reminder=is_reminder,
        is_open=takes_registrations(day, now()),
    )
    return page, UNPROCESSABLE if form.errors else 200


def _told(day: MeetupDay, sending: Sending) -> str:
    words = ngettext("%(num)s courriel part.", "%(num)s courriels partent.", sending.people)
    flash(words, "success" if sending.people else "info")
    return url_for("meetup_invitations.compose", slug=day.slug)
