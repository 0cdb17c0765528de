"""Being put in touch about a need and an offer: asking from either side, one's list, a thread."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from forms.introductions import RequestForm
from models.introduction import Introduction
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.errors import Conflict, RuleViolation
from services.exports import write_csv
from services.interests import declared_interests
from services.introduction_lists import MAX_EXPORTED, Box, list_threads
from services.introduction_threads import last_read, mark_read
from services.introductions import (
    AlreadyOpen,
    NobodyThere,
    check_target,
    open_introduction,
    relay_choices,
    request_introduction,
)
from services.match_profiles import need_profile, need_text
from services.offers import published_offers_of
from services.pages import need_by_id
from services.permissions import membership_of
from services.theme_detection import theme_writings, written_words
from services.workspace import own_organizations
from views.access import offer_or_404, signed_in_person, thread_or_404
from views.addresses import public_website
from views.cards import territory_name
from views.downloads import CSV_TYPE, attachment
from views.introduction_rows import CSV_COLUMNS, csv_rows
from views.match_cards import Card, excluded_cards, offer_cards
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_words
from views.thread_pages import ThreadForms, thread_page
from vocabulary.exchanges import Side

bp = Blueprint("introductions", __name__)
LARGEST_PAGE: Final = 10_000


@bp.get("/mon-espace/mises-en-relation")
def index() -> ResponseReturnValue:
    """List the introductions of the person's organisations, by what they ask."""
    box = _box()
    page = _page()
    session, person = db_session(), signed_in_person()
    return render_template(
        "introductions/index.html",
        box=box,
        boxes=list(Box),
        found=list_threads(session, person, box=box, page=page),
        page=page,
        organizations=own_organizations(session, person),
    )


@bp.get("/mon-espace/mises-en-relation.csv")
def export() -> ResponseReturnValue:
    """Give the list as a file: organisations, states and dates, never a person."""
    found = list_threads(db_session(), signed_in_person(), box=_box(), limit=MAX_EXPORTED)
    rows = csv_rows(found.rows)
    return attachment(write_csv(CSV_COLUMNS, rows), CSV_TYPE, "mises-en-relation.csv")


def _box() -> Box:
    try:
        return Box(request.args.get("liste", Box.ALL))
    except ValueError:
        return Box.ALL


def _page() -> int:
    typed = request.args.get("page", "1")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST_PAGE))
    return min(max(int(typed), 1), LARGEST_PAGE) if is_number else 1


@bp.get("/mon-espace/mises-en-relation/<int:introduction_id>")
def show(introduction_id: int) -> ResponseReturnValue:
    """Show the thread, and note that this person has read it."""
    introduction, side = thread_or_404(introduction_id)
    session, person = db_session(), signed_in_person()
    seen = last_read(session, introduction, person)
    if request.method == "GET":
        mark_read(session, introduction, person, now=now())
        session.commit()
    return thread_page(introduction, side, person, ThreadForms.empty(), seen=seen)


@bp.route("/besoins/<int:need_id>/contacter/<slug:slug>", methods=["GET", "POST"])
def contact(need_id: int, slug: str) -> ResponseReturnValue:
    """Ask the actor of an offer, for the need that one's organisation carries."""
    need = _need_or_404(need_id)
    session, person = db_session(), signed_in_person()
    if need.carrier_id is None or membership_of(session, person, need.carrier_id) is None:
        abort(404)
    offer = offer_or_404(slug)
    if not offer.is_public:
        abort(404)
    running = open_introduction(session, need.id, offer.id)
    if running is not None and request.method == "GET":
        return _lead_to(running)
    form = RequestForm()
    form.offer_choices([])
    relays = relay_choices(session, offer.organization)
    form.relay_choices([(one.slug, one.name) for one in relays])
    return _ask(
        form,
        need,
        {offer.slug: offer},
        Side.TERRITORY,
        relays,
        "introductions/contact.html",
        {"offer": offer, "actor": offer.organization, "cards": _pair_cards(need, [offer])[0]},
    )


