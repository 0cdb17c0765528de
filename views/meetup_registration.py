"""Registering for a meetup day: with an account, or with an address that a mail proves."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.participation_links import request_of_link
from forms.meetup_registration import AskLinkForm, RegistrationForm
from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupRequest
from models.meetup_participant import MeetupParticipant
from models.organization import Organization
from services.meetup_clock import takes_registrations
from services.meetup_people import PersonContent, person_with_address
from services.meetup_places import free_places
from services.meetup_registration import Body, own_bodies, register
from services.meetup_requests import ask_link, is_alive, participants_of_address
from views.access import current_person, meetup_day_or_404
from views.once import carried_out
from views.participation_access import remember_participant
from views.refusals import UNPROCESSABLE
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantState

bp = Blueprint("meetup_registration", __name__, url_prefix="/rencontres/<slug:slug>/inscription")
GONE = 410


@bp.route("", methods=["GET", "POST"])
def start(slug: str) -> ResponseReturnValue:
    """Register a body: at once when signed in, else after the address has answered."""
    day = meetup_day_or_404(slug)
    person = current_person()
    if person is None:
        return _ask(day)
    own = participants_of_address(db_session(), day, person.email)
    if not takes_registrations(day, now()):
        return render_template("meetup_registration/closed.html", day=day, own=own)
    return _register(day, person.email, user=person, sender=str(person.id), own=own)


def _ask(day: MeetupDay) -> ResponseReturnValue:
    form = AskLinkForm()
    if not form.validate_on_submit():
        page = render_template(
            "meetup_registration/start.html",
            day=day,
            form=form,
            is_open=takes_registrations(day, now()),
            places=free_places(db_session(), day),
        )
        return page, UNPROCESSABLE if form.is_submitted() else 200
    language = str(get_locale() or "fr")
    ask_link(db_session(), day, form.email.data or "", language=language, now=now())
    db_session().commit()
    return redirect(url_for("meetup_registration.asked", slug=day.slug))


@bp.get("/demandee")
def asked(slug: str) -> ResponseReturnValue:
    """Say that a mail is on its way: the same to everybody."""
    return render_template("meetup_registration/asked.html", day=meetup_day_or_404(slug))


@bp.route("/suite/<token>", methods=["GET", "POST"])
def proved(slug: str, token: str) -> ResponseReturnValue:
    """Go on with an address that the mail has proved; no account is needed."""
    request_row = request_of_link(db_session(), token)
    if request_row is None or request_row.day.slug != slug or not request_row.day.is_public:
        return render_template("participations/dead_link.html"), 404
    day = request_row.day
    if not is_alive(request_row, now=now()):
        return render_template("participations/dead_link.html"), GONE
    if not takes_registrations(day, now()):
        return render_template("meetup_registration/closed.html", day=day, own=[])
    return _register(
        day, request_row.email, user=None, sender=f"r{request_row.id}", request_row=request_row
    )


def _register(
    day: MeetupDay,
    email: str,
    *,
    user: User | None,
    sender: str,
    own: object = (),
    request_row: MeetupRequest | None = None,
) -> ResponseReturnValue:
    session = db_session()
    bodies = own_bodies(session, day, user) if user is not None else []
    form = RegistrationForm()
    form.for_bodies([(one.slug, one.name) for one in bodies])
    if not form.is_submitted():
        name = user.public_name if user is not None else ""
        form.show_person(PersonContent(name, language=str(get_locale() or "fr")))
    if form.validate_on_submit():
        answer = carried_out(
            form, lambda: _enter(day, form, bodies, email=email, user=user), sender=sender
        )
        if answer is not None:
            return answer
    page = render_template(
        "meetup_registration/form.html",
        day=day,
        form=form,
        own=own,
        email=email,
        places=free_places(session, day),
        request_row=request_row,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _enter(
    day: MeetupDay,
    form: RegistrationForm,
    bodies: list[Organization],
    *,
    email: str,
    user: User | None,
) -> str:
    chosen = {one.slug: one for one in bodies}.get(form.chosen_slug)
    if chosen is not None:
        body = Body.of(chosen)
    elif form.chosen_slug:
        abort(400)
    else:
        body = Body.named(form.body_name.data or "", OrganizationKind(form.kind.data))
    participant = register(
        db_session(), day, body, form.person(email), form.content(), user=user, now=now()
    )
    if user is None:  # an account opens the space by itself, and closes it by signing out
        attendee = person_with_address(db_session(), participant, email)
        remember_participant(participant, attendee.badge_key if attendee is not None else "")
    tell_outcome(participant)
    return url_for("participations.show", slug=day.slug, participant_id=participant.id)


def tell_outcome(participant: MeetupParticipant) -> None:
    """Say above the next page what came of a registration."""
    words = {
        ParticipantState.CONFIRMED: _("Votre venue est confirmée : un courriel vous le redit."),
        ParticipantState.WAITING: _(
            "Toutes les places sont prises : vous êtes sur liste d’attente, et un courriel vous "
            "préviendra."
        ),
        ParticipantState.PENDING: _(
            "Inscription reçue : l’équipe la valide et vous répond par courriel."
        ),
    }
    if participant.state in words:
        flash(words[participant.state], "success")
