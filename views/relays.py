"""Sending a need to federating structures, and passing it on to the members concerned."""

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from forms.choices import SelectChoice
from forms.relays import AnswerRelayForm, SendRelayForm
from models.need import Need, NeedRelay
from models.organization import Organization
from services.errors import RuleViolation
from services.match_profiles import need_text
from services.need_relays import decline_relay, relay_to_members, send_to_federator
from services.permissions import can_edit_organization, can_read_need
from services.relay_choices import (
    MemberChoice,
    RelayCandidate,
    answering_actors,
    member_choice,
    relay_candidates,
)
from services.relay_lists import needs_relayed_to, relays_of_need, relays_received
from services.theme_detection import theme_writings, written_words
from services.workspace import own_organizations
from views.access import editable_need_or_404, signed_in_person
from views.match_cards import offer_cards
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_status, refusal_words
from vocabulary.exchanges import RelayState

bp = Blueprint("relays", __name__, url_prefix="/mon-espace")


@bp.get("/relais")
def index() -> ResponseReturnValue:
    """List the needs sent to the person's structures, and those relayed to them as members."""
    session = db_session()
    keys = [one.id for one in own_organizations(session, signed_in_person())]
    return render_template(
        "relays/index.html",
        received=relays_received(session, keys),
        relayed=needs_relayed_to(session, keys),
        today=today(),
    )


@bp.route("/besoins/<int:need_id>/relais", methods=["GET", "POST"])
def send(need_id: int) -> ResponseReturnValue:
    """Choose a federating structure and send it the need; follow what was sent before."""
    need = editable_need_or_404(need_id)
    if not need.version:
        abort(404)
    session = db_session()
    sent = relays_of_need(session, need)
    done = {relay.federator_id for relay in sent}
    answering = answering_actors(session, matcher(), need, moment=moment())
    candidates = [
        one for one in relay_candidates(session, answering) if one.federator.id not in done
    ]
    form = SendRelayForm()
    form.federator.choices = [
        SelectChoice(str(one.federator.id), one.federator.name) for one in candidates
    ]
    status = 200
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _send(need, candidates, form))
        except RuleViolation as refusal:
            session.rollback()
            status = refusal_status(refusal)
            form.form_errors.append(refusal_words(refusal))
    elif form.errors:
        status = UNPROCESSABLE
    page = render_template(
        "relays/send.html",
        need=need,
        form=form,
        sent=sent,
        candidates=candidates,
        is_open=need.is_open_on(today()),
    )
    return page, status


def _send(need: Need, candidates: list[RelayCandidate], form: SendRelayForm) -> str:
    chosen = next(
        one.federator for one in candidates if str(one.federator.id) == form.federator.data
    )
    send_to_federator(
        db_session(),
        need,
        chosen,
        message=form.message.data or "",
        author=signed_in_person(),
        today=today(),
        now=now(),
    )
    flash(_("Le besoin est envoyé à %(name)s.", name=chosen.name), "success")
    return url_for("relays.send", need_id=need.id)


def _relay_or_404(relay_id: int) -> NeedRelay:
    """Return the relay, if the person acts for who received it and may still read the need."""
    session = db_session()
    relay = session.get(NeedRelay, relay_id)
    person = signed_in_person()
    if relay is None or not can_edit_organization(session, person, relay.federator_id):
        abort(404)
    if not can_read_need(session, person, relay.need):
        abort(404)
    return relay


@bp.route("/relais/<int:relay_id>", methods=["GET", "POST"])
def show(relay_id: int) -> ResponseReturnValue:
    """Show a need sent to the structure, with its members concerned, and take the answer."""
    relay = _relay_or_404(relay_id)
    session = db_session()
    choice = member_choice(session, matcher(), relay, moment=moment())
    form = AnswerRelayForm()
    form.members.choices = [SelectChoice(str(one.id), one.name) for one in _members(choice)]
    status = 200
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _answer(relay, form))
        except RuleViolation as refusal:
            session.rollback()
            status = refusal_status(refusal)
            if refusal.field == "members":
                form.members.errors = [refusal_words(refusal)]
            else:
                form.form_errors.append(refusal_words(refusal))
    elif form.errors:
        status = UNPROCESSABLE
    return _show(relay, choice, form), status


def _members(choice: MemberChoice) -> list[Organization]:
    concerned = [offer.organization for offer in choice.matches.offers.values()]
    return [*concerned, *choice.others]


def _answer(relay: NeedRelay, form: AnswerRelayForm) -> str:
    session, author, note = db_session(), signed_in_person(), form.note.data or ""
    if "decline" in request.form:
        decline_relay(session, relay, note=note, author=author, now=now())
        flash(_("Votre réponse est transmise à la collectivité."), "success")
    else:
        relay_to_members(
            session,
            relay,
            form.chosen_members(),
            note=note,
            author=author,
            today=today(),
            now=now(),
        )
        flash(_("Le besoin est relayé aux membres choisis."), "success")
    return url_for("relays.show", relay_id=relay.id)


def _show(relay: NeedRelay, choice: MemberChoice, form: AnswerRelayForm) -> str:
    need = relay.need
    written = {**theme_writings(choice.matches.need.themes), **written_words(need_text(need))}
    return render_template(
        "relays/show.html",
        relay=relay,
        need=need,
        form=form,
        cards=_cards(choice, written),
        others=choice.others,
        waits=relay.state is RelayState.SENT,
        is_open=need.is_open_on(today()),
        today=today(),
    )


def _cards(choice: MemberChoice, written: dict[str, str]) -> list[dict[str, object]]:
    """Return the cards of the members concerned, each with the number its box sends."""
    keys = {
        offer.organization.slug: offer.organization_id for offer in choice.matches.offers.values()
    }
    cards = offer_cards(choice.matches, written, by_actor=True)
    return [{**card, "key": str(keys[card["slug"]])} for card in cards]
