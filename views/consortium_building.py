"""Changing a team: size and weights, who is kept or left out, taking the last change back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.consortiums import (
    KEEP,
    LEAVE_OUT,
    REPLACE,
    ChoiceForm,
    SettingsForm,
    number_or_zero,
    weight_of,
)
from models.consortium import Consortium
from models.organization import Organization
from services import consortiums as rules
from services.errors import Conflict, RuleViolation
from views.consortium_pages import builder_page, consortium_or_404, settings_form
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from vocabulary.exchanges import SeatChoice

bp = Blueprint("consortium_building", __name__, url_prefix="/mon-espace/groupements")
Versions = Sequence[Mapping[str, Any]]
_CHOICES: Final[Mapping[str, SeatChoice]] = {
    KEEP: SeatChoice.LOCKED,
    LEAVE_OUT: SeatChoice.EXCLUDED,
    REPLACE: SeatChoice.EXCLUDED,
}


@bp.post("/<int:consortium_id>/reglages")
def adjust(consortium_id: int) -> ResponseReturnValue:
    """Change the name, the number of seats and the weights."""
    consortium = consortium_or_404(consortium_id)
    form = SettingsForm()
    if not form.validate():
        return builder_page(consortium, form=form, status=UNPROCESSABLE)
    settings = rules.Settings(
        name=form.name.data or "",
        max_members=form.max_members.data or 0,
        weights={
            line.need_id: weight_of(request.form, line.need_id, line.weight)
            for line in consortium.needs
        },
    )
    lock = form.known_lock()
    return _change(
        consortium_id,
        lambda: rules.change_settings(db_session(), consortium, settings, lock=lock, now=now()),
        lambda stored: _settings_versions(stored, settings),
        form,
    )


@bp.post("/<int:consortium_id>/choix")
def choose(consortium_id: int) -> ResponseReturnValue:
    """Keep an actor, leave one out with a reason, release one, or put another in its seat."""
    consortium = consortium_or_404(consortium_id)
    form = ChoiceForm()
    if not form.validate():
        abort(400)
    actor = _actor_or_404(form.actor_id(), consortium)
    instead = (
        _actor_or_404(form.replacement_id(), consortium) if form.action.data == REPLACE else None
    )
    reason = form.reason.data or ""
    if instead is not None and not reason:
        reason = _("remplacé par %(name)s", name=instead.name)
    choice = _CHOICES.get(form.action.data or "")
    return _change(
        consortium_id,
        lambda: rules.choose(
            db_session(),
            consortium,
            actor,
            choice,
            reason=reason,
            instead=instead,
            lock=form.known_lock(),
            now=now(),
        ),
        lambda stored: _choice_versions(stored, actor, choice),
    )


@bp.post("/<int:consortium_id>/annuler")
def undo(consortium_id: int) -> ResponseReturnValue:
    """Take the last change back."""
    consortium = consortium_or_404(consortium_id)
    if not FlaskForm().validate():
        abort(400)
    lock = number_or_zero(request.form.get("lock"))
    return _change(
        consortium_id,
        lambda: rules.undo(db_session(), consortium, lock=lock, now=now()),
        lambda _stored: [],
    )


def _change(
    consortium_id: int,
    action: Callable[[], None],
    versions: Callable[[Consortium], Versions],
    form: SettingsForm | None = None,
) -> ResponseReturnValue:
    """Do one change and come back; on refusal show the page, on conflict both versions."""
    session = db_session()
    try:
        action()
        session.commit()
    except Conflict as conflict:
        session.rollback()
        session.expire_all()
        stored = consortium_or_404(consortium_id)
        return builder_page(
            stored,
            form=_again(form, stored),
            conflict=versions(stored),
            refusal=_(conflict.message),
            status=CONFLICT,
        )
    except RuleViolation as refusal:
        session.rollback()
        session.expire_all()
        stored = consortium_or_404(consortium_id)
        message = refusal_words(refusal)
        return builder_page(stored, form=form, refusal=message, status=UNPROCESSABLE)
    return redirect(url_for("consortiums.show", consortium_id=consortium_id))


def _again(form: SettingsForm | None, stored: Consortium) -> SettingsForm:
    """Return the form with what was typed, now against the version that is stored."""
    if form is None:
        return settings_form(stored)
    form.lock.data = str(stored.lock)
    return form


def _settings_versions(stored: Consortium, settings: rules.Settings) -> Versions:
    """Return what differs between what was sent and what is stored."""
    titles = {line.need_id: line.need.title for line in stored.needs}
    pairs = [
        (_("Nom du groupement"), settings.name, stored.name),
        (_("Nombre de places"), settings.max_members, stored.max_members),
        *(
            (
                _("Poids de « %(title)s »", title=titles[line.need_id]),
                settings.weights.get(line.need_id, line.weight),
                line.weight,
            )
            for line in stored.needs
        ),
    ]
    return [
        {"label": label, "mine": mine, "stored": theirs}
        for label, mine, theirs in pairs
        if mine != theirs
    ]


def _choice_versions(
    stored: Consortium, actor: Organization, choice: SeatChoice | None
) -> Versions:
    known = next((one for one in stored.choices if one.organization_id == actor.id), None)
    return [
        {
            "label": actor.name,
            "mine": _choice_word(choice),
            "stored": _choice_word(known.choice if known else None),
        }
    ]


def _choice_word(choice: SeatChoice | None) -> str:
    return str(_(choice.label) if choice else _("Laissé au calcul"))


def _actor_or_404(actor_id: int, consortium: Consortium) -> Organization:
    """Return an actor that anyone may read, or one that a choice names."""
    named = {one.organization_id for one in consortium.choices}
    actor = db_session().get(Organization, actor_id)
    if actor is None or not (actor.is_public or actor.id in named):
        abort(404)
    return actor
