"""One's own wishes for a meetup day: whom to choose, how much, in which order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_wishes import AnswerForm, SubjectsForm, WishForm, sent_move, sent_priorities
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupWish
from services.errors import Conflict, RuleViolation
from services.meetup_wish_pages import (
    PAGE_SIZE,
    SHOWN_WAITING,
    Box,
    OtherFilters,
    allowance_from,
    kept_others,
    other_of,
    others_of,
    places_of,
    received_by,
    subjects_between,
    wished_by,
    wishes_of,
)
from services.meetup_wish_reserve import lock_wishes
from services.meetup_wish_rules import (
    HELD,
    check_open,
    why_closed,
)
from services.meetup_wish_suggestions import MOST_SHOWN, change_subjects
from services.meetup_wishes import (
    LIVE,
    Maker,
    WishTerms,
    change_wish,
    make_wish,
    set_order,
    wish_between,
    withdraw_wish,
)
from views.access import current_person
from views.meetup_why import public_reasons
from views.once import carry_out
from views.participation_access import acting_key, own_participant_or_404
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_words
from views.wish_pages import allowance_of, check_token, page_number, wish_context
from views.wish_rows import suggestion_rows
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import WishPriority, WishState
from vocabulary.regions import DEPARTMENTS
from vocabulary.themes import all_themes

bp = Blueprint(
    "participation_wishes",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>/souhaits",
)


@bp.get("")
def index(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show one's wishes in order, what others ask, and whom one could meet."""
    participant = own_participant_or_404(slug, participant_id)
    return _index(participant)


@bp.route("/themes", methods=["GET", "POST"])
def themes(slug: str, participant_id: int) -> ResponseReturnValue:
    """Say what one comes for: suggestions start from it."""
    participant = own_participant_or_404(slug, participant_id)
    if why_closed(participant.day, participant, now()) is not None:
        return redirect(_address(participant, "index"))
    form = SubjectsForm()
    form.fill_theme_choices()
    if not form.is_submitted():
        form.themes.data = list(participant.themes)
        form.presentation.data = participant.presentation
    if form.validate_on_submit():
        done = commit_or_flash(
            lambda: change_subjects(
                db_session(),
                participant,
                form.chosen_themes(),
                form.presentation.data or "",
                now=now(),
            ),
            _("C’est enregistré : les suggestions en partent."),
        )
        if done:
            return redirect(f"{_address(participant, 'index')}#suggestions")
    page = render_template(
        "participation_wishes/themes.html", **wish_context(participant), form=form
    )
    return page, UNPROCESSABLE if form.errors else 200


