"""The welcome desk of a meetup day: who is expected, arrivals by list, by badge or by code."""

from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
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
from extensions.template_context import hour_at
from forms.meetup_presence import BadgeForm, MomentForm
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee
from services.errors import RuleViolation
from services.meetup_absences import note_absent
from services.meetup_badges import attendee_of_badge, attendee_of_code
from services.meetup_clock import is_today
from services.meetup_door import (
    DoorLine,
    DoorView,
    announced_hours,
    chosen_lines,
    count_lines,
    door_lines,
    latecomers,
    next_meetings,
    participants_of,
)
from services.meetup_presence import Arrival, check_in, is_hour_known, undo_check_in
from views.access import organized_day_or_404, signed_in_person
from views.addresses import LARGEST_KEY
from views.list_pages import asked_page
from views.meetup_moments import starts_to_come
from views.refusals import UNPROCESSABLE, flash_refusal, refusal_words

bp = Blueprint("meetup_presence", __name__)
_BASE: Final = "/pilotage/rencontres/<slug:slug>/jour-j"
# The camera is asked for on one page; everywhere else the site forbids it to itself.
_WITH_CAMERA: Final = "geolocation=(), camera=(self), microphone=()"
PER_PAGE: Final = 250
_LONGEST_WORDS: Final = 120
_KEYS: Final = range(1, LARGEST_KEY + 1)
_MOST_TICKED: Final = 500
# Ten minutes of calls: who comes meanwhile leaves the list, and others take their place.
_MOST_AWAITED: Final = 150


@bp.get(_BASE)
def index(slug: str) -> ResponseReturnValue:
    """List the people expected, arrived or absent."""
    day = organized_day_or_404(slug)
    lines = door_lines(db_session(), day)
    words = request.args.get("q", "")[:_LONGEST_WORDS].strip()
    asked = {one.value: one for one in DoorView}.get(request.args.get("vue", ""))
    # Words typed are looked for among everybody: the person may have been noted already.
    view = asked or (DoorView.ALL if words else DoorView.EXPECTED)
    found = chosen_lines(lines, view, words)
    shown = asked_page(found, PER_PAGE)
    return render_template(
        "meetup_presence/index.html",
        day=day,
        counts=count_lines(lines),
        view=view,
        views=tuple(DoorView),
        words=words,
        found=shown.rows,
        page=shown.number,
        pages=shown.pages,
        is_today=is_today(day, now()),
        check_url=url_for("meetup_presence.check", slug=day.slug, **_asked()),
        said=lambda line: hour_words(day, line),
        form=FlaskForm(),
    )


@bp.post(f"{_BASE}/arrivees")
def check(slug: str) -> ResponseReturnValue:
    """Note an arrival from the list, or take one back; both are the same when sent twice."""
    day = organized_day_or_404(slug)
    session = db_session()
    is_undone = "undo" in request.form
    number = request.form.get("undo" if is_undone else "attendee", type=int)
    if number is None:
        abort(400)
    attendee = _attendee_or_404(day, number)
    try:
        if is_undone:
            said = _undone_words(attendee, is_new=undo_check_in(session, attendee))
        else:
            said = arrival_words(check_in(session, attendee, person=signed_in_person(), now=now()))
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        if _wants_json():
            return jsonify(error=refusal_words(refusal)), UNPROCESSABLE
        flash_refusal(refusal)
        return redirect(_back(day))
    if _wants_json():
        return jsonify(said=said, **_state(day))
    flash(said, "success")
    return redirect(_back(day))


@bp.get(f"{_BASE}/etat.json")
def state(slug: str) -> ResponseReturnValue:
    """Give the counts and the arrivals, for a list that is open while others note arrivals."""
    return jsonify(_state(organized_day_or_404(slug)))


def _state(day: MeetupDay) -> dict[str, Any]:
    lines = door_lines(db_session(), day)
    counts = count_lines(lines)
    return {
        "counts": counts_words(counts.arrived, counts.people),
        "arrived": {line.attendee_id: hour_words(day, line) for line in lines if line.arrived_at},
    }


@bp.route(f"{_BASE}/retards", methods=["GET", "POST"])
def late(slug: str) -> ResponseReturnValue:
    """List the bodies that are awaited at a table; note those that will not come."""
    day = organized_day_or_404(slug)
    moment = now()
    form = MomentForm()
    form.offer_starts(starts_to_come(day, moment))
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        ticked = request.form.getlist("participant", type=int)[:_MOST_TICKED]
        if not ticked:
            form.form_errors.append(_("Cochez au moins une structure absente."))
        elif form.validate() and _note_absent(day, ticked, form):
            return redirect(url_for("meetup_repairs.show", slug=day.slug))
    session = db_session()
    found = latecomers(
        door_lines(session, day),
        next_meetings(session, day, now=moment),
        announced_hours(session, day, now=moment),
        now=moment,
    )
    page = render_template(
        "meetup_presence/late.html",
        day=day,
        found=found[:_MOST_AWAITED],
        left_out=len(found) - _MOST_AWAITED,
        form=form,
        ticked=request.form.getlist("participant", type=int),
        token=FlaskForm(),
    )
    return page, status


