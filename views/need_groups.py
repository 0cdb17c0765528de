"""« Plusieurs territoires, le même besoin »: joining in, and the groups that staff keep."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.choices import SelectChoice
from forms.needs import GroupForm, SameNeedForm
from models.need import Need
from models.organization import Organization
from services.errors import RuleViolation
from services.my_territories import own_territories
from services.need_groups import group_needs, leave_group, like_needs, need_to_group
from services.needs import carriers_of, same_needs, start_same_need
from services.pages import need_by_id
from views.access import signed_in_person
from views.cards import need_card
from views.once import carry_out
from views.quarter_rows import own_choices, read_quarters
from views.refusals import UNPROCESSABLE, refusal_words
from vocabulary.labels import N_

bp = Blueprint("need_groups", __name__)
MOST_OWN = 12
_NUMBER = re.compile(r"[0-9]{1,9}")


def _public_need_or_404(need_id: int) -> Need:
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    return need


@bp.route("/mon-espace/besoins/<int:need_id>/meme-besoin", methods=["GET", "POST"])
def join(need_id: int) -> ResponseReturnValue:
    """State the same need as another territory: a draft of one's own, shown beside it."""
    source = _public_need_or_404(need_id)
    session = db_session()
    carriers = carriers_of(session, signed_in_person())
    form = SameNeedForm()
    form.carrier.choices = [SelectChoice(carrier.slug, carrier.name) for carrier in carriers]
    form.own.choices = own_choices(
        own_territories(session, [carrier.id for carrier in carriers], limit=MOST_OWN)
    )
    if not form.is_submitted():
        form.show_quarters([])
        form.carrier.data = carriers[0].slug if len(carriers) == 1 else None
    elif "add_quarter" in request.form:
        form.add_quarter()
    elif (quarters := _quarters(form)) is not None:
        carrier = next(one for one in carriers if one.slug == form.carrier.data)
        try:
            return carry_out(form, lambda: _start(source, carrier, quarters))
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
    page = render_template("need_groups/join.html", need=source, form=form, carriers=carriers)
    return page, UNPROCESSABLE if form.errors else 200


def _quarters(form: SameNeedForm) -> tuple[str, ...] | None:
    is_valid = form.validate()
    quarters = read_quarters(form, form.own.data or ())
    return quarters if is_valid and not form.quarters.errors else None


def _start(source: Need, carrier: Organization, quarters: tuple[str, ...]) -> str:
    need = start_same_need(
        db_session(), source, carrier, quarters=quarters, author=signed_in_person(), now=now()
    )
    return url_for("need_editing.edit", need_id=need.id)


@bp.route("/moderation/besoins/<int:need_id>/groupe", methods=["GET", "POST"])
def edit(need_id: int) -> ResponseReturnValue:
    """Bring public needs together as the same, for staff."""
    need = _public_need_or_404(need_id)
    session = db_session()
    form = GroupForm()
    if form.validate_on_submit():
        try:
            _group(need, form)
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            form.other.errors = [refusal_words(refusal)]
        else:
            flash(_("Les besoins sont montrés ensemble."), "success")
            return redirect(url_for("need_groups.edit", need_id=need.id))
    page = render_template(
        "need_groups/edit.html",
        need=need,
        form=form,
        same=[(one.id, need_card(one)) for one in same_needs(session, need)],
        like=[(one.id, need_card(one)) for one in like_needs(session, need)],
    )
    return page, UNPROCESSABLE if form.errors else 200


def _group(need: Need, form: GroupForm) -> None:
    typed = str(form.other.data or "")
    other = need_to_group(db_session(), int(typed)) if _NUMBER.fullmatch(typed) else None
    if other is None:
        raise RuleViolation(N_("Aucun besoin publié ne porte ce numéro."))
    group_needs(db_session(), need, other, actor=signed_in_person(), now=now())


@bp.post("/moderation/besoins/<int:need_id>/groupe/quitter")
def leave(need_id: int) -> ResponseReturnValue:
    """Show the need on its own again."""
    need = _public_need_or_404(need_id)
    leave_group(db_session(), need, actor=signed_in_person(), now=now())
    db_session().commit()
    flash(_("Le besoin est montré seul."), "success")
    return redirect(url_for("need_groups.edit", need_id=need.id))
