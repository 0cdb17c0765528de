"""Organisers look through all the wishes of a day, add some for a participant, take some back."""

from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_wishes_review import StaffWishForm
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.cells import neutralise
from services.exports import write_csv
from services.meetup_wish_lines import KnownWishes
from services.meetup_wish_pages import day_participants
from services.meetup_wish_reminders import why_no_reminder
from services.meetup_wish_review import (
    MAX_EXPORTED,
    PAGE_SIZE,
    WishFilters,
    named,
    participant_lines,
    review_wishes,
    state_counts,
)
from services.meetup_wish_worth import counted_wishes
from services.meetup_wishes import Maker, WishTerms, make_wish, withdraw_wish
from views.access import organized_day_or_404, signed_in_person
from views.downloads import CSV_TYPE, attachment
from views.list_pages import asked_page
from views.once import carried_out
from views.refusals import UNPROCESSABLE, commit_or_flash
from views.wish_pages import check_token, named_or_error, page_number
from vocabulary.labels import N_
from vocabulary.meetups import WishOrigin, WishPriority, WishState

bp = Blueprint(
    "meetup_wishes_review", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/souhaits"
)
_COLUMNS: Final = (
    N_("demandeur"),
    N_("souhaité"),
    N_("priorité"),
    N_("message"),
    N_("état"),
    N_("origine"),
    N_("raison du refus"),
)


@bp.get("")
def index(slug: str) -> ResponseReturnValue:
    """List the wishes of the day, filtered."""
    day = organized_day_or_404(slug)
    session, filters, page = db_session(), _filters(), page_number()
    counts = state_counts(session, day)
    return render_template(
        "meetup_wishes_review/index.html",
        day=day,
        found=review_wishes(session, day, filters, page=page),
        counts=counts,
        counted=counted_wishes(counts),
        filters=filters,
        page=page,
        states=tuple(WishState),
        priorities=tuple(WishPriority),
        origins=tuple(WishOrigin),
        can_ask=why_no_reminder(day, now()) is None,
        token=FlaskForm(),
    )


@bp.get("/participants")
def participants(slug: str) -> ResponseReturnValue:
    """List what each participant wishes, is asked, and has agreed to."""
    day = organized_day_or_404(slug)
    lines = participant_lines(db_session(), day)
    only_without, words = request.args.get("sans") == "1", _typed_name()
    kept = [one for one in named(lines, words) if one.has_none or not only_without]
    shown = asked_page(kept, PAGE_SIZE)
    return render_template(
        "meetup_wishes_review/participants.html",
        day=day,
        lines=shown.rows,
        kept=len(kept),
        total=len(lines),
        without=sum(one.has_none for one in lines),
        only_without=only_without,
        can_ask=why_no_reminder(day, now()) is None,
        words=words,
        page=shown.number,
        pages=shown.pages,
    )


@bp.route("/ajouter", methods=["GET", "POST"])
def add(slug: str) -> ResponseReturnValue:
    """Wish for a participant."""
    day = organized_day_or_404(slug)
    form = StaffWishForm()
    if request.method == "GET":
        form.wisher.data = request.args.get("pour", "")[:200]
    if form.validate_on_submit():
        pair = _named_pair(day, form)
        answer = carried_out(form, lambda: _make(day, form, pair)) if pair else None
        if answer:
            return answer
    body = render_template(
        "meetup_wishes_review/add.html",
        day=day,
        form=form,
        people=day_participants(db_session(), day),
    )
    return body, UNPROCESSABLE if form.errors else 200


@bp.post("/<int:wish_id>/retirer")
def withdraw(slug: str, wish_id: int) -> ResponseReturnValue:
    """Take a wish back for its participant."""
    day = organized_day_or_404(slug)
    check_token()
    wish = db_session().get(MeetupWish, wish_id)
    if wish is None or wish.day_id != day.id:
        abort(404)
    commit_or_flash(
        lambda: withdraw_wish(db_session(), wish, now=now()), _("Le souhait est retiré.")
    )
    return redirect(url_for("meetup_wishes_review.index", slug=slug))


@bp.get("/souhaits.csv")
def export(slug: str) -> Response:
    """Give the wishes kept as a file that can be sent back as a list."""
    day = organized_day_or_404(slug)
    found = review_wishes(db_session(), day, _filters(), limit=MAX_EXPORTED)
    rows = [_row(wish) for wish in found.wishes]
    return attachment(write_csv([_(name) for name in _COLUMNS], rows), CSV_TYPE, "souhaits.csv")


def _row(wish: MeetupWish) -> list[str]:
    cells = [
        wish.wisher.name,
        wish.wished.name,
        _(wish.priority.label),
        wish.message,
        _(wish.state.label),
        _(wish.origin.label),
        _(wish.refusal.label) if wish.refusal else "",
    ]
    return [neutralise(cell) for cell in cells]


def _filters() -> WishFilters:
    asked = request.args
    return WishFilters(
        words=_typed_name(),
        state=next((one for one in WishState if one.value == asked.get("etat")), None),
        priority=next((one for one in WishPriority if one.value == asked.get("priorite")), None),
        origin=next((one for one in WishOrigin if one.value == asked.get("origine")), None),
    )


def _typed_name() -> str:
    return request.args.get("q", "")[:100].strip()


def _named_pair(
    day: MeetupDay, form: StaffWishForm
) -> tuple[MeetupParticipant, MeetupParticipant] | None:
    """Return the two participants that a form names, or say which is unknown beside its field."""
    known = KnownWishes(db_session(), day)
    wisher, wished = (named_or_error(known, field) for field in (form.wisher, form.wished))
    return (wisher, wished) if wisher is not None and wished is not None else None


def _make(
    day: MeetupDay, form: StaffWishForm, pair: tuple[MeetupParticipant, MeetupParticipant]
) -> str:
    terms = WishTerms(form.chosen_priority(), message=(form.message.data or "").strip())
    by = Maker(WishOrigin.STAFF, signed_in_person().id)
    made = make_wish(db_session(), *pair, terms, by=by, now=now())
    told = {
        WishState.ACCEPTED: _("Le souhait est enregistré : le rendez-vous est convenu."),
        WishState.RESERVE: _("Le souhait est gardé en réserve : l’un des deux est complet."),
    }
    flash(told.get(made.state, _("Le souhait est enregistré.")), "success")
    return url_for("meetup_wishes_review.index", slug=day.slug)
