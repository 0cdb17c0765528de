"""One body at the welcome desk: its people, its absences, those who come unannounced."""

from contextlib import suppress
from hashlib import sha256
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from extensions.clock import now
from extensions.database import db_session
from extensions.template_context import hour_at
from forms.meetup_presence import MomentForm, PersonForm, WalkInForm
from forms.once import OnceForm
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.errors import RuleViolation
from services.meetup_absences import (
    forget_told,
    note_absent,
    note_late,
    note_leaving,
    note_missed,
    told_absences,
)
from services.meetup_bodies import find_published
from services.meetup_door import next_meetings
from services.meetup_registration import Body
from services.meetup_walk_ins import (
    MOST_WISHES,
    WalkIn,
    possible_partners,
    welcome_person,
    welcome_walk_in,
    wish_at_the_door,
    wished_by,
)
from views.access import organized_day_or_404, signed_in_person
from views.meetup_moments import ends_to_come, starts_to_come
from views.once import carried_out_or_told, carry_out
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_words
from vocabulary.labels import N_

bp = Blueprint(
    "meetup_door", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/jour-j/accueil"
)
_WALK_IN_FIELDS: Final = frozenset({"name", "people", "until", "side"})
_MOST_TICKED: Final = 60
_UNKNOWN: Final = N_(
    "L’annuaire ne connaît pas ce nom : dites de quel côté de la table il s’assoit."
)


@bp.route("/sans-inscription", methods=["GET", "POST"])
def walk_in(slug: str) -> ResponseReturnValue:
    """Register somebody who stands at the door."""
    day = organized_day_or_404(slug)
    form = WalkInForm()
    form.offer_ends(ends_to_come(day, now()))
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                return carry_out(form, lambda: _welcome(day, form))
            except RuleViolation as refusal:
                db_session().rollback()
                _say(form, refusal)
        _name_again(form)
    return render_template("meetup_door/walk_in.html", day=day, form=form), status


def _welcome(day: MeetupDay, form: WalkInForm) -> str:
    participant = welcome_walk_in(
        db_session(),
        day,
        WalkIn(_body(form), form.names(), form.leaves_at()),
        person=signed_in_person(),
        now=now(),
    )
    flash(_("« %(name)s » est accueilli.", name=participant.name), "success")
    return _page(day, participant)


def _body(form: WalkInForm) -> Body:
    """Return what the directory knows by that name, or a new name of the side chosen."""
    name, side = form.name.data or "", form.chosen_side()
    try:
        return Body.of(find_published(db_session(), name))
    except RuleViolation as unknown:
        if side is not None:
            return Body(name, side)
        raise RuleViolation(
            unknown.message if unknown.params else _UNKNOWN, field="side", **unknown.params
        ) from unknown


def _name_again(form: WalkInForm) -> None:
    """Show a name where the completion had put the address of an entry."""
    with suppress(RuleViolation):
        form.name.data = find_published(db_session(), form.name.data or "").name


def _say(form: WalkInForm, refusal: RuleViolation) -> None:
    if refusal.field in _WALK_IN_FIELDS:
        form[refusal.field].errors = [refusal_words(refusal)]
    else:
        form.form_errors.append(refusal_words(refusal))


