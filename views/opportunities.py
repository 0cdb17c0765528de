"""« Besoins pour nous »: the open needs that an actor’s offers match; setting one aside."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from extensions.clock import now, today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from forms.account import ConfirmForm
from forms.opportunities import DismissForm
from matching.filters import NeedFilters
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services import opportunities as rules
from services.match_profiles import need_text
from services.matching import NeedMatches
from services.pages import need_by_id
from services.theme_detection import theme_writings, written_words
from views.access import signed_in_person
from views.facets import FacetGroup, Option
from views.match_cards import need_cards
from views.match_options import ListOptions, need_groups, page_count
from vocabulary.kinds import NeedKind, PublicationState

bp = Blueprint("opportunities", __name__)
ACTOR, OFFER, KIND = "acteur", "solution", "genre"
BAD_REQUEST = 400


@bp.get("/mon-espace/besoins-pour-nous")
def index() -> ResponseReturnValue:
    """List the needs for one of the person's actors, those relayed to it on top."""
    actors = _own_actors()
    if not actors:
        return render_template("opportunities/nobody.html")
    actor = _chosen(actors, request.args.get(ACTOR, ""))
    session = db_session()
    offers = session.scalars(
        select(Offer)
        .where(Offer.organization_id == actor.id, Offer.state == PublicationState.PUBLISHED)
        .order_by(Offer.title, Offer.id)
    ).all()
    aside = rules.set_aside_ids(session, actor.id)
    options = ListOptions.from_arguments(request.args)
    chosen = [one for one in offers if one.slug == request.args.get(OFFER, "")]
    kind = _kind()
    found = matcher().for_offers(
        session,
        [offer.id for offer in chosen or offers],
        moment=moment(),
        page=options.shown,
        filters=_filters(options, aside, kind),
    )
    relayed = rules.relayed_needs(session, actor, set_aside=aside, today=today())
    return render_template(
        "opportunities/index.html",
        actors=actors,
        actor=actor,
        offers=offers,
        offer=chosen[0] if chosen else None,
        cards=_cards(found),
        relayed=relayed if options.page == 1 else [],
        options=options,
        is_filtered=options.is_filtered or bool(chosen) or kind is not None,
        ranking=found.ranking,
        pages=page_count(found.ranking.total),
        groups=[*need_groups(request.args), _kind_group(kind)],
        kept=_kept(actors, actor, chosen),
    )


def _filters(options: ListOptions, aside: frozenset[int], kind: NeedKind | None) -> NeedFilters:
    if kind is not None:
        aside |= rules.needs_of_other_kinds(db_session(), kind, today())
    return replace(options.needs, set_aside_ids=aside)


def _kind() -> NeedKind | None:
    """Return the kind asked for; both ticked, or neither, is no filter."""
    asked = set(request.args.getlist(KIND)) & {kind.value for kind in NeedKind}
    return NeedKind(asked.pop()) if len(asked) == 1 else None


def _kind_group(chosen: NeedKind | None) -> FacetGroup:
    options = tuple(
        Option(kind.value, str(_(kind.label)), None, kind is chosen) for kind in NeedKind
    )
    return FacetGroup(KIND, _("Sorte de besoin"), options)


def _cards(found: NeedMatches) -> list[dict[str, Any]]:
    themes = {code for line in found.ranking.matches for code in line.need.themes}
    words = " ".join(need_text(need) for need in found.needs.values())
    written = {**theme_writings(themes), **written_words(words)}
    cards = need_cards(found, written, name_offer=True)
    for card in cards:
        line = found.ranking.matches[card["rank"] - 1]
        card["need_id"] = line.need.id
        offer = found.offers.get(line.offer.id)
        card["offer_slug"] = offer.slug if offer else None
    return cards


def _kept(
    actors: Sequence[Organization], actor: Organization, chosen: Sequence[Offer]
) -> dict[str, str]:
    """Return what the form of the filters sends again."""
    kept = {ACTOR: actor.slug} if len(actors) > 1 else {}
    return kept | ({OFFER: chosen[0].slug} if chosen else {})


@bp.get("/mon-espace/besoins-pour-nous/ecartes")
def dismissed() -> ResponseReturnValue:
    """List what an actor set aside, with the reasons, and offer to put it back."""
    actors = _own_actors()
    if not actors:
        return render_template("opportunities/nobody.html")
    actor = _chosen(actors, request.args.get(ACTOR, ""))
    rows = db_session().execute(rules.dismissals_of(actor.id)).all()
    return render_template(
        "opportunities/dismissed.html",
        actors=actors,
        actor=actor,
        rows=rows,
        today=today(),
        form=ConfirmForm(),
    )


@bp.route("/mon-espace/besoins-pour-nous/<int:need_id>/ecarter", methods=["GET", "POST"])
def dismiss(need_id: int) -> ResponseReturnValue:
    """Set a need aside for an actor, with a reason: nobody is told, and neither are we again."""
    actors, need = _own_actors(), _need_or_404(need_id)
    if not actors:
        abort(404)
    actor = _chosen(actors, request.values.get(ACTOR, ""))
    form = DismissForm()
    if form.validate_on_submit():
        rules.dismiss_need(
            db_session(),
            actor,
            need,
            reason=form.reason(),
            note=form.note(),
            person=signed_in_person(),
            now=now(),
        )
        db_session().commit()
        flash(_("« %(title)s » est écarté. Vous pouvez le reprendre.", title=need.title), "success")
        return redirect(url_for("opportunities.index", acteur=actor.slug))
    page = render_template(
        "opportunities/dismiss.html", form=form, need=need, actor=actor, actors=actors
    )
    return page, BAD_REQUEST if form.is_submitted() else 200


@bp.post("/mon-espace/besoins-pour-nous/<int:need_id>/reprendre")
def restore(need_id: int) -> ResponseReturnValue:
    """Put a need back in the list."""
    actors = _own_actors()
    if not actors:
        abort(404)
    actor = _chosen(actors, request.form.get(ACTOR, ""))
    rules.restore_need(db_session(), actor.id, need_id)
    db_session().commit()
    flash(_("Le besoin est de nouveau dans la liste."), "success")
    return redirect(url_for("opportunities.dismissed", acteur=actor.slug))


def _own_actors() -> Sequence[Organization]:
    return rules.innovating_organizations(db_session(), signed_in_person())


def _chosen(actors: Sequence[Organization], slug: str) -> Organization:
    """Return the actor named, the first without a name; another's looks missing."""
    if not slug:
        return actors[0]
    named = [actor for actor in actors if actor.slug == slug]
    if not named:
        abort(404)
    return named[0]


def _need_or_404(need_id: int) -> Need:
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    return need
