"""« Pourquoi pas placé ? »: for every wish that a plan does not hold, why, and what would help."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.shortlists import number_in
from models.meetup_plan import MeetupPlan
from services.errors import RuleViolation
from services.meetup_imposing import impose_meeting
from services.meetup_planning import placements_of
from services.meetup_why import UnplacedMeeting, WhyCode, unplaced_meetings
from services.text_keys import name_key
from views.access import signed_in_person
from views.meetup_plan_access import DayNames, day_names, plan_or_404
from views.refusals import flash_refusal

bp = Blueprint(
    "meetup_why",
    __name__,
    url_prefix="/pilotage/rencontres/<slug:slug>/plannings/<int:number>/non-places",
)
A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One wish without a place: who, why, what would have to give way."""

    meeting: UnplacedMeeting
    title: str
    reason: str
    price: str


@bp.get("")
def index(slug: str, number: int) -> ResponseReturnValue:
    """List the wishes without a place, what is worth most first, or those of one participant."""
    day, plan = plan_or_404(slug, number)
    names = day_names(day)
    asked = request.args.get("q", "").strip()
    kind = _asked_code()
    everyone = list(unplaced_meetings(plan))
    found = [one for one in everyone if _suits(names, one, asked) and kind in {None, one.code}]
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, number_in(request.args.get("page")) or 1), pages)
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    return render_template(
        "meetup_why/index.html",
        day=day,
        plan=plan,
        lines=why_lines(plan, names, shown),
        counts={code: sum(one.code is code for one in everyone) for code in WhyCode},
        count=len(found),
        total=plan.unplaced.get("count", 0),
        asked=asked,
        kind=kind,
        page=page,
        pages=pages,
        form=FlaskForm(),
    )


def _asked_code() -> WhyCode | None:
    try:
        return WhyCode(request.args.get("motif", ""))
    except ValueError:
        return None


def _suits(names: DayNames, one: UnplacedMeeting, asked: str) -> bool:
    wanted = name_key(asked)
    return not wanted or wanted in name_key(names.meeting(one.key, one.participants))


def why_lines(
    plan: MeetupPlan, names: DayNames, meetings: Iterable[UnplacedMeeting]
) -> list[WhyLine]:
    """Return unplaced meetings in words."""
    held = {one.key: one.participants for one in placements_of(db_session(), plan.id)}
    return [
        WhyLine(
            one,
            names.meeting(one.key, one.participants),
            reason_of(names, one),
            _price(names, one, held),
        )
        for one in meetings
    ]


def reason_of(names: DayNames, one: UnplacedMeeting) -> str:
    """Return why a meeting has no place, in one sentence for organisers."""
    people = _(" et ").join(names.person(number) for number in one.people)
    texts = {
        WhyCode.NO_COMMON_SLOT: lambda: _("Aucun créneau où les deux soient disponibles."),
        WhyCode.CAP: lambda: _(
            "Agenda complet : %(people)s, avec des rencontres qui valent davantage.", people=people
        ),
        WhyCode.TABLES: lambda: _(
            "Aux heures où les deux sont libres, toutes les tables sont prises."
        ),
        WhyCode.OUTBID: lambda: _(
            "Pas d’heure libre commune : %(people)s a d’autres rencontres, que le calcul a "
            "préférées.",
            people=people,
        ),
    }
    return str(texts[one.code]())


def _price(names: DayNames, one: UnplacedMeeting, held: dict[str, tuple[int, ...]]) -> str:
    """Return what would have to give way, and when; nothing when nothing would help."""
    rivals = [key for key in one.rivals if key in held]
    if one.slot_id is None or not rivals:
        return ""
    named = ", ".join(f"« {names.meeting(key, held[key])} »" for key in rivals)
    return str(
        _(
            "Pour la placer à %(hour)s, il faudrait déplacer ou retirer %(meetings)s.",
            hour=names.hour(one.slot_id),
            meetings=named,
        )
    )


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
        flash(_("La rencontre est imposée : le prochain calcul la placera."), "success")
    back: dict[str, Any] = {
        name: request.form[name] for name in ("q", "motif", "page") if request.form.get(name)
    }
    return redirect(url_for(".index", slug=slug, number=number, **back))


def public_reasons(plan: MeetupPlan, participant_id: int) -> dict[int, str]:
    """Return, by the other participant, why one's wishes have no place: codes of ``why_not``."""
    found: dict[int, str] = {}
    for one in unplaced_meetings(plan):
        if participant_id in one.participants:
            code = one.code.value
            if one.code is WhyCode.CAP:
                code = "own-cap" if participant_id in one.people else "other-cap"
            found |= {other: code for other in one.participants if other != participant_id}
    return found
