"""Organisers impose or exclude meetings, see what is locked, say who may wish whom."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from extensions.template_context import hour_at
from forms.meetup_rules import PairRuleForm, SameSideForm
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule
from services.meetup_fixed import rules_of
from services.meetup_rules import allow_same_side, lift_rule, locked_meetings, set_rule
from services.meetup_wish_lines import KnownWishes
from services.meetup_wish_pages import day_participants
from views.access import organized_day_or_404, signed_in_person
from views.once import carried_out
from views.refusals import UNPROCESSABLE, commit_or_flash
from views.wish_pages import check_token, named_or_error
from vocabulary.meetups import PairRule

bp = Blueprint("meetup_rules", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/regles")


@bp.route("", methods=["GET", "POST"])
def index(slug: str) -> ResponseReturnValue:
    """Show what is imposed, excluded and locked; decide of one more pair."""
    day = organized_day_or_404(slug)
    form = _form(day)
    if form.validate_on_submit():
        known = KnownWishes(db_session(), day)
        pair = [named_or_error(known, field) for field in (form.one, form.other)]
        if pair[0] is not None and pair[1] is not None:
            named = (pair[0], pair[1])
            if answer := carried_out(form, lambda: _decide(day, form, named)):
                return answer
            day = organized_day_or_404(slug)
    return _page(day, form), UNPROCESSABLE if form.errors else 200


@bp.post("/<int:rule_id>/lever")
def lift(slug: str, rule_id: int) -> ResponseReturnValue:
    """Forget what was decided of a pair."""
    day = organized_day_or_404(slug)
    check_token()
    rule = db_session().get(MeetupPairRule, rule_id)
    if rule is None or rule.day_id != day.id:
        abort(404)
    commit_or_flash(lambda: lift_rule(db_session(), rule, day, now=now()), _("La règle est levée."))
    return redirect(_address(day))


@bp.post("/cotes")
def same_side(slug: str) -> ResponseReturnValue:
    """Say whether participants may wish those of their own side."""
    day = organized_day_or_404(slug)
    form = SameSideForm()
    if not form.validate():
        abort(400)
    allow_same_side(day, is_allowed=bool(form.is_allowed.data))
    db_session().commit()
    flash(_("C’est enregistré."), "success")
    return redirect(_address(day))


def slot_choices(day: MeetupDay) -> list[tuple[int, str]]:
    """Return the slots of a day by the hour that its clocks show."""
    return [(slot.id, hour_at(slot.starts_at, day.zone)) for slot in day.slots]


def _form(day: MeetupDay) -> PairRuleForm:
    form = PairRuleForm()
    form.offer_slots(slot_choices(day))
    return form


def _decide(
    day: MeetupDay, form: PairRuleForm, pair: tuple[MeetupParticipant, MeetupParticipant]
) -> str:
    set_rule(db_session(), day, pair, form.terms(), person=signed_in_person(), now=now())
    flash(_("La règle est enregistrée : le prochain calcul en tiendra compte."), "success")
    return _address(day)


def _page(day: MeetupDay, form: PairRuleForm) -> str:
    session = db_session()
    plan, locked = locked_meetings(session, day)
    rules = rules_of(session, day)
    context: dict[str, Any] = {
        "required": [one for one in rules if one.rule is PairRule.REQUIRED],
        "forbidden": [one for one in rules if one.rule is PairRule.FORBIDDEN],
    }
    return render_template(
        "meetup_rules/index.html",
        day=day,
        form=form,
        same_side_form=SameSideForm(formdata=None, is_allowed=day.same_side_wishes),
        people=day_participants(session, day),
        plan=plan,
        locked=locked,
        token=FlaskForm(),
        **context,
    )


def _address(day: MeetupDay) -> str:
    return url_for("meetup_rules.index", slug=day.slug)
