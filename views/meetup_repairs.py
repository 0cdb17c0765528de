"""Repairs of the day: what no longer holds, what is proposed, what was done and can be undone."""

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.repair_orders import read_order
from forms.meetup_repairs import ApplyForm, UndoForm
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.errors import Conflict, RuleViolation
from services.meetup_clock import is_today
from services.meetup_repair_names import names_of
from services.meetup_repair_proposals import (
    AT_ONCE,
    SEARCHED,
    Proposal,
    propose,
    read_situation,
)
from services.meetup_repairs import (
    RepairOrder,
    apply_repair,
    notes_of,
    past_repairs,
    undo_repair,
)
from views.access import organized_day_or_404, signed_in_person
from views.meetup_repair_words import (
    ProposalRow,
    history_words,
    lost_words,
    proposal_row,
    told_words,
)
from views.once import carry_out
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words

bp = Blueprint(
    "meetup_repairs", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/reparations"
)


@bp.get("")
def show(slug: str) -> ResponseReturnValue:
    """Show what no longer holds and what is proposed; ``approfondi`` searches for two seconds."""
    return _page(organized_day_or_404(slug))


def _page(day: MeetupDay, refused: str = "", status: int = 200) -> ResponseReturnValue:
    session, moment = db_session(), now()
    situation = read_situation(session, day, now=moment)
    is_deep = "approfondi" in request.args
    proposals: tuple[Proposal, ...] = ()
    rows: list[ProposalRow] = []
    lost: list[str] = []
    newcomers: list[str] = []
    if situation is not None:
        names = names_of(day, situation.read)
        proposals = propose(situation, seconds=SEARCHED if is_deep else AT_ONCE)
        rows = [proposal_row(proposal, names) for proposal in proposals]
        lost = lost_words(situation, names)
        newcomers = names.everybody(situation.newcomers)
    page = render_template(
        "meetup_repairs/show.html",
        day=day,
        is_today=is_today(day, moment),
        situation=situation,
        rows=rows,
        is_deep=is_deep,
        lost=lost,
        newcomers=newcomers,
        history=past_repairs(session, day),
        history_words=history_words,
        told_words=told_words,
        refused=refused,
        undo_form=UndoForm(formdata=None),
    )
    return page, status


@bp.post("/appliquer")
def apply(slug: str) -> ResponseReturnValue:
    """Publish what a proposal leads to; whoever was slower sees fresh ones."""
    day = organized_day_or_404(slug)
    form = ApplyForm()
    order = read_order(form.order.data or "")
    if not form.validate() or order is None:
        return _page(day, _("Cette proposition ne se lit plus : en voici d’autres."), UNPROCESSABLE)
    try:
        return carry_out(form, lambda: _apply(day, order))
    except Conflict as refusal:
        return _refused(day, refusal, CONFLICT)
    except RuleViolation as refusal:
        return _refused(day, refusal, UNPROCESSABLE)


def _apply(day: MeetupDay, order: RepairOrder) -> str:
    plan = apply_repair(db_session(), day, order, person=signed_in_person(), now=now())
    flash(_("Réparation publiée : %(told)s.", told=told_words(notes_of(plan))), "success")
    return url_for("meetup_repairs.show", slug=day.slug)


@bp.post("/<int:plan_id>/annuler")
def undo(slug: str, plan_id: int) -> ResponseReturnValue:
    """Go back to the planning before a repair."""
    day = organized_day_or_404(slug)
    plan = db_session().get(MeetupPlan, plan_id)
    if plan is None or plan.day_id != day.id:
        abort(404)
    form = UndoForm()
    if not form.validate():
        abort(400)
    try:
        return carry_out(form, lambda: _undo(day, plan))
    except Conflict as refusal:
        return _refused(day, refusal, CONFLICT)
    except RuleViolation as refusal:
        return _refused(day, refusal, UNPROCESSABLE)


def _undo(day: MeetupDay, plan: MeetupPlan) -> str:
    undo_repair(db_session(), day, plan, person=signed_in_person(), now=now())
    flash(_("Réparation annulée : ceux dont l’agenda change de nouveau sont prévenus."), "success")
    return url_for("meetup_repairs.show", slug=day.slug)


def _refused(day: MeetupDay, refusal: RuleViolation, status: int) -> ResponseReturnValue:
    session = db_session()
    session.rollback()
    session.refresh(day)
    return _page(day, refusal_words(refusal), status)
