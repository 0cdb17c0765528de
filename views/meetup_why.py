"""« Pourquoi pas placé ? »: for every wish that a plan does not hold, why, and what would help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from models.meetup_plan import MeetupPlan
from services.errors import RuleViolation
from services.meetup_imposing import impose_meeting
from services.meetup_why import (
    Explanation,
    UnplacedMeeting,
    WhyGroup,
    explain_in,
    read_plan,
    unplaced_meetings,
)
from services.text_keys import name_key
from views.access import signed_in_person
from views.list_pages import asked_page
from views.meetup_plan_access import DayNames, day_names, plan_or_404
from views.meetup_why_words import price_sentence, reason_sentences
from views.refusals import flash_refusal

bp = Blueprint(
    "meetup_why",
    __name__,
    url_prefix="/pilotage/rencontres/<slug:slug>/plannings/<int:number>/non-places",
)
# Each is looked at closely: a page of them takes well under a second on the largest days.
A_PAGE: Final = 15


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One wish without a place: who, why, what it would take."""

    meeting: UnplacedMeeting
    title: str
    reasons: tuple[str, ...]
    price: str


@bp.get("")
def index(slug: str, number: int) -> ResponseReturnValue:
    """List the wishes without a place, what is worth most first, or those of one participant."""
    day, plan = plan_or_404(slug, number)
    read, held = read_plan(db_session(), day, plan)
    names = day_names(day, read.names)
    asked = request.args.get("q", "").strip()
    kind = _asked_group()
    everyone = list(unplaced_meetings(plan))
    found = [one for one in everyone if _suits(names, one, asked) and kind in {None, one.group}]
    shown = asked_page(found, A_PAGE)
    return render_template(
        "meetup_why/index.html",
        day=day,
        plan=plan,
        lines=_lines(names, shown.rows, explain_in(read, held, [one.key for one in shown.rows])),
        counts={group: sum(one.group is group for one in everyone) for group in WhyGroup},
        total=plan.unplaced.get("count", 0),
        asked=asked,
        kind=kind,
        page=shown.number,
        pages=shown.pages,
    )


def _asked_group() -> WhyGroup | None:
    try:
        return WhyGroup(request.args.get("motif", ""))
    except ValueError:
        return None


def _suits(names: DayNames, one: UnplacedMeeting, asked: str) -> bool:
    wanted = name_key(asked)
    return not wanted or wanted in name_key(names.meeting(one.key, one.participants))


def _lines(
    names: DayNames,
    meetings: Sequence[UnplacedMeeting],
    found: Mapping[str, Explanation],
) -> list[WhyLine]:
    return [
        WhyLine(
            one,
            names.meeting(one.key, one.participants),
            reason_sentences(names, found.get(one.key)),
            price_sentence(names, found.get(one.key)),
        )
        for one in meetings
    ]


@bp.post("/imposer")
def impose(slug: str, number: int) -> ResponseReturnValue:
    """Impose a meeting on the next calculations."""
    day, plan = plan_or_404(slug, number)
    try:
        impose_meeting(
            db_session(),
            day,
            plan,
            request.form.get("rencontre", ""),
            person=signed_in_person(),
            now=now(),
        )
        db_session().commit()
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        flash(_("Le rendez-vous est imposé : le prochain calcul le placera."), "success")
    back: dict[str, Any] = {
        name: request.form[name] for name in ("q", "motif", "page") if request.form.get(name)
    }
    return redirect(url_for(".index", slug=slug, number=number, **back))


def public_reasons(plan: MeetupPlan, participant_id: int) -> dict[int, str]:
    """Return, by the other participant, why one's wishes have no place: codes of ``why_not``."""
    found: dict[int, str] = {}
    for one in unplaced_meetings(plan):
        if participant_id in one.participants:
            code = one.group.value
            if one.group is WhyGroup.CAP:
                code = "own-cap" if participant_id in one.people else "other-cap"
            found |= {other: code for other in one.participants if other != participant_id}
    return found
