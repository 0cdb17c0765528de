"""The organisers' list of participants: filters, decisions, additions, corrections, exports."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from extensions.clock import now, today
from extensions.database import db_session
from forms.meetup_participants import AddForm, CorrectionForm, DecisionForm
from forms.shortlists import number_in
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.errors import RuleViolation
from services.meetup_availability import free_slots
from services.meetup_bodies import find_published
from services.meetup_decisions import (
    add_by_hand,
    correct,
    correction_of,
    decide_all,
    give_free_places,
    renew_link,
)
from services.meetup_lists import (
    EXPORT_COLUMNS,
    Lack,
    ListFilter,
    export_lines,
    participant_list,
    state_counts,
)
from services.meetup_notes import attendee_recipients, history_of
from services.meetup_places import chosen_sessions, free_places, move_to_front, waiting_list
from services.meetup_registration import Body, content_of
from views.access import organized_day_or_404, signed_in_person
from views.downloads import table_file
from views.once import carried_out, carry_out
from views.participation_forms import Frame, edit_availability, edit_person, edit_sessions, take_off
from views.participations import attendee_or_404
from views.refusals import UNPROCESSABLE, commit_or_flash, commit_or_show
from vocabulary.exchanges import Side
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState

bp = Blueprint(
    "meetup_participants", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/participants"
)


@bp.get("")
def index(slug: str) -> ResponseReturnValue:
    """List the participants."""
    day = organized_day_or_404(slug)
    return _index(day, DecisionForm(formdata=None))


def _index(day: MeetupDay, form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    session = db_session()
    form.for_states()
    wanted = asked_filter()
    page = render_template(
        "meetup_participants/index.html",
        day=day,
        wanted=wanted,
        found=participant_list(
            session, day, wanted, page=request.args.get("page", 1, type=int), today=today()
        ),
        counts=state_counts(session, day),
        states=tuple(ParticipantState),
        lacks=tuple(Lack),
        sides=tuple(Side),
        places=free_places(session, day),
        form=form,
    )
    return page, status


def asked_filter() -> ListFilter:
    """Return what the address of the page asks for; words that we do not know ask for nothing."""
    wanted = ListFilter(text=request.args.get("q", "")[:120].strip())
    known = {one.value: one for one in ParticipantState}
    sides = {one.value: one for one in Side}
    lacks = {one.value: one for one in Lack}
    return replace(
        wanted,
        state=known.get(request.args.get("etat", "")),
        side=sides.get(request.args.get("cote", "")),
        lack=lacks.get(request.args.get("manque", "")),
    )


@bp.post("/decider")
def decide(slug: str) -> ResponseReturnValue:
    """Take one decision on the participants ticked."""
    day = organized_day_or_404(slug)
    form = DecisionForm()
    form.for_states()
    chosen = _ticked(day)
    if not form.validate() or not chosen:
        if not chosen:
            form.form_errors.append(_("Cochez au moins un participant."))
        return _index(day, form, UNPROCESSABLE)

    def act() -> str:
        decided = decide_all(
            db_session(),
            chosen,
            form.chosen(),
            reason=form.refusal(),
            words=form.words.data or "",
            actor=signed_in_person(),
            now=now(),
        )
        done = ngettext(
            "%(num)s participant traité.", "%(num)s participants traités.", decided.done
        )
        left = ngettext(
            "%(num)s laissé tel quel : cette décision ne s’y applique pas.",
            "%(num)s laissés tels quels : cette décision ne s’y applique pas.",
            decided.left,
        )
        flash(done if not decided.left else f"{done} {left}", "success" if decided.done else "info")
        return _list_url(day)

    return carry_out(form, act)


def _ticked(day: MeetupDay) -> list[MeetupParticipant]:
    numbers = [number_in(one) for one in request.form.getlist("participants")[:500]]
    return list(
        db_session().scalars(
            select(MeetupParticipant)
            .where(
                MeetupParticipant.day_id == day.id,
                MeetupParticipant.id.in_([one for one in numbers if one]),
            )
            .options(joinedload(MeetupParticipant.day))
        )
    )


def _list_url(day: MeetupDay) -> str:
    """Return the address of the list as it was looked at."""
    names = ("etat", "cote", "manque", "q", "page")
    kept: dict[str, Any] = {name: request.args[name] for name in names if request.args.get(name)}
    return url_for("meetup_participants.index", slug=day.slug, **kept)


@bp.route("/ajouter", methods=["GET", "POST"])
def add(slug: str) -> ResponseReturnValue:
    """Add a body by hand."""
    day = organized_day_or_404(slug)
    form = AddForm()
    form.for_kinds()
    if form.validate_on_submit():
        answer = carried_out(form, lambda: _add(day, form))
        if answer is not None:
            return answer
    page = render_template("meetup_participants/add.html", day=day, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _add(day: MeetupDay, form: AddForm) -> str:
    if form.organization.data:
        body = Body.of(find_published(db_session(), form.organization.data))
    elif form.body_name.data:
        body = Body.named(form.body_name.data, form.chosen_kind())
    else:
        raise RuleViolation(
            N_("Choisissez une fiche de l’annuaire, ou écrivez un nom."), field="body_name"
        )
    participant = add_by_hand(
        db_session(),
        day,
        body,
        form.person(),
        registers=form.registers.data == "inscrit",
        actor=signed_in_person(),
        now=now(),
    )
    flash(_("« %(name)s » est sur la liste.", name=participant.name), "success")
    return _page(participant)


@bp.get("/<int:participant_id>")
def show(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show one participant: its people, what it said, what it was told and when."""
    participant = _participant_or_404(slug, participant_id)
    session, day = db_session(), participant.day
    return render_template(
        "meetup_participants/show.html",
        day=day,
        participant=participant,
        history=history_of(session, participant),
        recipients=attendee_recipients(session, participant),
        free=len(free_slots(day, participant)),
        sessions=chosen_sessions(day),
        attended={seat.session_id for seat in participant.session_seats},
        form=DecisionForm(formdata=None),
    )


