"""Creating a meetup day or copying one, writing it, and the steps of its life."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_days import CancelDayForm, CreateDayForm, DayForm
from models.meetup import MeetupDay
from services.meetup_console import organized_days
from services.meetup_day_contents import DayContent, day_changes, day_problems, stamp
from services.meetup_days import StaleDay, create_day, delete_draft, save_day
from services.meetup_hall import hall_key, renew_hall_key
from services.meetup_lists import state_counts
from services.meetup_states import (
    DayAction,
    allowed_actions,
    can_cancel,
    cancel_day,
    change_state,
    restore_day,
)
from views.access import organized_day_or_404, signed_in_person
from views.change_rows import ChangeRow
from views.drafting import commune_text, read_commune
from views.meetup_rows import day_rows
from views.once import carried_out
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash
from vocabulary.meetups import ParticipantState

bp = Blueprint("meetup_setup", __name__, url_prefix="/pilotage/rencontres")


@bp.route("/nouvelle", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Create a day: empty, or a copy of the one that ``modele`` names."""
    form = CreateDayForm()
    days = organized_days(db_session())
    source = _source(form, days)
    if not form.is_submitted():
        if source is not None:
            _show_copy(form, source)
        return _create_page(form, source, days)
    content = _typed(form, None)
    if content is None:
        return _create_page(form, source, days, UNPROCESSABLE)
    answer = carried_out(form, lambda: _create(form, content, source))
    if answer is not None:
        return answer
    return _create_page(form, source, days, UNPROCESSABLE)


def _source(form: CreateDayForm, days: Sequence[MeetupDay]) -> MeetupDay | None:
    wanted = form.source.data if form.is_submitted() else request.args.get("modele", "")
    return next((day for day in days if day.slug == wanted), None)


def _show_copy(form: CreateDayForm, source: MeetupDay) -> None:
    content = DayContent.of(source)
    form.show(content, commune=commune_text(content.commune_code))
    form.source.data = source.slug
    # The date of the earlier day and its deadlines are the only things that cannot be the same.
    form.held_on.data = None
    form.registration_closes_at.data = form.wishes_close_at.data = None


def _create_page(
    form: CreateDayForm, source: MeetupDay | None, days: Sequence[MeetupDay], status: int = 200
) -> ResponseReturnValue:
    page = render_template("meetup_setup/create.html", form=form, source=source, days=days)
    return page, status


def _create(form: CreateDayForm, content: DayContent, source: MeetupDay | None) -> str:
    day = create_day(
        db_session(),
        content,
        person=signed_in_person(),
        now=now(),
        source=source,
        choices=form.choices(),
    )
    flash(_("Le brouillon est créé : l’équipe seule le voit."), "success")
    return url_for("meetup_console.show", slug=day.slug)


def _typed(form: DayForm, stored: DayContent | None) -> DayContent | None:
    """Return the content that was typed, or nothing: the form then says what is wrong."""
    is_valid = form.validate()
    code = read_commune(form.commune)
    if not is_valid or form.commune.errors:
        return None
    content = form.content(code)
    if content is None:
        return None
    problems = day_problems(content, now=now(), stored=stored)
    form.show_problems(problems)
    return None if problems else content


