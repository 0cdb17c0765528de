"""Plans of a meetup day: compared at a glance, calculated live, named, published, undone."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_plans import LaunchForm, NameForm
from forms.once import OnceForm
from forms.shortlists import number_in
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.errors import Conflict, RuleViolation
from services.meetup_moves import copy_to_edit
from services.meetup_plan_diff import Difference, PlanDifference, compare
from services.meetup_plan_lists import locked_counts, publication_effect
from services.meetup_planning import placements_of
from services.meetup_plans import (
    SLOW_START,
    UNDER_WAY,
    PlanOrder,
    ask_stop,
    delete_plan,
    plan_by_number,
    plans_of,
    publish_plan,
    published_plan,
    rename_plan,
    request_plan,
    restart_plan,
    unpublish_plan,
)
from services.text_keys import name_key
from views.access import organized_day_or_404, signed_in_person
from views.list_pages import asked_page
from views.meetup_conflict_words import conflict_lines
from views.meetup_plan_access import DayNames, day_names, plan_or_404, plan_title
from views.meetup_plan_words import empty_words, guarantees_of, person_lines
from views.once import carried_out_or_told, carry_out
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_words
from vocabulary.meetups import PlanState

A_PAGE: Final = 20
PEOPLE_SHOWN: Final = 100
bp = Blueprint("meetup_plans", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/plannings")


@bp.app_template_global()
def planning_title(plan: MeetupPlan) -> str:
    """Return what a plan is called."""
    return plan_title(plan)


@bp.get("")
def index(slug: str) -> ResponseReturnValue:
    """Compare the plans of the day at a glance."""
    day = organized_day_or_404(slug)
    plans = plans_of(db_session(), day)
    return render_template(
        "meetup_plans/index.html",
        day=day,
        plans=plans,
        guarantees={plan.id: guarantees_of(day, plan) for plan in plans},
        is_computing=any(plan.state in UNDER_WAY for plan in plans),
        form=FlaskForm(),
    )


@bp.route("/nouveau", methods=["GET", "POST"])
def launch(slug: str) -> ResponseReturnValue:
    """Ask for a calculation."""
    day = organized_day_or_404(slug)
    session = db_session()
    form = LaunchForm(close=day.published_plan_id is not None)
    locked = locked_counts(session, day)
    form.offer_locks([(str(plan.number), _locks_label(plan, count)) for plan, count in locked])
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _begin(day, form))
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
    page = render_template("meetup_plans/launch.html", day=day, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _locks_label(plan: MeetupPlan, count: int) -> str:
    return str(_("Celles du %(plan)s (%(count)s)", plan=plan_title(plan).lower(), count=count))


def _begin(day: MeetupDay, form: LaunchForm) -> str:
    number = number_in(form.locks.data)
    base = plan_by_number(db_session(), day, number) if number is not None else None
    order = PlanOrder(
        seconds=int(form.seconds.data),
        seed=form.seed.data or 0,
        asks_proof=bool(form.proof.data),
        name=form.name.data or "",
        keeps_locks_of=base,
        stays_close_to=published_plan(db_session(), day) if form.close.data else None,
    )
    plan = request_plan(db_session(), day, order, person=signed_in_person(), now=now())
    return url_for("meetup_plans.show", slug=day.slug, number=plan.number)


@bp.get("/<int:number>")
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show a plan: how far its calculation is, or what it guarantees."""
    day, plan = plan_or_404(slug, number)
    people = person_lines(day, plan) if plan.state is PlanState.READY else ()
    return render_template(
        "meetup_plans/show.html",
        day=day,
        plan=plan,
        **_standing(plan),
        guarantees=guarantees_of(day, plan),
        people=people,
        people_page=asked_page(people, PEOPLE_SHOWN, parameter="participants"),
        conflicts=conflict_lines(day, plan),
        others=[one for one in plans_of(db_session(), day) if one.state is PlanState.READY],
        form=OnceForm(),
    )


def _standing(plan: MeetupPlan) -> dict[str, Any]:
    moment = now()
    begun = plan.started_at or plan.created_at
    return {
        "is_under_way": plan.state in UNDER_WAY,
        "is_late": plan.state is PlanState.QUEUED and plan.created_at < moment - SLOW_START,
        "seconds": max(0, int(((plan.finished_at or moment) - begun).total_seconds())),
    }


@bp.get("/<int:number>/avancement")
def progress(slug: str, number: int) -> ResponseReturnValue:
    """Give how far a calculation is, for the page that shows it to replace its own."""
    day, plan = plan_or_404(slug, number)
    return render_template("meetup_plans/_progress.html", day=day, plan=plan, **_standing(plan))


@bp.post("/<int:number>/<any(arreter,relancer,dupliquer):action>")
def act(slug: str, number: int, action: str) -> ResponseReturnValue:
    """Stop a calculation, begin it again, or copy a plan; a double click does it once."""
    day, plan = plan_or_404(slug, number)
    actions: dict[str, Callable[[MeetupDay, MeetupPlan], MeetupPlan]] = {
        "arreter": _stop,
        "relancer": _restart,
        "dupliquer": _duplicate,
    }

    def done() -> str:
        shown = actions[action](day, plan)
        return url_for("meetup_plans.show", slug=slug, number=shown.number)

    here = url_for("meetup_plans.show", slug=slug, number=number)
    return carried_out_or_told(OnceForm(), done, otherwise=here)


def _stop(_day: MeetupDay, plan: MeetupPlan) -> MeetupPlan:
    ask_stop(plan)
    flash(_("L’arrêt est demandé : le meilleur planning trouvé jusqu’ici est gardé."), "info")
    return plan