@bp.route("/<int:participant_id>/modifier", methods=["GET", "POST"])
def edit(slug: str, participant_id: int) -> ResponseReturnValue:
    """Correct a participant for somebody."""
    participant = _participant_or_404(slug, participant_id)
    form = CorrectionForm()
    form.fill_theme_choices()
    if not form.is_submitted():
        form.show_correction(correction_of(participant), content_of(participant))
    if form.validate_on_submit():
        done = commit_or_show(
            form,
            lambda: correct(
                db_session(),
                participant,
                form.correction(),
                form.content(),
                actor=signed_in_person(),
                now=now(),
            ),
            _("C’est enregistré."),
        )
        if done:
            return redirect(_page(participant))
    page = render_template(
        "meetup_participants/edit.html", day=participant.day, participant=participant, form=form
    )
    return page, UNPROCESSABLE if form.errors else 200


@bp.route("/<int:participant_id>/personnes/nouvelle", methods=["GET", "POST"])
def add_attendee(slug: str, participant_id: int) -> ResponseReturnValue:
    """Add somebody who comes for a participant."""
    participant = _participant_or_404(slug, participant_id)
    return edit_person(participant, _frame(participant), None)


@bp.route("/<int:participant_id>/personnes/<int:attendee_id>", methods=["GET", "POST"])
def attendee(slug: str, participant_id: int, attendee_id: int) -> ResponseReturnValue:
    """Change what is said of somebody who comes."""
    participant = _participant_or_404(slug, participant_id)
    found = attendee_or_404(participant, attendee_id)
    return edit_person(participant, _frame(participant), found)


@bp.post("/<int:participant_id>/personnes/<int:attendee_id>/retirer")
def remove_attendee(slug: str, participant_id: int, attendee_id: int) -> ResponseReturnValue:
    """Take somebody off."""
    participant = _participant_or_404(slug, participant_id)
    found = attendee_or_404(participant, attendee_id)
    take_off(found)
    return redirect(_page(participant))


@bp.route("/<int:participant_id>/disponibilites", methods=["GET", "POST"])
def availability(slug: str, participant_id: int) -> ResponseReturnValue:
    """Say when a participant can be met, for it."""
    participant = _participant_or_404(slug, participant_id)
    return edit_availability(participant, _frame(participant))


@bp.route("/<int:participant_id>/ateliers", methods=["GET", "POST"])
def sessions(slug: str, participant_id: int) -> ResponseReturnValue:
    """Choose the sessions of a participant, for it."""
    participant = _participant_or_404(slug, participant_id)
    return edit_sessions(participant, _frame(participant))


@bp.post("/<int:participant_id>/<any(tete,lien):action>")
def act(slug: str, participant_id: int, action: str) -> ResponseReturnValue:
    """Put a participant first on the waiting list, or make its links worthless."""
    participant = _participant_or_404(slug, participant_id)
    actions = {"tete": move_to_front, "lien": renew_link}
    done = {
        "tete": _("« %(name)s » aura la prochaine place.", name=participant.name),
        "lien": _(
            "Les liens déjà envoyés ne valent plus ; les prochains courriels en portent d’autres."
        ),
    }
    commit_or_flash(
        lambda: actions[action](db_session(), participant, actor=signed_in_person(), now=now()),
        done[action],
    )
    return redirect(_page(participant))


@bp.route("/liste-d-attente", methods=["GET", "POST"])
def queue(slug: str) -> ResponseReturnValue:
    """Show the waiting list; give the free places to those who wait."""
    day = organized_day_or_404(slug)
    session = db_session()
    if request.method == "POST":
        given = give_free_places(session, day, now=now())
        session.commit()
        flash(
            ngettext("%(num)s place donnée.", "%(num)s places données.", given)
            if given
            else _("Aucune place n’est libre : augmentez la capacité de la journée."),
            "success" if given else "info",
        )
        return redirect(url_for("meetup_participants.queue", slug=slug))
    return render_template(
        "meetup_participants/queue.html",
        day=day,
        waiting=session.scalars(waiting_list(day)).all(),
        places=free_places(session, day),
    )


@bp.get("/export.<any(csv,xlsx):file_type>")
def export(slug: str, file_type: str) -> ResponseReturnValue:
    """Give the list as a file, as it is filtered: people, addresses and needs are in it."""
    day = organized_day_or_404(slug)
    rows = list(export_lines(db_session(), day, asked_filter(), today=today()))
    name = f"participants-{day.slug}.{file_type}"
    response = table_file(EXPORT_COLUMNS, rows, name, sheet_name="Participants")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _participant_or_404(slug: str, participant_id: int) -> MeetupParticipant:
    day = organized_day_or_404(slug)
    participant = db_session().get(
        MeetupParticipant, participant_id, options=[joinedload(MeetupParticipant.day)]
    )
    if participant is None or participant.day_id != day.id:
        abort(404)
    return participant


def _page(participant: MeetupParticipant) -> str:
    return url_for(
        "meetup_participants.show", slug=participant.day.slug, participant_id=participant.id
    )


def _frame(participant: MeetupParticipant) -> Frame:
    return Frame(
        "meetup_participants/_layout.html",
        _page(participant),
        str(signed_in_person().id),
        by_staff=True,
    )
