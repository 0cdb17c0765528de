"""The grid of a plan, slot by table: meetings moved by hand, each move checked as it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import (
    Blueprint,
    abort,
    flash,
    get_flashed_messages,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.shortlists import number_in
from models.meetup import MeetupDay, MeetupSlot
from models.meetup_plan import MeetupPlan
from services.errors import Conflict, RuleViolation
from services.meetup_move_checks import Check, MoveBoard, Spot, Verdict
from services.meetup_moves import (
    MOVED_MEANWHILE,
    Refused,
    Seen,
    can_redo,
    can_undo,
    editable_plan,
    is_editable,
    meeting_by_key,
    place_meeting,
    redo,
    set_lock,
    take_out,
    undo,
)
from services.meetup_planning import Placement, placements_of
from services.meetup_why import unplaced_meetings
from views.access import signed_in_person
from views.meetup_grid_window import cells_of, moments_of, rooms_of, window_around, window_of
from views.meetup_move_words import check_text, reason_text
from views.meetup_plan_access import DayNames, board_names, plan_or_404
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from vocabulary.meetups import PlanState

bp = Blueprint(
    "meetup_grid", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/plannings/<int:number>"
)
MOST_UNPLACED: Final = 25


@bp.get("/grille")
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show a part of the grid, with what is wrong in it and what has no place."""
    day, plan = _ready_plan(slug, number)
    board = MoveBoard(db_session(), day, placements_of(db_session(), plan.id))
    names = board_names(day, board)
    if not board.tables or not board.slots:
        abort(404)
    window = window_of(day, board)
    return render_template(
        "meetup_grid/show.html",
        day=day,
        plan=plan,
        window=window,
        rooms=rooms_of(board),
        moments=moments_of(day),
        names=names,
        cells=cells_of(board, window),
        wrong=[one for one in board.held.values() if board.faults(one)],
        faults={
            one.key: [reason_text(names, board, reason) for reason in board.faults(one)]
            for one in board.held.values()
        },
        unplaced=[one for one in unplaced_meetings(plan) if one.key not in board.held][
            :MOST_UNPLACED
        ],
        is_editable=is_editable(day, plan),
        can_undo=can_undo(plan),
        can_redo=can_redo(plan),
        form=FlaskForm(),
    )


def _ready_plan(slug: str, number: int) -> tuple[MeetupDay, MeetupPlan]:
    day, plan = plan_or_404(slug, number)
    if plan.state is not PlanState.READY:
        abort(404)
    return day, plan


@bp.get("/grille/cases")
def cells(slug: str, number: int) -> ResponseReturnValue:
    """Tell, for each cell of the part shown, what dropping a meeting there would do."""
    day, plan = _ready_plan(slug, number)
    board = MoveBoard(db_session(), day, placements_of(db_session(), plan.id))
    names = board_names(day, board)
    meeting = meeting_by_key(db_session(), board, request.args.get("rencontre", ""))
    if meeting is None:
        abort(404)
    window = window_of(day, board)
    found = {}
    for table in window.tables:
        for slot in window.slots:
            check = board.check(meeting, Spot(slot.id, table.id))
            found[f"{slot.id}-{table.id}"] = [check.verdict, check_text(names, board, check)]
    return jsonify(name=names.meeting(meeting.key, meeting.participants), cells=found)


@bp.get("/grille/rencontres/<key>")
def choose(slug: str, number: int, key: str) -> ResponseReturnValue:
    """Show one meeting, and by slot the tables where it can go: the moves without scripts."""
    day, plan = _ready_plan(slug, number)
    board = MoveBoard(db_session(), day, placements_of(db_session(), plan.id))
    names = board_names(day, board)
    meeting = meeting_by_key(db_session(), board, key)
    if meeting is None:
        abort(404)
    held = board.held.get(key)
    return render_template(
        "meetup_grid/choose.html",
        day=day,
        plan=plan,
        meeting=meeting,
        held=held,
        names=names,
        window_values=window_around(day, board, held),
        options=_options(board, names, meeting),
        faults=[reason_text(names, board, one) for one in board.faults(held)] if held else [],
        form=FlaskForm(),
    )


@dataclass(frozen=True, slots=True)
class SlotOptions:
    """Where a meeting can go in one slot, or why it cannot."""

    slot: MeetupSlot
    choices: Sequence[tuple[str, str]]
    """Value of the form, words."""
    refusal: str


def _options(board: MoveBoard, names: DayNames, meeting: Placement) -> list[SlotOptions]:
    found = []
    for slot in board.slots.values():
        checks = {
            table_id: board.check(meeting, Spot(slot.id, table_id)) for table_id in board.tables
        }
        free = [
            (
                f"{slot.id}-{table_id}-{check.swapped or ''}",
                f"{names.table(table_id)} : {check_text(names, board, check)}",
            )
            for table_id, check in sorted(checks.items(), key=lambda one: one[1].verdict != "free")
            if check.verdict in {Verdict.FREE, Verdict.SWAP}
        ]
        refused = next(iter(checks.values()), Check(Verdict.REFUSED))
        found.append(SlotOptions(slot, free, "" if free else check_text(names, board, refused)))
    return found


