"""Explained matches: a sentence and a place, a need, a quarter, an offer or an actor."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from extensions.database import db_session
from extensions.exposure import count_shown
from extensions.match_words import phase_sentence
from extensions.matcher import matcher, moment
from matching.profiles import NeedProfile
from models.organization import Organization
from models.territory import Territory
from services.match_places import Place, find_place
from services.match_profiles import need_profile, need_text, sentence_profile, territory_profile
from services.offer_names import find_offer
from services.pages import need_by_id, offer_ids_of, open_needs_of, territory_by_code
from services.permissions import can_edit_organization, is_of_need_team
from services.theme_detection import LONGEST_SENTENCE, theme_writings, written_words
from views.access import current_person, offer_or_404, organization_or_404
from views.match_cards import absence_card, excluded_cards, need_cards, offer_cards
from views.match_options import (
    ListOptions,
    kept_parameters,
    need_groups,
    offer_groups,
    page_count,
    typed,
)
from views.match_replay import replay_of
from views.own_quarters import own_quarters
from views.shown_lists import note_shown_list
from vocabulary.exchanges import ExposureSurface
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import ProjectPhase

bp = Blueprint("matches", __name__)
PERMANENTLY = 301


@bp.get("/correspondances")
def explore() -> ResponseReturnValue:
    """Match one sentence and a place, for anyone; nothing of it is published or kept."""
    sentence, typed_place = typed(request.args, "besoin"), typed(request.args, "lieu")
    answer = find_place(db_session(), typed_place) if typed_place else None
    errors = _sentence_errors(sentence)
    if answer is not None and answer.place is None and not answer.choices:
        errors["lieu"] = _place_error(typed_place)
    place = answer.place if answer else None
    choices = answer.choices if answer else ()
    found: dict[str, Any] = {}
    if sentence and not errors and not choices:
        need = _sentence_need(sentence, place)
        if matcher().understands(db_session(), need, moment=moment()):
            found = {**_offer_list([need], sentence), "need_profile": need}
    page = render_template(
        "matches/explore.html",
        sentence=sentence,
        typed_place=typed_place,
        place=place,
        choices=choices,
        errors=errors,
        phase=phase_sentence(place.phase) if place else "",
        asked_offer=typed(request.args, "pourquoi"),
        own_quarters=() if place else own_quarters(),
        options=ListOptions.from_arguments(request.args),
        **found,
    )
    return page, 400 if errors else 200


@bp.get("/besoins/<int:need_id>/correspondances", endpoint="need")
def for_need(need_id: int) -> ResponseReturnValue:
    """Match a published need against offers and actors."""
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    profile = need_profile(need)
    options = ListOptions.from_arguments(request.args)
    found = _offer_list([profile], need_text(need))
    note_shown_list(need, found["ranking"], options)
    return render_template(
        "matches/need.html",
        need=need,
        can_act=is_of_need_team(db_session(), current_person(), need),
        phase=phase_sentence(profile.phase),
        options=options,
        **found,
    )


@bp.get("/territoires/<code>/correspondances", endpoint="territory")
def for_territory(code: str) -> ResponseReturnValue:
    """Match a quarter against offers and actors: each comes by the need it answers best."""
    session = db_session()
    wanted = normalise_quarter_code(code)
    territory = territory_by_code(session, wanted)
    if territory is None:
        return _follow_old_code(wanted)
    if wanted != code:
        return redirect(url_for("matches.territory", code=wanted), PERMANENTLY)
    needs = open_needs_of(session, territory, moment().today)
    profiles = [need_profile(need) for need in needs] or [territory_profile(territory, ())]
    words = " ".join(need_text(need) for need in needs)
    return render_template(
        "matches/territory.html",
        territory=territory,
        needs=needs,
        phase=phase_sentence(profiles[0].phase),
        options=ListOptions.from_arguments(request.args),
        **_offer_list(profiles, words, {need.id: need.title for need in needs}),
    )


@bp.get("/solutions/<slug>/correspondances", endpoint="offer")
def for_offer(slug: str) -> ResponseReturnValue:
    """Match an offer against the open needs and the quarters that state them."""
    offer = offer_or_404(slug)
    options = ListOptions.from_arguments(request.args)
    return render_template(
        "matches/offer.html",
        offer=offer,
        options=options,
        can_edit=_can_edit(offer.organization),
        **_need_list([offer.id], options, name_offer=False),
    )


@bp.get("/acteurs/<slug>/correspondances", endpoint="organization")
def for_organization(slug: str) -> ResponseReturnValue:
    """Match all the offers of an actor against the open needs and the quarters."""
    entry = organization_or_404(slug)
    options = ListOptions.from_arguments(request.args)
    offers = offer_ids_of(db_session(), entry)
    return render_template(
        "matches/organization.html",
        entry=entry,
        options=options,
        has_offers=bool(offers),
        can_edit=_can_edit(entry),
        **_need_list(offers, options, name_offer=True),
    )


def _follow_old_code(code: str) -> ResponseReturnValue:
    """Lead from a 2015 code to the quarter that came out of it; several have a page to choose."""
    if not is_quarter_code(code):
        abort(404)
    successors = db_session().scalars(Territory.successors_of(code)).all()
    if not successors:
        abort(404)
    if len(successors) == 1:
        url = url_for("matches.territory", code=successors[0].code)
        return redirect(url, PERMANENTLY)
    return redirect(url_for("territories.show", code=code))


def _can_edit(entry: Organization) -> bool:
    return can_edit_organization(db_session(), current_person(), entry.id)


def _sentence_errors(sentence: str) -> dict[str, str]:
    if len(sentence) > LONGEST_SENTENCE:
        return {
            "besoin": gettext(
                "Votre phrase compte %(count)s caractères : gardez l’essentiel, %(most)s au plus.",
                count=len(sentence),
                most=LONGEST_SENTENCE,
            )
        }
    return {}


def _place_error(typed_place: str) -> str:
    return str(
        gettext(
            "« %(place)s » ne correspond à aucune commune ni à aucun quartier : vérifiez "
            "l’orthographe, ou essayez un code postal.",
            place=typed_place[:80],
        )
    )


def _sentence_need(sentence: str, place: Place | None) -> NeedProfile:
    return sentence_profile(
        sentence,
        region_code=place.region_code if place else None,
        department_code=place.department_code if place else None,
        phase=place.phase if place else ProjectPhase.UNSTATED,
    )


def _offer_list(
    needs: Sequence[NeedProfile], words: str, titles: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """Return the list for one need or several; ``titles`` names each where there are several."""
    options = ListOptions.from_arguments(request.args)
    replayed = replay_of(request.args)
    found = matcher().for_any_need(
        db_session(),
        needs,
        moment=replayed.moment,
        page=options.shown,
        filters=options.offers,
        by_actor=options.by_actor,
    )
    shown = {line.offer.organization_id for line in found.ranking.matches}
    count_shown(ExposureSurface.MATCH_LIST, shown)
    themes = {code for need in needs for code in need.themes}
    written = {**theme_writings(themes), **written_words(words)}
    return {
        "cards": offer_cards(found, written, by_actor=options.by_actor, titles=titles),
        "excluded": excluded_cards(found, written),
        "excluded_total": found.excluded_total,
        "asked": _asked_absence(needs, written, options),
        "ranking": found.ranking,
        "replayed": replayed,
        "pages": page_count(found.ranking.total),
        "groups": offer_groups(request.args),
        "kept": kept_parameters(request.args),
    }


def _asked_absence(
    needs: Sequence[NeedProfile], written: dict[str, str], options: ListOptions
) -> dict[str, Any] | None:
    """Answer « pourquoi pas cette solution ? » when the address names one."""
    named = typed(request.args, "pourquoi")
    if not named:
        return None
    answer = find_offer(db_session(), named)
    if not answer.slug:
        return {"named": named, "choices": answer.choices}
    offer = offer_or_404(answer.slug)
    absence = matcher().explain_absence(
        db_session(), needs, offer, moment=moment(), filters=options.offers
    )
    return {"named": named, "offer": absence_card(absence, offer, written)}


def _need_list(offers: list[int], options: ListOptions, *, name_offer: bool) -> dict[str, Any]:
    found = matcher().for_offers(
        db_session(),
        offers,
        moment=moment(),
        page=options.shown,
        filters=options.needs,
        by_territory=options.by_territory,
    )
    themes = {code for line in found.ranking.matches for code in line.need.themes}
    words = " ".join(need_text(need) for need in found.needs.values())
    written = {**theme_writings(themes), **written_words(words)}
    return {
        "cards": need_cards(
            found, written, name_offer=name_offer, by_territory=options.by_territory
        ),
        "ranking": found.ranking,
        "pages": page_count(found.ranking.total),
        "groups": need_groups(request.args),
        "kept": kept_parameters(request.args),
    }
