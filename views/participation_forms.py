"""What a participant and staff both change: its people, when it can, its sessions."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from extensions.clock import now
from extensions.database import db_session
from forms.choices import SelectChoice
from forms.meetup_registration import (
    ALL_DAY,
    NOT_THERE,
    PART,
    AvailabilityForm,
    PersonForm,
    SessionsForm,
)
from models.meetup import MeetupSession, MeetupSlot
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.errors import Conflict, RuleViolation
from services.meetup_availability import (
    Stretch,
    away_stretches,
    free_slots,
    is_morning,
    overlap,
    session_during,
)
from services.meetup_people import PersonContent, add_person, change_person, remove_person
from services.meetup_places import choose_sessions, chosen_sessions, seats_taken
from services.meetup_registration import change_availability
from views.once import carried_out
from views.refusals import UNPROCESSABLE, commit_or_flash, commit_or_show, refusal_words


@dataclass(frozen=True, slots=True)
class Frame:
    """Around which page a form stands: the participant's own, or the organisers'."""

    layout: str
    back: str
    sender: str
    by_staff: bool


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot as one says whether one is there: during which session it lies, if any."""

    slot: MeetupSlot
    session: MeetupSession | None
    is_free: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that one may choose, with what is left of its places."""

    session: MeetupSession
    left: int | None
    is_chosen: bool


def edit_person(
    participant: MeetupParticipant, frame: Frame, attendee: MeetupAttendee | None
) -> ResponseReturnValue:
    """Add somebody who comes, or change what is said of somebody."""
    form = PersonForm()
    if attendee is not None and not form.is_submitted():
        form.show(
            PersonContent(
                attendee.name, attendee.job_title, attendee.email or "", attendee.language
            )
        )
    if form.validate_on_submit():
        answer = carried_out(
            form, lambda: _save(participant, form, frame, attendee), sender=frame.sender
        )
        if answer is not None:
            return answer
    page = render_template(
        "participations/person.html",
        participant=participant,
        day=participant.day,
        form=form,
        attendee=attendee,
        frame=frame,
    )
    return page, UNPROCESSABLE if form.errors else 200


def take_off(attendee: MeetupAttendee) -> None:
    """Take somebody off those who come, and say so."""
    name = attendee.name
    commit_or_flash(
        lambda: remove_person(db_session(), attendee, now=now()),
        _("« %(name)s » ne vient plus.", name=name),
    )


def _save(
    participant: MeetupParticipant,
    form: PersonForm,
    frame: Frame,
    attendee: MeetupAttendee | None,
) -> str:
    if attendee is None:
        add_person(db_session(), participant, form.content(), now=now())
        flash(_("« %(name)s » est ajouté.", name=form.name.data), "success")
    else:
        change_person(db_session(), attendee, form.content(), now=now())
        flash(_("C’est enregistré."), "success")
    return frame.back


def edit_availability(participant: MeetupParticipant, frame: Frame) -> ResponseReturnValue:
    """Say when one can be met: half-days, or slot by slot."""
    day = participant.day
    usable = [slot for slot in day.slots if session_during(day, slot) is None]
    morning = [slot for slot in usable if is_morning(day, slot)]
    afternoon = [slot for slot in usable if not is_morning(day, slot)]
    form = AvailabilityForm()
    form.for_slots([str(one.id) for one in morning], [str(one.id) for one in afternoon])
    away_now = {
        slot.id
        for slot in usable
        if any(overlap(slot, one) for one in participant.absences if one.told_at is None)
    }
    if not form.is_submitted():
        _show_availability(form, morning, afternoon, away_now)
    elif form.validate():
        away = [*_away(form, "morning", morning), *_away(form, "afternoon", afternoon)]
        try:
            changed = change_availability(
                db_session(), participant, away, now=now(), by_staff=frame.by_staff
            )
            db_session().commit()
        except Conflict:
            raise
        except RuleViolation as refusal:
            db_session().rollback()
            form.show_error(refusal.field, refusal_words(refusal))
        else:
            free = len(free_slots(day, participant))
            if changed:
                words = ngettext(
                    "C’est enregistré : %(num)s créneau où l’on peut vous rencontrer.",
                    "C’est enregistré : %(num)s créneaux où l’on peut vous rencontrer.",
                    free,
                )
                flash(words, "success")
            return redirect(frame.back)
    checked = set(form.slots.data or ())
    page = render_template(
        "participations/availability.html",
        participant=participant,
        day=day,
        form=form,
        frame=frame,
        halves=[
            (getattr(form, name), [SlotRow(one, None, str(one.id) in checked) for one in slots])
            for name, slots in (("morning", morning), ("afternoon", afternoon))
            if slots
        ],
    )
    return page, UNPROCESSABLE if form.errors else 200


def _show_availability(
    form: AvailabilityForm,
    morning: Sequence[MeetupSlot],
    afternoon: Sequence[MeetupSlot],
    away: set[int],
) -> None:
    for name, slots in (("morning", morning), ("afternoon", afternoon)):
        if not slots:
            continue
        missed = sum(one.id in away for one in slots)
        whole = NOT_THERE if missed == len(slots) else PART
        getattr(form, name).data = ALL_DAY if not missed else whole
    form.slots.data = [str(one.id) for one in (*morning, *afternoon) if one.id not in away]


def _away(form: AvailabilityForm, name: str, slots: Sequence[MeetupSlot]) -> tuple[Stretch, ...]:
    if not slots:
        return ()
    said = getattr(form, name).data
    checked = set(form.slots.data or ())
    missed = {
        position
        for position, slot in enumerate(slots)
        if said == NOT_THERE or (said == PART and str(slot.id) not in checked)
    }
    return away_stretches(slots, missed)


def edit_sessions(participant: MeetupParticipant, frame: Frame) -> ResponseReturnValue:
    """Choose the sessions to attend."""
    day = participant.day
    offered = chosen_sessions(day)
    form = SessionsForm()
    form.sessions.choices = [SelectChoice(str(one.id), one.title) for one in offered]
    held = {seat.session_id for seat in participant.session_seats}
    if form.validate_on_submit():
        wanted = [int(one) for one in form.sessions.data or ()]
        done = commit_or_show(
            form,
            lambda: choose_sessions(db_session(), participant, wanted),
            _("Vos choix sont enregistrés."),
        )
        if done:
            return redirect(frame.back)
    chosen = {int(one) for one in form.sessions.data or ()} if form.is_submitted() else held
    taken = seats_taken(db_session(), day)
    rows = [
        SessionRow(
            one,
            None if one.capacity is None else max(0, one.capacity - taken.get(one.id, 0)),
            one.id in chosen,
        )
        for one in offered
    ]
    page = render_template(
        "participations/sessions.html",
        participant=participant,
        day=day,
        form=form,
        rows=rows,
        held=held,
        frame=frame,
    )
    return page, UNPROCESSABLE if form.errors else 200