def _note_absent(day: MeetupDay, ticked: list[int], form: MomentForm) -> bool:
    session, moment = db_session(), now()
    chosen = participants_of(session, day, ticked)
    if len(chosen) < len(set(ticked)):
        abort(404)
    try:
        noted = note_absent(session, chosen, since=form.instant(moment), now=moment)
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        form.form_errors.append(refusal_words(refusal))
        return False
    if noted:
        names = ", ".join(one.name for one in noted)
        flash(_("Absence notée : %(names)s.", names=names), "success")
    else:
        flash(_("C’était déjà noté."), "info")
    return True


@bp.route(f"{_BASE}/lecteur", methods=["GET", "POST"])
def reader(slug: str) -> ResponseReturnValue:
    """Read badges with the camera where the browser can, or type their code."""
    day = organized_day_or_404(slug)
    form = BadgeForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                attendee = attendee_of_code(db_session(), day, form.code.data or "")
            except RuleViolation as refusal:
                form.code.errors = [refusal_words(refusal)]
            else:
                return redirect(_badge_page(day, attendee.badge_key, is_reading=True))
    page = render_template("meetup_presence/reader.html", day=day, form=form)
    response = Response(page, status)
    response.headers["Permissions-Policy"] = _WITH_CAMERA
    return response


@bp.route("/rencontres/<slug:slug>/badge/<string:badge_key>", methods=["GET", "POST"])
def scan(slug: str, badge_key: str) -> ResponseReturnValue:
    """Show whose badge it is; one press notes the arrival. Reading alone changes nothing."""
    day = organized_day_or_404(slug)
    session, moment = db_session(), now()
    attendee = attendee_of_badge(session, badge_key)
    if attendee is None:
        return render_template("meetup_presence/unknown_badge.html", day=day), 404
    if attendee.day_id != day.id:
        other = attendee.participant.day
        return render_template("meetup_presence/other_day.html", day=day, other=other), 409
    form = FlaskForm()
    status, refused = 200, ""
    if form.is_submitted():
        if not form.validate():
            abort(400)
        try:
            flash(
                arrival_words(check_in(session, attendee, person=signed_in_person(), now=moment)),
                "success",
            )
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            status, refused = UNPROCESSABLE, refusal_words(refusal)
        else:
            is_reading = "lecteur" in request.values
            return redirect(_badge_page(day, badge_key, is_reading=is_reading))
    page = render_template(
        "meetup_presence/scan.html",
        day=day,
        attendee=attendee,
        meeting=next_meetings(session, day, now=moment).get(attendee.participant_id),
        refused=refused,
        is_reading="lecteur" in request.values,
        form=form,
    )
    return page, status


def _badge_page(day: MeetupDay, badge_key: str, *, is_reading: bool) -> str:
    more: dict[str, Any] = {"lecteur": "1"} if is_reading else {}
    return url_for("meetup_presence.scan", slug=day.slug, badge_key=badge_key, **more)


def arrival_words(arrival: Arrival) -> str:
    """Return what noting an arrival came to, in one sentence."""
    attendee = arrival.attendee
    at = attendee.arrived_at
    zone = attendee.participant.day.zone
    if at is None:  # taken back meanwhile by somebody else
        return str(_("L’arrivée de %(name)s vient d’être annulée.", name=attendee.name))
    if not arrival.is_new:
        return str(
            _(
                "%(name)s : arrivée déjà notée à %(hour)s.",
                name=attendee.name,
                hour=hour_at(at, zone),
            )
        )
    if arrival.was_absent:
        return str(
            _(
                "%(name)s : arrivée notée à %(hour)s. Sa structure était notée absente : elle ne "
                "l’est plus, voyez les réparations.",
                name=attendee.name,
                hour=hour_at(at, zone),
            )
        )
    if not is_hour_known(attendee.participant.day, at):
        return str(_("%(name)s : présence notée, sans heure.", name=attendee.name))
    return str(
        _("%(name)s : arrivée notée à %(hour)s.", name=attendee.name, hour=hour_at(at, zone))
    )


def _attendee_or_404(day: MeetupDay, number: int) -> MeetupAttendee:
    attendee = db_session().get(MeetupAttendee, number) if number in _KEYS else None
    if attendee is None or attendee.day_id != day.id:
        abort(404)
    return attendee


def _undone_words(attendee: MeetupAttendee, *, is_new: bool) -> str:
    if is_new:
        return str(_("%(name)s : arrivée annulée.", name=attendee.name))
    return str(_("%(name)s : il n’y avait pas d’arrivée à annuler.", name=attendee.name))


def counts_words(arrived: int, people: int) -> str:
    """Return how many have come of how many."""
    return str(_("%(arrived)s sur %(people)s", arrived=arrived, people=people))


def hour_words(day: MeetupDay, line: DoorLine) -> str:
    """Return the hour at which somebody came, as the list shows it."""
    if line.arrived_at is None:
        return ""
    if not is_hour_known(day, line.arrived_at):
        return str(_("présence notée, sans heure"))
    return str(_("arrivée à %(hour)s", hour=hour_at(line.arrived_at, day.zone)))


def _back(day: MeetupDay) -> str:
    """Return the list as it was asked for."""
    return url_for("meetup_presence.index", slug=day.slug, **_asked())


def _asked() -> dict[str, Any]:
    asked = request.args
    kept = {name: asked[name][:_LONGEST_WORDS] for name in ("q", "vue", "page") if asked.get(name)}
    return dict(kept)


def _wants_json() -> bool:
    types = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(types) == "application/json"