@bp.get("/<int:participant_id>")
def show(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show a body: its people, its next meeting, what was noted of it."""
    day = organized_day_or_404(slug)
    participant = _participant_or_404(day, participant_id)
    return _show(day, participant, PersonForm(formdata=None))


def _show(
    day: MeetupDay, participant: MeetupParticipant, person_form: PersonForm, status: int = 200
) -> ResponseReturnValue:
    session, moment = db_session(), now()
    moment_form = MomentForm(formdata=None)
    moment_form.offer_starts(starts_to_come(day, moment))
    wished = wished_by(session, participant)
    page = render_template(
        "meetup_door/show.html",
        day=day,
        participant=participant,
        told=told_absences(session, participant, now=moment),
        meeting=next_meetings(session, day, now=moment).get(participant.id),
        partners=[one for one in possible_partners(session, participant) if one.id not in wished],
        most_wishes=MOST_WISHES,
        moment_form=moment_form,
        person_form=person_form,
        form=OnceForm(formdata=None),
    )
    return page, status


@bp.post("/<int:participant_id>/personnes")
def add_person(slug: str, participant_id: int) -> ResponseReturnValue:
    """Add somebody who comes for the body and is there."""
    day = organized_day_or_404(slug)
    participant = _participant_or_404(day, participant_id)
    form = PersonForm()
    if form.validate():
        try:
            return carry_out(form, lambda: _add(day, participant, form))
        except RuleViolation as refusal:
            db_session().rollback()
            form.name.errors = [refusal_words(refusal)]
    return _show(day, participant, form, UNPROCESSABLE)


def _add(day: MeetupDay, participant: MeetupParticipant, form: PersonForm) -> str:
    attendee = welcome_person(
        db_session(), participant, form.name.data or "", person=signed_in_person(), now=now()
    )
    flash(_("%(name)s : arrivée notée.", name=attendee.name), "success")
    return _page(day, participant)


@bp.post("/<int:participant_id>/absence/<any(absent,retard,depart,manques,retour):kind>")
def note(slug: str, participant_id: int, kind: str) -> ResponseReturnValue:
    """Note that a body will not come, comes later, leaves, missed its meetings, or is there."""
    day = organized_day_or_404(slug)
    participant = _participant_or_404(day, participant_id)
    form = MomentForm()
    form.offer_starts(starts_to_come(day, now()))
    if kind not in {"retour", "manques"} and not form.validate():
        flash(_("Choisissez une heure de la liste."), "warning")
        return redirect(_page(day, participant))
    done = commit_or_flash(
        lambda: _note(participant, kind, form), _said(day, participant, kind, form)
    )
    if done and kind != "retard":
        return redirect(url_for("meetup_repairs.show", slug=day.slug))
    return redirect(_page(day, participant))


def _note(participant: MeetupParticipant, kind: str, form: MomentForm) -> None:
    session, moment = db_session(), now()
    if kind == "absent":
        note_absent(session, [participant], since=form.instant(moment), now=moment)
    elif kind == "retard":
        note_late(session, participant, until=form.instant(moment), now=moment)
    elif kind == "depart":
        note_leaving(session, participant, since=form.instant(moment), now=moment)
    elif kind == "manques":
        note_missed(session, participant, now=moment)
    else:
        forget_told(session, participant, now=moment)


def _said(day: MeetupDay, participant: MeetupParticipant, kind: str, form: MomentForm) -> str:
    name = participant.name
    if kind == "manques":
        return str(_("« %(name)s » : ses rendez-vous manqués peuvent être replacés.", name=name))
    if kind == "retour":
        return str(_("« %(name)s » est de nouveau attendu toute la journée.", name=name))
    hour = hour_at(form.instant(now()), day.zone)
    if kind == "absent":
        return str(_("« %(name)s » est noté absent à partir de %(hour)s.", name=name, hour=hour))
    if kind == "retard":
        return str(_("« %(name)s » est attendu à %(hour)s.", name=name, hour=hour))
    return str(_("« %(name)s » part à %(hour)s.", name=name, hour=hour))


@bp.post("/<int:participant_id>/souhaits")
def wish(slug: str, participant_id: int) -> ResponseReturnValue:
    """Note whom a body that has just come would meet, then look for a place for it."""
    day = organized_day_or_404(slug)
    participant = _participant_or_404(day, participant_id)
    form = OnceForm()
    if not form.validate():
        abort(400)
    others = request.form.getlist("other", type=int)[:_MOST_TICKED]
    here = _page(day, participant)

    def action() -> str:
        made = wish_at_the_door(
            db_session(), participant, others, person=signed_in_person(), now=now()
        )
        if not made:
            raise RuleViolation(N_("Cochez au moins une structure à rencontrer."))
        flash(ngettext("Un souhait noté.", "%(num)s souhaits notés.", made), "success")
        return url_for("meetup_repairs.show", slug=day.slug)

    # The page may be come back to by the arrow, and sent with other choices.
    chosen = sha256(repr(sorted(others)).encode()).hexdigest()[:12]
    sender = f"{signed_in_person().id}:{chosen}"
    return carried_out_or_told(form, action, otherwise=here, sender=sender)


def _participant_or_404(day: MeetupDay, participant_id: int) -> MeetupParticipant:
    participant = db_session().get(MeetupParticipant, participant_id)
    if participant is None or participant.day_id != day.id:
        abort(404)
    return participant


def _page(day: MeetupDay, participant: MeetupParticipant) -> str:
    return url_for("meetup_door.show", slug=day.slug, participant_id=participant.id)