@bp.route("/<slug:slug>/journee", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Write a day; what others wrote meanwhile is shown, and nothing is overwritten."""
    day = organized_day_or_404(slug)
    form = DayForm()
    stored = DayContent.of(day)
    if not form.is_submitted():
        form.show(stored, commune=commune_text(stored.commune_code))
        form.renew_stamp(stamp(stored))
        return _edit_page(day, form)
    content = _typed(form, stored)
    if content is None:
        return _edit_page(day, form, UNPROCESSABLE)
    try:
        answer = carried_out(form, lambda: _save(day, form, content))
    except StaleDay as stale:
        db_session().rollback()
        form.renew_stamp(stamp(stale.stored))
        rows = day_rows(db_session(), day_changes(stale.stored, content), content.time_zone)
        return _edit_page(day, form, CONFLICT, rows)
    return answer or _edit_page(day, form, UNPROCESSABLE)


def _save(day: MeetupDay, form: DayForm, content: DayContent) -> str:
    is_changed = save_day(
        db_session(),
        day,
        content,
        seen=form.known_stamp(),
        person=signed_in_person(),
        now=now(),
    )
    if is_changed:
        flash(_("La journée est enregistrée."), "success")
    else:
        flash(_("Rien n’a changé."), "info")
    return url_for("meetup_setup.edit", slug=day.slug)


def _edit_page(
    day: MeetupDay, form: DayForm, status: int = 200, conflict: Sequence[ChangeRow] = ()
) -> ResponseReturnValue:
    session = db_session()
    page = render_template(
        "meetup_setup/edit.html",
        day=day,
        form=form,
        conflict=conflict,
        actions=allowed_actions(session, day, now=now()),
        may_cancel=can_cancel(day, now=now()),
        post_form=FlaskForm(),
    )
    return page, status


@bp.post("/<slug:slug>/etat/<any(annoncer,ouvrir,fermer,retirer,retablir):action>")
def act(slug: str, action: str) -> ResponseReturnValue:
    """Take one step in the life of a day, or take its cancellation back."""
    day = organized_day_or_404(slug)
    session, person = db_session(), signed_in_person()
    if action == "retablir":
        _run(lambda: _restore(day))
    else:
        step = DayAction(action)
        done = {
            DayAction.ANNOUNCE: _("La journée est annoncée : sa page est publique."),
            DayAction.OPEN: _("Les inscriptions sont ouvertes."),
            DayAction.CLOSE: _("Les inscriptions sont closes. Personne n’en est averti."),
            DayAction.WITHDRAW: _("L’annonce est retirée : l’équipe seule voit la journée."),
        }
        _run(lambda: change_state(session, day, step, person=person, now=now()), done[step])
    return redirect(url_for("meetup_setup.edit", slug=slug))


def _run(action: Callable[[], object], done: str = "") -> bool:
    return commit_or_flash(action, done)


def _restore(day: MeetupDay) -> None:
    is_told = restore_day(db_session(), day, person=signed_in_person(), now=now())
    if is_told:
        flash(_("La journée a lieu : un courriel le dit à tous ceux qui la croyaient annulée."))
    else:
        flash(_("La journée a lieu. Aucun courriel d’annulation n’était parti."), "success")


@bp.get("/<slug:slug>/clore")
def close(slug: str) -> ResponseReturnValue:
    """Say what closing the registrations does, before it is done."""
    day = organized_day_or_404(slug)
    session = db_session()
    if DayAction.CLOSE not in allowed_actions(session, day, now=now()):
        return redirect(url_for("meetup_setup.edit", slug=slug))
    return render_template(
        "meetup_setup/close.html",
        day=day,
        counts=state_counts(session, day),
        states=ParticipantState,
    )


@bp.route("/<slug:slug>/annuler", methods=["GET", "POST"])
def cancel(slug: str) -> ResponseReturnValue:
    """Cancel a day, with the reason that everybody will read."""
    day = organized_day_or_404(slug)
    form = CancelDayForm()
    if form.validate_on_submit():
        answer = carried_out(form, lambda: _cancel(day, form.reason.data or ""))
        if answer is not None:
            return answer
    page = render_template("meetup_setup/cancel.html", day=day, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _cancel(day: MeetupDay, reason: str) -> str:
    told = cancel_day(db_session(), day, reason=reason, person=signed_in_person(), now=now())
    flash(
        ngettext(
            "La journée est annulée. Dans dix minutes, un courriel le dira à %(num)s personne.",
            "La journée est annulée. Dans dix minutes, un courriel le dira à %(num)s personnes.",
            told,
        )
        if told
        else _("La journée est annulée ; personne n’était encore à prévenir."),
        "success",
    )
    return url_for("meetup_setup.edit", slug=day.slug)


@bp.post("/<slug:slug>/supprimer")
def delete(slug: str) -> ResponseReturnValue:
    """Delete a day that was never announced."""
    day = organized_day_or_404(slug)
    session, person = db_session(), signed_in_person()
    is_done = _run(
        lambda: delete_draft(session, day, person=person, now=now()),
        _("Le brouillon est supprimé."),
    )
    if is_done:
        return redirect(url_for("meetup_console.index"))
    return redirect(url_for("meetup_setup.edit", slug=slug))


@bp.route("/<slug:slug>/ecran", methods=["GET", "POST"])
def hall(slug: str) -> ResponseReturnValue:
    """Give the address of the hall's screen; a new one closes the screens opened before."""
    day = organized_day_or_404(slug)
    session = db_session()
    if request.method == "POST":
        person = signed_in_person()
        _run(
            lambda: renew_hall_key(session, day, person=person, now=now()),
            _("L’écran du hall a une nouvelle adresse."),
        )
        return redirect(url_for("meetup_setup.hall", slug=slug))
    return render_template("meetup_setup/hall.html", day=day, key=hall_key(day), form=FlaskForm())