def _restart(_day: MeetupDay, plan: MeetupPlan) -> MeetupPlan:
    restart_plan(db_session(), plan, now=now())
    return plan


def _duplicate(day: MeetupDay, plan: MeetupPlan) -> MeetupPlan:
    copy = copy_to_edit(db_session(), day, plan, person=signed_in_person(), now=now())
    flash(_("Voici une copie : vos changements n’y touchent pas l’original."), "success")
    return copy


@bp.route("/<int:number>/renommer", methods=["GET", "POST"])
def rename(slug: str, number: int) -> ResponseReturnValue:
    """Give a plan another name."""
    day, plan = plan_or_404(slug, number)
    form = NameForm(name=plan.name)
    if form.validate_on_submit():
        rename_plan(plan, form.name.data or "")
        db_session().commit()
        flash(_("Le planning a changé de nom."), "success")
        return redirect(url_for("meetup_plans.show", slug=day.slug, number=number))
    page = render_template("meetup_plans/rename.html", day=day, plan=plan, form=form)
    return page, UNPROCESSABLE if form.errors else 200


@bp.route("/<int:number>/supprimer", methods=["GET", "POST"])
def delete(slug: str, number: int) -> ResponseReturnValue:
    """Delete a plan, once confirmed."""
    day, plan = plan_or_404(slug, number)
    form = FlaskForm()
    if form.validate_on_submit() and "confirmer" in request.form:
        done = commit_or_flash(
            lambda: delete_plan(db_session(), day, plan),
            _("« %(title)s » est supprimé.", title=plan_title(plan)),
        )
        if done:
            return redirect(url_for("meetup_plans.index", slug=slug))
        return redirect(url_for("meetup_plans.show", slug=slug, number=number))
    return render_template("meetup_plans/delete.html", day=day, plan=plan, form=form)


@bp.route("/<int:number>/publier", methods=["GET", "POST"])
def publish(slug: str, number: int) -> ResponseReturnValue:
    """Publish a plan once the person has read who will be told."""
    day, plan = plan_or_404(slug, number)
    form = FlaskForm()
    session = db_session()
    if form.validate_on_submit() and "confirmer" in request.form:
        _decide_once(
            day,
            plan.id,
            lambda: publish_plan(session, plan, person=signed_in_person(), now=now()),
            _("Le planning est publié : chacun reçoit ce qui change pour lui."),
        )
        return redirect(url_for("meetup_plans.show", slug=slug, number=number))
    return render_template(
        "meetup_plans/publish.html",
        day=day,
        plan=plan,
        empty=empty_words(plan),
        effect=publication_effect(session, day, plan),
        previous=published_plan(session, day),
        form=form,
    )


def _decide_once(
    day: MeetupDay, wanted: int | None, action: Callable[[], object], done: str
) -> None:
    """Change which plan is published; a double click finds it so and has nothing to say.

    Raises:
        Conflict: somebody else decided otherwise meanwhile.
    """
    if day.published_plan_id == wanted:
        return
    try:
        commit_or_flash(action, done)
    except Conflict:
        db_session().refresh(day)
        if day.published_plan_id != wanted:
            raise


@bp.route("/retirer", methods=["GET", "POST"])
def unpublish(slug: str) -> ResponseReturnValue:
    """Withdraw the published plan once the person has read who will be told."""
    day = organized_day_or_404(slug)
    form = FlaskForm()
    session = db_session()
    if form.validate_on_submit() and "confirmer" in request.form:
        _decide_once(
            day,
            None,
            lambda: unpublish_plan(session, day, person=signed_in_person(), now=now()),
            _("Aucun planning n’est plus publié."),
        )
        return redirect(url_for("meetup_plans.index", slug=slug))
    return render_template(
        "meetup_plans/unpublish.html",
        day=day,
        plan=published_plan(session, day),
        effect=publication_effect(session, day, None),
        form=form,
    )


@bp.get("/comparer")
def diff(slug: str) -> ResponseReturnValue:
    """Show what differs between two plans, meeting by meeting and for each participant."""
    day = organized_day_or_404(slug)
    session = db_session()
    plans = [one for one in plans_of(session, day) if one.state is PlanState.READY]
    before, after = (_asked_plan(plans, name) for name in ("avant", "apres"))
    found = None
    if before is not None and after is not None:
        found = compare(placements_of(session, before.id), placements_of(session, after.id))
    names = day_names(day) if found else None
    asked = request.args.get("q", "").strip()
    people = _by_name(found, names, asked) if found and names else []
    shown = asked_page(people, A_PAGE)
    return render_template(
        "meetup_plans/diff.html",
        day=day,
        plans=plans,
        before=before,
        after=after,
        found=found,
        kinds=Difference,
        names=names,
        people=shown.rows,
        asked=asked,
        page=shown.number,
        pages=shown.pages,
    )


def _by_name(found: PlanDifference, names: DayNames, asked: str) -> list[tuple[str, Any]]:
    """Return what changes for each participant whose name is asked for, in alphabetical order."""
    lines = [(names.person(number), own) for number, own in found.people.items()]
    wanted = [line for line in lines if name_key(asked) in name_key(line[0])]
    return sorted(wanted, key=lambda line: name_key(line[0]))


def _asked_plan(plans: Iterable[MeetupPlan], name: str) -> MeetupPlan | None:
    number = number_in(request.args.get(name))
    return next((one for one in plans if one.number == number), None)