@bp.post("/grille/deplacer")
def move(slug: str, number: int) -> ResponseReturnValue:
    """Move a meeting, exchange two, or put in one that had no place."""
    day, plan = _ready_plan(slug, number)
    target = _target()

    def act() -> MeetupPlan:
        edited = _editable(day, plan)
        seen = Seen(_spot(request.form.get("depuis")), target[1])
        check = place_meeting(
            db_session(), edited, request.form.get("rencontre", ""), target[0], seen=seen
        )
        is_swap = check.verdict is Verdict.SWAP
        flash(
            _("Les deux rendez-vous sont échangés.")
            if is_swap
            else _("Le rendez-vous est déplacé."),
            "success",
        )
        return edited

    return _carry(day, plan, act)


def _target() -> tuple[Spot, str | None]:
    """Return the cell that the form names, and the meeting the person saw there."""
    slot_id, table_id, occupant = (*request.form.get("vers", "").split("-", 2), "", "", "")[:3]
    spot = _spot(f"{slot_id}-{table_id}")
    if spot is None:
        abort(400)
    return spot, occupant or None


def _spot(text: str | None) -> Spot | None:
    slot_id, _dash, table_id = (text or "").partition("-")
    slot, table = number_in(slot_id), number_in(table_id)
    return None if slot is None or table is None else Spot(slot, table)


@bp.post("/grille/sortir")
def remove(slug: str, number: int) -> ResponseReturnValue:
    """Take a meeting out of the plan."""
    day, plan = _ready_plan(slug, number)

    def act() -> MeetupPlan:
        edited = _editable(day, plan)
        seen = Seen(_spot(request.form.get("depuis")), None)
        take_out(db_session(), edited, request.form.get("rencontre", ""), seen=seen)
        flash(_("Le rendez-vous est sorti du planning ; vous pouvez l’annuler."), "success")
        return edited

    return _carry(day, plan, act)


@bp.post("/grille/<any(verrouiller,deverrouiller):action>")
def lock(slug: str, number: int, action: str) -> ResponseReturnValue:
    """Keep a meeting where it is in the next calculations, or no longer."""
    day, plan = _ready_plan(slug, number)
    is_locked = action == "verrouiller"

    def act() -> MeetupPlan:
        set_lock(db_session(), plan, request.form.get("rencontre", ""), is_locked=is_locked)
        flash(
            _("Le rendez-vous est verrouillé : les prochains calculs peuvent la garder ici.")
            if is_locked
            else _("Le rendez-vous n’est plus verrouillé."),
            "success",
        )
        return plan

    return _carry(day, plan, act)


@bp.post("/grille/<any(annuler,retablir):action>")
def history(slug: str, number: int, action: str) -> ResponseReturnValue:
    """Take back the last move, or make it again."""
    day, plan = _ready_plan(slug, number)

    def act() -> MeetupPlan:
        if not is_editable(day, plan):
            raise Conflict(MOVED_MEANWHILE)
        (undo if action == "annuler" else redo)(db_session(), plan)
        flash(
            _("Le déplacement est annulé.")
            if action == "annuler"
            else _("Le déplacement est refait."),
            "success",
        )
        return plan

    return _carry(day, plan, act)


def _editable(day: MeetupDay, plan: MeetupPlan) -> MeetupPlan:
    edited = editable_plan(db_session(), day, plan, person=signed_in_person(), now=now())
    if edited is not plan:
        flash(
            _(
                "Vos changements sont dans une copie, le planning %(number)s : l’original reste "
                "tel quel.",
                number=edited.number,
            ),
            "info",
        )
    return edited


def _carry(day: MeetupDay, plan: MeetupPlan, act: Callable[[], MeetupPlan]) -> ResponseReturnValue:
    """Make a move and commit; say what came of it on the grid, or to the script that asked."""
    session = db_session()
    back: dict[str, Any] = {
        name: request.form[name] for name in ("salle", "moment", "page") if name in request.form
    }
    try:
        edited = act()
        session.commit()
    except Conflict as conflict:
        session.rollback()
        if _wants_json():
            return jsonify(message=refusal_words(conflict)), CONFLICT
        raise
    except RuleViolation as refusal:
        session.rollback()
        get_flashed_messages()
        message = _refused_words(day, plan, refusal)
        if _wants_json():
            return jsonify(message=message), UNPROCESSABLE
        flash(message, "warning")
        return redirect(url_for(".show", slug=day.slug, number=plan.number, **back))
    url = url_for(".show", slug=day.slug, number=edited.number, **back)
    if not _wants_json():
        return redirect(url)
    if edited is not plan:
        return jsonify(url=url)
    return jsonify(message=" ".join(map(str, get_flashed_messages())))


def _refused_words(day: MeetupDay, plan: MeetupPlan, refusal: RuleViolation) -> str:
    if not isinstance(refusal, Refused):
        return refusal_words(refusal)
    board = MoveBoard(db_session(), day, placements_of(db_session(), plan.id))
    text = check_text(board_names(day, board), board, refusal.check)
    return text[:1].upper() + text[1:]


def _wants_json() -> bool:
    types = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(types) == "application/json"