@bp.get("/participants")
def choose(slug: str, participant_id: int) -> ResponseReturnValue:
    """List those whom one may wish to meet, those who match best first."""
    participant = own_participant_or_404(slug, participant_id)
    session = db_session()
    wished, others = wished_by(session, participant), others_of(session, participant)
    filters = _filters()
    kept = kept_others(others, filters)
    page = page_number()
    by_name = request.args.get("tri") == "nom"
    if by_name:
        shown = kept[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        rows = {
            row["other"].id: row for row in suggestion_rows(participant, shown, limit=PAGE_SIZE)
        }
    else:
        near = suggestion_rows(participant, kept, limit=page * PAGE_SIZE)
        rows = {row["other"].id: row for row in near}
        ordered = [row["other"] for row in near] + [one for one in kept if one.id not in rows]
        shown = ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "participation_wishes/choose.html",
        **wish_context(participant),
        people=[(one, rows.get(one.id)) for one in shown],
        wished={key for key, state in wished.items() if state in LIVE},
        declined={key for key, state in wished.items() if state is WishState.DECLINED},
        used=allowance_of(participant, sum(state in HELD for state in wished.values())),
        total=len(kept),
        all_total=len(others),
        filters=filters,
        by_name=by_name,
        choices=_choices(others),
        page=page,
        pages=-(-len(kept) // PAGE_SIZE),
    )


@bp.route("/avec/<int:other_id>", methods=["GET", "POST"])
def wish(slug: str, participant_id: int, other_id: int) -> ResponseReturnValue:
    """Wish to meet somebody, or change what one wishes of them."""
    participant = own_participant_or_404(slug, participant_id)
    session = db_session()
    other = other_of(session, participant, other_id)
    if other is None:
        abort(404)
    existing = wish_between(session, participant.id, other.id)
    is_live = existing is not None and existing.state in LIVE
    needs, offers = subjects_between(session, participant, other)
    rows = suggestion_rows(participant, [other], limit=1)
    form = _wish_form(existing if is_live else None, rows[0] if rows else None)
    form.offer_subjects(needs, offers)
    closed = why_closed(participant.day, participant, now())
    if closed is None and form.validate_on_submit():
        try:
            return carry_out(
                form,
                lambda: _save(participant, other, existing if is_live else None, form, rows),
                sender=acting_key(participant),
            )
        except Conflict:
            raise
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
    body = render_template(
        "participation_wishes/wish.html",
        **{**wish_context(participant), "closed": closed},
        other=other,
        existing=existing if is_live else None,
        row=rows[0] if rows else None,
        form=form,
    )
    return body, UNPROCESSABLE if form.errors or (closed and form.is_submitted()) else 200


@bp.post("/ordre")
def order(slug: str, participant_id: int) -> ResponseReturnValue:
    """Keep the priorities of one's wishes, and move one before or after its neighbour."""
    participant = own_participant_or_404(slug, participant_id)
    check_token()

    def save() -> None:
        check_open(participant.day, participant, now())
        lock_wishes(db_session(), participant.day)
        wishes = wishes_of(db_session(), participant)
        chosen = sent_priorities(request.form, [one.id for one in wishes])
        set_order(wishes, chosen, moved=sent_move(request.form))

    commit_or_flash(save, _("L’ordre de vos souhaits est enregistré."))
    return redirect(f"{_address(participant, 'index')}#mes-souhaits")


@bp.post("/<int:wish_id>/retirer")
def withdraw(slug: str, participant_id: int, wish_id: int) -> ResponseReturnValue:
    """Take a wish back."""
    participant = own_participant_or_404(slug, participant_id)
    check_token()
    found = db_session().get(MeetupWish, wish_id)
    if found is None or found.wisher_id != participant.id:
        abort(404)

    def take_back() -> None:
        check_open(participant.day, participant, now())
        withdraw_wish(db_session(), found, now=now())

    commit_or_flash(take_back, _("Le souhait est retiré."))
    return redirect(f"{_address(participant, 'index')}#mes-souhaits")


def _save(
    participant: MeetupParticipant,
    other: MeetupParticipant,
    existing: MeetupWish | None,
    form: WishForm,
    rows: list[dict[str, Any]],
) -> str:
    terms = _with_suggestion(form.terms(), rows)
    if existing is not None:
        change_wish(db_session(), existing, terms)
        flash(_("Votre souhait est modifié."), "success")
        return _address(participant, "index")
    person = current_person()
    made = make_wish(
        db_session(),
        participant,
        other,
        terms,
        by=Maker(person_id=person.id if person else None),
        now=now(),
    )
    flash(_told(made.state, other), "success")
    return _address(participant, "index")


def _told(state: WishState, other: MeetupParticipant) -> str:
    if state is WishState.ACCEPTED:
        return str(
            _("« %(name)s » le souhaitait aussi : le rendez-vous est convenu.", name=other.name)
        )
    if state is WishState.RESERVE:
        return str(
            _(
                "Votre souhait est gardé en réserve : l’un de vous deux a déjà convenu de tous "
                "les rendez-vous qu’il peut tenir. Il sera demandé dès qu’une place se libère."
            )
        )
    return str(_("Votre souhait est enregistré : « %(name)s » va le recevoir.", name=other.name))


def _with_suggestion(terms: WishTerms, rows: list[dict[str, Any]]) -> WishTerms:
    """Keep what the priority was suggested from, for those who plan."""
    if not rows:
        return terms
    found = rows[0]["suggestion"]
    return replace(terms, match_score=found.line.score.points, match_reasons=found.facts())


def _wish_form(existing: MeetupWish | None, row: dict[str, Any] | None) -> WishForm:
    """Return the form: what was wished before, or what is suggested."""
    if request.method == "POST":
        return WishForm()
    if existing is not None:
        return WishForm(
            priority=existing.priority.value,
            message=existing.message,
            need=str(existing.need_id or ""),
            offer=str(existing.offer_id or ""),
        )
    suggested = row["suggestion"] if row else None
    return WishForm(
        priority=(row["priority"] if row else WishPriority.WELCOME).value,
        need=str((suggested and suggested.need_id) or ""),
        offer=str((suggested and suggested.offer_id) or ""),
    )


def _index(participant: MeetupParticipant) -> ResponseReturnValue:
    session = db_session()
    own = wishes_of(session, participant)
    waiting = received_by(session, participant, limit=SHOWN_WAITING)
    common = wish_context(participant)
    rows = []
    if common["closed"] is None:
        skipped = {one.wished_id for one in own} | waiting.wishers
        others = [one for one in others_of(session, participant) if one.id not in skipped]
        rows = suggestion_rows(participant, others, limit=MOST_SHOWN)
    return render_template(
        "participation_wishes/index.html",
        **common,
        own=own,
        received=waiting,
        boxes=Box,
        rows=rows,
        used=allowance_from(participant, own, waiting),
        unplaced=_without_place(participant),
        answer_form=AnswerForm(formdata=None),
    )


def _without_place(participant: MeetupParticipant) -> dict[int, str]:
    """Return why one's wishes have no place in the published plan, by whom they are for."""
    number = participant.day.published_plan_id
    plan = db_session().get(MeetupPlan, number) if number is not None else None
    return public_reasons(plan, participant.id) if plan is not None else {}


def _address(participant: MeetupParticipant, page: str) -> str:
    return url_for(
        f"participation_wishes.{page}", slug=participant.day.slug, participant_id=participant.id
    )


def _filters() -> OtherFilters:
    asked = request.args
    return OtherFilters(
        words=asked.get("q", "")[:100].strip(),
        theme=asked.get("theme", "") if asked.get("theme", "") in all_themes() else "",
        kind=asked.get("type", ""),
        place=asked.get("departement", ""),
    )


def _choices(others: Sequence[MeetupParticipant]) -> dict[str, list[tuple[str, str]]]:
    """Return what the filters propose: only what somebody is."""
    themes = sorted({code for one in others for code in one.themes if code in all_themes()})
    kinds = {one.kind for one in others if one.kind is not None}
    places = sorted({place for one in others for place in places_of(one)})
    return {
        "theme": [(code, code) for code in themes],
        "type": [(one.value, _(one.label)) for one in OrganizationKind if one in kinds],
        "departement": [(code, DEPARTMENTS[code].name) for code in places],
    }
