"""Organisers ask for meetings of three to eight: of a partnership's working group, or by hand."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_rules import SEATS, GroupForm
from models.meetup import MeetupDay
from models.meetup_wish import MeetupGroup
from services.meetup_fixed import groups_of
from services.meetup_groups import (
    MOST,
    GroupSource,
    GroupTerms,
    group_sources,
    people_of,
    save_meetup_group,
)
from services.meetup_wish_lines import KnownWishes
from services.meetup_wish_pages import day_participants
from views.access import organized_day_or_404, signed_in_person
from views.meetup_rules import slot_choices
from views.once import carried_out
from views.refusals import UNPROCESSABLE
from views.wish_pages import check_token, named_or_error

bp = Blueprint("meetup_groups", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/groupes")


@bp.get("")
def index(slug: str) -> ResponseReturnValue:
    """List the group meetings, and the working groups that could have one."""
    day = organized_day_or_404(slug)
    session = db_session()
    groups = groups_of(session, day)
    used = {one.working_group_id for one in groups}
    return render_template(
        "meetup_groups/index.html",
        day=day,
        groups=[(one, people_of(one)) for one in groups],
        sources=[one for one in group_sources(session, day) if one.group.id not in used],
        token=FlaskForm(),
    )


@bp.route("/nouveau", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Ask for a group meeting."""
    day = organized_day_or_404(slug)
    source = _source(day)
    names = [] if source is None else _names(day, source)
    form = _form(day, source.group.name if source else "", names, None)
    return _save(day, None, form, source)


@bp.route("/<int:group_id>", methods=["GET", "POST"])
def edit(slug: str, group_id: int) -> ResponseReturnValue:
    """Change a group meeting."""
    day = organized_day_or_404(slug)
    group = _group_or_404(day, group_id)
    names = [one.name for one in people_of(group)]
    form = _form(day, group.title, names, group.slot_id)
    return _save(day, group, form, None)


@bp.post("/<int:group_id>/supprimer")
def remove(slug: str, group_id: int) -> ResponseReturnValue:
    """Give a group meeting up."""
    day = organized_day_or_404(slug)
    check_token()
    db_session().delete(_group_or_404(day, group_id))
    db_session().commit()
    flash(_("Le rendez-vous de groupe est supprimé."), "success")
    return redirect(url_for("meetup_groups.index", slug=slug))


def _save(
    day: MeetupDay, group: MeetupGroup | None, form: GroupForm, source: GroupSource | None
) -> ResponseReturnValue:
    session = db_session()
    if form.validate_on_submit():
        known = KnownWishes(session, day)
        people = [named_or_error(known, field) for field in form.named()]
        if not form.errors:
            working_group_id = source.group.id if source else None
            terms = GroupTerms(
                (form.title.data or "").strip(),
                tuple(one.id for one in people if one is not None),
                form.chosen_slot(),
                group.working_group_id if group else working_group_id,
            )
            if answer := carried_out(form, lambda: _store(day, group, terms)):
                return answer
            day = organized_day_or_404(day.slug)
    body = render_template(
        "meetup_groups/edit.html",
        day=day,
        group=group,
        form=form,
        source=source,
        most=MOST,
        people=day_participants(session, day),
    )
    return body, UNPROCESSABLE if form.errors else 200


def _store(day: MeetupDay, group: MeetupGroup | None, terms: GroupTerms) -> str:
    save_meetup_group(db_session(), day, group, terms, person=signed_in_person(), now=now())
    flash(_("Le rendez-vous de groupe est enregistré."), "success")
    return url_for("meetup_groups.index", slug=day.slug)


def _form(day: MeetupDay, title: str, names: list[str], slot_id: int | None) -> GroupForm:
    seats = dict(zip(SEATS, names, strict=False))
    values = {"title": title, "slot": str(slot_id or ""), **seats}
    form = GroupForm() if request.method == "POST" else GroupForm(**values)
    form.offer_slots(slot_choices(day))
    return form


def _source(day: MeetupDay) -> GroupSource | None:
    """Return the working group asked for, among those that could meet."""
    asked = request.args.get("groupe", 0, type=int)
    found = group_sources(db_session(), day) if asked else []
    return next((one for one in found if one.group.id == asked), None)


def _names(day: MeetupDay, source: GroupSource) -> list[str]:
    by_id = {one.id: one.name for one in day_participants(db_session(), day)}
    return [by_id[key] for key in source.participant_ids[:MOST] if key in by_id]


def _group_or_404(day: MeetupDay, group_id: int) -> MeetupGroup:
    group = db_session().get(MeetupGroup, group_id)
    if group is None or group.day_id != day.id:
        abort(404)
    return group
