"""Inviting the members of a team, taking an invitation back, and making a partnership of it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.consortiums import InvitationsForm, role_of, ticked
from forms.once import OnceForm
from models.consortium import Consortium, ConsortiumInvitation
from services import consortium_invitations as rules
from services.consortiums import partnership_of
from services.partnerships import create_partnership_from_consortium
from views.access import signed_in_person
from views.consortium_pages import consortium_or_404, words_of
from views.consortium_words import Words, seat_cards
from views.once import carried_out, carry_out
from views.refusals import UNPROCESSABLE, commit_or_flash
from vocabulary.exchanges import InvitationState

bp = Blueprint("consortium_invitations", __name__, url_prefix="/mon-espace/groupements")


@bp.route("/<int:consortium_id>/inviter", methods=["GET", "POST"])
def invite(consortium_id: int) -> ResponseReturnValue:
    """Choose the members to invite, the role of each and the message to all."""
    consortium = consortium_or_404(consortium_id)
    if partnership_of(db_session(), consortium.id) is not None:
        return redirect(url_for("consortiums.show", consortium_id=consortium.id))
    words = words_of(consortium)
    free = _free_members(words)
    form = InvitationsForm()
    chosen = free
    if form.is_submitted():
        chosen = ticked(request.form.getlist("acteur"), free)
        if form.validate():
            answer = _send(words, form, chosen)
            if answer is not None:
                return answer
    page = render_template(
        "consortiums/invite.html",
        form=form,
        consortium=consortium,
        seats=[card for card in seat_cards(words, {}) if card["actor"].id in free],
        chosen=chosen,
        roles={one: role_of(request.form, one) for one in free},
        attended=rules.attended(db_session(), free),
        max_role=rules.MAX_ROLE,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _free_members(words: Words) -> list[int]:
    """Return the members of the team that no invitation holds."""
    states = {one.organization_id: one.state for one in words.consortium.invitations}
    withdrawn = InvitationState.WITHDRAWN
    return [one for one in words.members if states.get(one, withdrawn) is withdrawn]


def _send(words: Words, form: InvitationsForm, chosen: list[int]) -> ResponseReturnValue | None:
    """Send the invitations and go back to the team; ``None`` when a rule forbids it."""
    consortium = words.consortium
    cards = {card["actor"].id: card for card in seat_cards(words, {})}

    def action() -> str:
        calls = [
            rules.Call(
                words.actors[one],
                next((answer["offer_id"] for answer in cards[one]["answers"]), None),
                role_of(request.form, one),
            )
            for one in chosen
        ]
        rules.invite(
            db_session(),
            consortium,
            calls,
            message=form.message.data or "",
            person=signed_in_person(),
            now=now(),
        )
        return url_for("consortiums.show", consortium_id=consortium.id, _anchor="invitations")

    return carried_out(form, action)


@bp.post("/<int:consortium_id>/invitations/<int:invitation_id>/retirer")
def withdraw(consortium_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    consortium = consortium_or_404(consortium_id)
    invitation = _invitation_of(consortium, invitation_id)
    commit_or_flash(
        lambda: rules.withdraw_invitation(
            db_session(), invitation, person=signed_in_person(), now=now()
        ),
        _("L’invitation est retirée ; l’acteur en est averti."),
    )
    return redirect(url_for("consortiums.show", consortium_id=consortium_id, _anchor="invitations"))


@bp.post("/<int:consortium_id>/partenariat")
def found(consortium_id: int) -> ResponseReturnValue:
    """Make a partnership of the team, once."""
    consortium = consortium_or_404(consortium_id)
    form = OnceForm()
    if not form.validate():
        abort(400)
    known = partnership_of(db_session(), consortium.id)
    if known is not None:
        return redirect(url_for("partnership_editing.edit", slug=known.slug))
    if not any(one.state is InvitationState.ACCEPTED for one in consortium.invitations):
        flash(_("Il faut au moins un acteur qui ait accepté."), "warning")
        return redirect(url_for("consortiums.show", consortium_id=consortium.id))

    def action() -> str:
        partnership = create_partnership_from_consortium(
            db_session(), consortium, person=signed_in_person(), now=now()
        )
        return url_for("partnership_editing.edit", slug=partnership.slug)

    return carry_out(form, action)


def _invitation_of(consortium: Consortium, invitation_id: int) -> ConsortiumInvitation:
    known = {one.id: one for one in consortium.invitations}
    if invitation_id not in known:
        abort(404)
    return known[invitation_id]