@bp.route("/besoins/<int:need_id>/repondre", methods=["GET", "POST"])
def answer(need_id: int) -> ResponseReturnValue:
    """Answer a need with one of one's own offers, the one that suits best proposed first."""
    need = _need_or_404(need_id)
    session, person = db_session(), signed_in_person()
    bodies = [one for one in own_organizations(session, person) if one.is_innovation_side]
    offers = published_offers_of(session, [one.id for one in bodies])
    if not offers:
        return render_template(
            "introductions/no_offer.html", need=need, place=_place(need), bodies=bodies
        )
    cards, others = _pair_cards(need, offers)
    form = RequestForm()
    ordered = [card["slug"] for card in (*cards, *others)]
    by_slug = {offer.slug: offer for offer in offers}
    form.offer_choices([(slug, by_slug[slug].title) for slug in ordered])
    if not form.is_submitted():
        asked = request.args.get("solution", "")
        form.offer.data = asked if asked in by_slug else next((card["slug"] for card in cards), "")
    form.relay_choices([])
    return _ask(
        form,
        need,
        by_slug,
        Side.ACTOR,
        [],
        "introductions/answer.html",
        {"cards": cards, "others": others, "suggested": cards[0]["slug"] if cards else ""},
    )


def _ask(
    form: RequestForm,
    need: Need,
    offers: dict[str, Offer],
    from_side: Side,
    relays: Sequence[Organization],
    template: str,
    page: dict[str, Any],
) -> ResponseReturnValue:
    """Show the form of a request, or send it; what cannot be sent says why and where to turn."""
    session = db_session()
    chosen = next(iter(offers.values())) if not form.offer else offers.get(form.offer.data or "")
    unreachable = _unreachable(need, chosen or next(iter(offers.values())), from_side)
    if not unreachable and form.validate_on_submit() and chosen is not None:
        relay = next((one for one in relays if one.slug == form.chosen_relay()), None)
        try:
            return carry_out(form, lambda: _send(need, chosen, from_side, form.text(), relay))
        except Conflict:
            raise
        except AlreadyOpen as running:
            session.rollback()
            return _lead_to(session.get_one(Introduction, running.introduction_id))
        except RuleViolation as refusal:
            session.rollback()
            form.show_error(refusal.field, refusal_words(refusal))
    actors = {offer.organization_id for offer in offers.values()}
    body = render_template(
        template,
        form=form,
        need=need,
        place=_place(need),
        is_open=need.is_open_on(today()),
        unreachable=unreachable,
        website=public_website(page["actor"].website) if "actor" in page else None,
        interests=declared_interests(session, need, actors | {one.id for one in relays}),
        **page,
    )
    return body, UNPROCESSABLE if form.errors else 200


def _send(
    need: Need, offer: Offer, from_side: Side, message: str, relay: Organization | None
) -> str:
    introduction = request_introduction(
        db_session(),
        need,
        offer,
        from_side=from_side,
        sender=signed_in_person(),
        message=message,
        now=now(),
        relay=relay,
    )
    flash(_("Votre demande est partie : vous serez averti par courriel de la réponse."), "success")
    return url_for("introductions.show", introduction_id=introduction.id)


def _unreachable(need: Need, offer: Offer, from_side: Side) -> str:
    """Return why nobody could read a message, empty when somebody could."""
    try:
        check_target(db_session(), need, offer, from_side)
    except NobodyThere as refusal:
        return str(refusal_words(refusal))
    return ""


def _lead_to(introduction: Introduction) -> ResponseReturnValue:
    flash(
        _("Une mise en relation est déjà ouverte sur ce besoin et cette proposition : la voici."),
        "info",
    )
    return redirect(url_for("introductions.show", introduction_id=introduction.id))


def _need_or_404(need_id: int) -> Need:
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    return need


def _place(need: Need) -> str:
    return territory_name(need.territory)


def _pair_cards(need: Need, offers: Sequence[Offer]) -> tuple[list[Card], list[Card]]:
    """Return the cards of the offers that match the need, best first, and of the others."""
    profile = need_profile(need)
    found = matcher().for_chosen(db_session(), profile, offers, moment=moment())
    written = {**theme_writings(profile.themes), **written_words(need_text(need))}
    return offer_cards(found, written, by_actor=False), excluded_cards(found, written)
