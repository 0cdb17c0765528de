"""Ties with an actor, declared for a need or once for all: listed, added, ended."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.registers import DeclarationForm, NeedDeclarationForm
from models.need import Need
from models.organization import Organization
from models.register import InterestDeclaration
from services.errors import RuleViolation
from services.interests import (
    declarations_for_need,
    declarations_of,
    declare_interest,
    end_interest,
)
from services.permissions import can_edit_organization, membership_of
from services.text_keys import name_key
from views.access import (
    editable_need_or_404,
    editable_organization_or_404,
    signed_in_person,
)
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_words
from vocabulary.kinds import FEDERATING_KINDS, TERRITORY_KINDS
from vocabulary.labels import N_

bp = Blueprint("interests", __name__, url_prefix="/mon-espace")
DECLARING_KINDS: Final = FEDERATING_KINDS | TERRITORY_KINDS
UNKNOWN_ACTOR: Final = N_("Aucun acteur de l’annuaire ne porte exactement ce nom.")
SEVERAL_ACTORS: Final = N_(
    "Plusieurs acteurs portent ce nom : demandez à l’équipe de l’annuaire de déclarer ce lien."
)


@bp.route("/besoins/<int:need_id>/liens-d-interets", methods=["GET", "POST"])
def of_need(need_id: int) -> ResponseReturnValue:
    """List the ties that concern a need; its carrier's people and staff declare theirs."""
    need = editable_need_or_404(need_id)
    declarant = _declarant(need)
    form = NeedDeclarationForm()
    if declarant is None:
        del form.scope  # staff declare for one need at a time

    def action() -> str:
        is_for_all = declarant is not None and form.is_for_all()
        declare_interest(
            db_session(),
            _actor(form),
            nature=form.nature.data or "",
            organization=declarant,
            need=None if is_for_all else need,
            person=signed_in_person(),
            now=now(),
        )
        flash(_("Lien déclaré et inscrit au registre."), "success")
        return url_for("interests.of_need", need_id=need.id)

    answer = _answer(form, action)
    if not isinstance(answer, int):
        return answer
    page = render_template(
        "interests/of_need.html",
        need=need,
        declarant=declarant,
        form=form,
        ending=FlaskForm(),
        declarations=declarations_for_need(db_session(), need),
        may_end=_may_end,
    )
    return page, answer


@bp.route("/organisations/<slug>/liens-d-interets", methods=["GET", "POST"])
def of_organization(slug: str) -> ResponseReturnValue:
    """List and declare the ties of a federating structure or of a buyer, for every need."""
    entry = editable_organization_or_404(slug)
    if entry.kind not in DECLARING_KINDS:
        abort(404)
    form = DeclarationForm()

    def action() -> str:
        declare_interest(
            db_session(),
            _actor(form),
            nature=form.nature.data or "",
            organization=entry,
            need=None,
            person=signed_in_person(),
            now=now(),
        )
        flash(_("Lien déclaré : il est montré sur chaque besoin concerné."), "success")
        return url_for("interests.of_organization", slug=entry.slug)

    answer = _answer(form, action)
    if not isinstance(answer, int):
        return answer
    page = render_template(
        "interests/of_organization.html",
        entry=entry,
        form=form,
        ending=FlaskForm(),
        declarations=declarations_of(db_session(), entry),
        may_end=_may_end,
    )
    return page, answer


@bp.post("/liens-d-interets/<int:declaration_id>/terminer")
def end(declaration_id: int) -> ResponseReturnValue:
    """Record that a tie is over; it stays listed."""
    declaration = db_session().get(InterestDeclaration, declaration_id)
    if declaration is None or not _may_end(declaration):
        abort(404)
    end_interest(db_session(), declaration, person=signed_in_person(), now=now())
    db_session().commit()
    flash(_("Ce lien est noté comme terminé ; il reste dans la liste."), "success")
    if declaration.need_id is not None:
        return redirect(url_for("interests.of_need", need_id=declaration.need_id))
    if declaration.organization is None:
        return redirect(url_for("workspace.home"))
    return redirect(url_for("interests.of_organization", slug=declaration.organization.slug))


def _answer(form: DeclarationForm, action: Callable[[], str]) -> ResponseReturnValue | int:
    """Carry the form out, or return the status of the page that shows it."""
    if not form.is_submitted():
        return 200
    if not form.validate():
        return UNPROCESSABLE
    try:
        return carry_out(form, action)
    except RuleViolation as refusal:
        db_session().rollback()
        form.about.errors = [refusal_words(refusal)]
        return UNPROCESSABLE


def _declarant(need: Need) -> Organization | None:
    """Return on whose behalf the person declares: the carrier for its people, else the staff."""
    if need.carrier_id is None:
        return None
    is_member = membership_of(db_session(), signed_in_person(), need.carrier_id) is not None
    return need.carrier if is_member else None


def _may_end(declaration: InterestDeclaration) -> bool:
    person = signed_in_person()
    if person.is_staff:
        return True
    if declaration.organization_id is None:
        return False
    return can_edit_organization(db_session(), person, declaration.organization_id)


def _actor(form: DeclarationForm) -> Organization:
    """Return the public actor that was named.

    Raises:
        RuleViolation: no actor, or several, bear this name.
    """
    named = db_session().scalars(
        Organization.published()
        .where(
            Organization.name_key == name_key(form.about.data or ""),
            Organization.kind.not_in(TERRITORY_KINDS),
        )
        .limit(2)
    )
    found = named.all()
    if len(found) != 1:
        raise RuleViolation(UNKNOWN_ACTOR if not found else SEVERAL_ACTORS, field="about")
    return found[0]
