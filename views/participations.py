"""One's own part in a meetup day: registration, people, availability, sessions, and giving up."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_registration import ComingForm, ReasonForm, RegistrationForm
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_availability import free_slots
from services.meetup_clock import is_past, takes_wishes
from services.meetup_leaving import cancel as cancel_registration
from services.meetup_leaving import decline as decline_invitation
from services.meetup_people import PersonContent
from services.meetup_places import chosen_sessions, waiting_list
from services.meetup_registration import (
    STANDING,
    answer_invitation,
    change_registration,
    content_of,
    is_editable,
    may_answer,
)
from views.access import current_person
from views.meetup_registration import tell_outcome
from views.once import carried_out, earlier_answer
from views.participation_access import (
    acting_badge_key,
    acting_key,
    link_key,
    own_participant_or_404,
)
from views.participation_forms import Frame, edit_availability, edit_person, edit_sessions, take_off
from views.refusals import UNPROCESSABLE, commit_or_flash
from vocabulary.meetups import DayState, ParticipantState

bp = Blueprint(
    "participations",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>",
)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the participant should do now, and where."""

    words: str
    label: str
    url: str


@bp.get("")
def show(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show one's registration and what to do next."""
    participant = own_participant_or_404(slug, participant_id)
    day = participant.day
    rank = 0
    if participant.state == ParticipantState.WAITING:
        queue = db_session().scalars(waiting_list(day).with_only_columns(MeetupParticipant.id))
        rank = list(queue).index(participant.id) + 1
    return render_template(
        "participations/show.html",
        participant=participant,
        day=day,
        step=_next_step(participant),
        rank=rank,
        free=len(free_slots(day, participant)),
        sessions=chosen_sessions(day),
        attended={seat.session_id for seat in participant.session_seats},
        is_editable=is_editable(participant, now=now()),
        may_answer=may_answer(participant, now=now()),
        may_change_people=_may_change_people(participant),
        may_cancel=participant.state in STANDING and not is_past(day, now()),
    )


def _next_step(participant: MeetupParticipant) -> NextStep | None:
    day = participant.day
    if may_answer(participant, now=now()):
        return _step(participant, "register", _("Dites si vous venez."), _("Répondre"))
    if participant.state not in STANDING:
        return None
    if has_agenda(participant):
        words = _("Le planning est publié : votre agenda est prêt.")
        return _step(participant, "agenda", words, _("Voir mon agenda"))
    if participant.state == ParticipantState.CONFIRMED and takes_wishes(day, now()):
        words = _("Dites qui vous souhaitez rencontrer.")
        found = _step(participant, "wishes", words, _("Choisir mes rendez-vous"))
        if found is not None:
            return found
    if is_editable(participant, now=now()) and day.slots and not participant.absences:
        words = _("Dites quand on peut vous rencontrer ; sans réponse, c’est toute la journée.")
        return _step(participant, "availability", words, _("Mes disponibilités"))
    return None


_STEP_PAGES = {
    "register": "participations.register",
    "availability": "participations.availability",
    "wishes": "participation_wishes.index",
    "agenda": "participation_agenda.show",
}


def _step(participant: MeetupParticipant, page: str, words: str, label: str) -> NextStep | None:
    endpoint = _STEP_PAGES[page]
    if endpoint not in current_app.view_functions:
        return None
    address = url_for(endpoint, slug=participant.day.slug, participant_id=participant.id)
    return NextStep(words, label, address)


def has_agenda(participant: MeetupParticipant) -> bool:
    """Tell whether there is a published plan to read."""
    is_coming = participant.state == ParticipantState.CONFIRMED
    return is_coming and participant.day.published_plan_id is not None


@bp.route("/inscription", methods=["GET", "POST"])
def register(slug: str, participant_id: int) -> ResponseReturnValue:
    """Answer an invitation with a yes, or come back on a no."""
    participant = own_participant_or_404(slug, participant_id)
    home = _home(participant)
    if not may_answer(participant, now=now()):
        return redirect(home)
    attendee = _own_attendee(participant)
    form = RegistrationForm()
    form.for_known_body()
    if not form.is_submitted():
        form.show(content_of(participant))
        form.show_person(_known_person(attendee))
    if form.validate_on_submit():
        answer = carried_out(
            form, lambda: _answer(participant, form, attendee), sender=acting_key(participant)
        )
        if answer is not None:
            return answer
    page = render_template(
        "participations/register.html",
        participant=participant,
        day=participant.day,
        form=form,
        email=_known_address(attendee),
    )
    return page, UNPROCESSABLE if form.errors else 200


def _own_attendee(participant: MeetupParticipant) -> MeetupAttendee | None:
    """Return who reads the page among those invited: by link, by account, or alone."""
    badge_key, person = acting_badge_key(participant), current_person()
    for one in participant.attendees:
        if one.badge_key == badge_key or (person is not None and one.user_id == person.id):
            return one
    # A link without a name, and one person invited: it is theirs.
    is_alone = person is None and len(participant.attendees) == 1
    return participant.attendees[0] if is_alone else None


def _known_person(attendee: MeetupAttendee | None) -> PersonContent:
    if attendee is not None:
        return PersonContent(attendee.name, attendee.job_title, language=attendee.language)
    person = current_person()
    return PersonContent(person.public_name if person is not None else "")


def _known_address(attendee: MeetupAttendee | None) -> str:
    if attendee is not None and attendee.email:
        return attendee.email
    person = current_person()
    return person.email if person is not None else ""


def _answer(
    participant: MeetupParticipant, form: RegistrationForm, attendee: MeetupAttendee | None
) -> str:
    person = form.person(_known_address(attendee))
    answer_invitation(
        db_session(), participant, person, form.content(), user=current_person(), now=now()
    )
    tell_outcome(participant)
    return _home(participant)


@bp.route("/modifier", methods=["GET", "POST"])
def edit(slug: str, participant_id: int) -> ResponseReturnValue:
    """Change what one says of one's coming, until registrations close."""
    participant = own_participant_or_404(slug, participant_id)
    if not is_editable(participant, now=now()):
        return redirect(_home(participant))
    form = ComingForm()
    form.fill_theme_choices()
    if not form.is_submitted():
        form.show(content_of(participant))
    if form.validate_on_submit():
        done = commit_or_flash(
            lambda: change_registration(db_session(), participant, form.content(), now=now()),
            _("C’est enregistré."),
        )
        if done:
            return redirect(_home(participant))
    page = render_template(
        "participations/edit.html", participant=participant, day=participant.day, form=form
    )
    return page, UNPROCESSABLE if form.errors else 200


@bp.route("/personnes/nouvelle", methods=["GET", "POST"])
def add(slug: str, participant_id: int) -> ResponseReturnValue:
    """Add somebody who comes."""
    participant = _changing_people_or_404(slug, participant_id)
    return edit_person(participant, _frame(participant), None)


@bp.route("/personnes/<int:attendee_id>", methods=["GET", "POST"])
def person(slug: str, participant_id: int, attendee_id: int) -> ResponseReturnValue:
    """Change what is said of somebody who comes, or who comes in their place."""
    participant = _changing_people_or_404(slug, participant_id)
    attendee = attendee_or_404(participant, attendee_id)
    return edit_person(participant, _frame(participant), attendee)


@bp.post("/personnes/<int:attendee_id>/retirer")
def remove(slug: str, participant_id: int, attendee_id: int) -> ResponseReturnValue:
    """Take somebody off."""
    participant = _changing_people_or_404(slug, participant_id)
    attendee = attendee_or_404(participant, attendee_id)
    take_off(attendee)
    return redirect(_home(participant))


@bp.route("/disponibilites", methods=["GET", "POST"])
def availability(slug: str, participant_id: int) -> ResponseReturnValue:
    """Say when one can be met."""
    participant = own_participant_or_404(slug, participant_id)
    if not is_editable(participant, now=now()):
        return redirect(_home(participant))
    return edit_availability(participant, _frame(participant))


@bp.route("/ateliers", methods=["GET", "POST"])
def sessions(slug: str, participant_id: int) -> ResponseReturnValue:
    """Choose the sessions to attend."""
    participant = own_participant_or_404(slug, participant_id)
    if not is_editable(participant, now=now()):
        return redirect(_home(participant))
    return edit_sessions(participant, _frame(participant))


@bp.route("/decliner", methods=["GET", "POST"])
def decline(slug: str, participant_id: int) -> ResponseReturnValue:
    """Answer an invitation with a no."""
    participant = own_participant_or_404(slug, participant_id)
    if participant.state != ParticipantState.INVITED:
        return redirect(_home(participant))

    def act(note: str) -> str:
        decline_invitation(db_session(), participant, note=note, now=now())
        flash(_("C’est noté : vous ne serez plus relancé pour cette journée."), "success")
        return _home(participant)

    return _give_up(participant, "participations/decline.html", act)


@bp.route("/annuler", methods=["GET", "POST"])
def cancel(slug: str, participant_id: int) -> ResponseReturnValue:
    """Give up coming; the place goes to whoever waits."""
    # The link that opens this page dies with the registration: a second click has none.
    done = earlier_answer(ReasonForm(), link_key(participant_id)) if request.form else None
    if done is not None:
        return done
    participant = own_participant_or_404(slug, participant_id)
    if participant.state not in STANDING or is_past(participant.day, now()):
        return redirect(_home(participant))

    def act(note: str) -> str:
        is_late = cancel_registration(db_session(), participant, note=note, actor=None, now=now())
        flash(
            _(
                "Votre inscription est annulée. L’équipe prévient celles et ceux que vous deviez "
                "rencontrer."
            )
            if is_late
            else _("Votre inscription est annulée."),
            "success",
        )
        # The links and what they opened die with the registration.
        return url_for("meetups.show", slug=slug)

    return _give_up(participant, "participations/cancel.html", act)


def _give_up(
    participant: MeetupParticipant, template: str, act: Callable[[str], str]
) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        answer = carried_out(
            form, lambda: act(form.note.data or ""), sender=acting_key(participant)
        )
        if answer is not None:
            return answer
    page = render_template(template, participant=participant, day=participant.day, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _home(participant: MeetupParticipant) -> str:
    return url_for("participations.show", slug=participant.day.slug, participant_id=participant.id)


def _frame(participant: MeetupParticipant) -> Frame:
    return Frame(
        "participations/_layout.html", _home(participant), acting_key(participant), by_staff=False
    )


def _may_change_people(participant: MeetupParticipant) -> bool:
    day = participant.day
    is_running = day.state is not DayState.CANCELLED and not is_past(day, now())
    return participant.state in STANDING and is_running


def _changing_people_or_404(slug: str, participant_id: int) -> MeetupParticipant:
    participant = own_participant_or_404(slug, participant_id)
    if not _may_change_people(participant):
        abort(404)
    return participant


def attendee_or_404(participant: MeetupParticipant, attendee_id: int) -> MeetupAttendee:
    """Return one of the participant's people."""
    found = next((one for one in participant.attendees if one.id == attendee_id), None)
    if found is None:
        abort(404)
    return found
