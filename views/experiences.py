"""« Retours d’expérience »: the public page of one, writing one, answering one."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from forms.choices import Pairs
from forms.experiences import ExperienceForm, ReplyForm
from models.evidence import Experience
from models.organization import Organization
from services.errors import RuleViolation
from services.experience_contents import ExperienceContent, StaleExperience
from services.experience_pages import concerning, public_experience, view_of, written_by
from services.experience_replies import (
    can_reply,
    replying_organization,
    submit_reply,
    withdraw_reply,
)
from services.experience_review import may_decide
from services.experiences import (
    Subject,
    delete_experience,
    load_experience,
    save_experience,
    speaking_organizations,
    start_experience,
    submit_experience,
    take_back_experience,
    withdraw_experience,
)
from services.moderation_reasons import known_reasons
from services.pages import offer_by_slug
from services.partnership_pages import partnership_by_slug
from services.permissions import membership_of
from services.references import reference_name
from views.access import current_person, signed_in_person
from views.change_rows import ChangeRow
from views.experience_rows import content_rows, place_words, read_place
from views.once import carry_out
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash, refusal_status, refusal_words

bp = Blueprint("experiences", __name__)


@bp.get("/retours/<int:experience_id>")
def show(experience_id: int) -> ResponseReturnValue:
    """Show a published experience with the answer of the actor."""
    view = public_experience(db_session(), experience_id)
    if view is None:
        abort(404)
    person = current_person()
    return render_template(
        "experiences/show.html",
        view=view,
        row=view.row,
        may_hide=person is not None and may_decide(db_session(), view.row, person),
    )


@bp.get("/mon-espace/retours")
def index() -> ResponseReturnValue:
    """List what one's authorities wrote, and what was written of one's actors."""
    session, person = db_session(), signed_in_person()
    return render_template(
        "experiences/index.html",
        written=written_by(session, person),
        concerning=concerning(session, person),
        can_reply=can_reply,
        may_write=bool(speaking_organizations(session, person)),
    )


@bp.route("/mon-espace/retours/nouveau", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Open a draft about the offer or the partnership that the address names."""
    organizations = speaking_organizations(db_session(), signed_in_person())
    subject = _asked_subject_or_404()
    if not organizations:
        return render_template("experiences/not_yours.html"), UNPROCESSABLE
    form = ExperienceForm()
    form.for_creation([(one.slug, one.name) for one in organizations], _references(subject))
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _create(form, subject, organizations))
        except RuleViolation as refusal:
            db_session().rollback()
            form.show_error(refusal.field, refusal_words(refusal))
    page = render_template("experiences/create.html", form=form, subject=subject)
    return page, UNPROCESSABLE if form.errors else 200


def _asked_subject_or_404() -> Subject:
    subject = _asked_subject()
    if subject is None:
        abort(404)
    return subject


def _asked_subject() -> Subject | None:
    slug = request.args.get("solution", "")[:200]
    if slug:
        offer = offer_by_slug(db_session(), slug)
        wanted = request.args.get("reference", "")[:32]
        known = offer is not None and wanted in {one.uid for one in offer.shown_references}
        uid = wanted if known else ""
        return Subject(offer=offer, reference_uid=uid) if offer and offer.is_public else None
    partnership = partnership_by_slug(db_session(), request.args.get("partenariat", "")[:200])
    if partnership is None or not partnership.is_public:
        return None
    return Subject(partnership=partnership)


def _references(subject: Subject) -> Pairs:
    if subject.offer is None or subject.reference_uid:
        return []
    deployments = [(one.uid, reference_name(one)) for one in subject.offer.shown_references]
    return [("", _("L’offre en général")), *deployments]


def _create(form: ExperienceForm, subject: Subject, organizations: Sequence[Organization]) -> str:
    place, territory_id = read_place(form.place.data or "")
    speaking = {one.slug: one for one in organizations}[str(form.organization.data)]
    uid = str(form.reference.data or "") if "reference" in form else subject.reference_uid
    experience = start_experience(
        db_session(),
        speaking,
        Subject(subject.offer, subject.partnership, uid),
        form.content(place, territory_id),
        person=signed_in_person(),
        today=today(),
        now=now(),
    )
    flash(_("Le brouillon est ouvert : relisez-le, puis soumettez-le."), "success")
    return url_for("experiences.edit", experience_id=experience.id)


@bp.route("/mon-espace/retours/<int:experience_id>", methods=["GET", "POST"])
def edit(experience_id: int) -> ResponseReturnValue:
    """Write an experience; what is public of it waits for a moderator again."""
    experience = _own_or_404(experience_id)
    form = ExperienceForm()
    form.for_edition()
    stored = ExperienceContent.of(experience)
    if not form.is_submitted():
        form.show(stored, place=place_words(experience))
        form.renew_stamp(stored.stamp())
        return _show(experience, form)
    if not form.validate():
        return _show(experience, form, UNPROCESSABLE)
    place, territory_id = read_place(form.place.data or "")
    typed = form.content(place, territory_id)
    session = db_session()
    try:
        save_experience(
            session,
            experience,
            typed,
            seen=form.known_stamp(),
            person=signed_in_person(),
            today=today(),
            now=now(),
        )
        if "submit" in request.form:
            submit_experience(session, experience, person=signed_in_person(), now=now())
        session.commit()
    except StaleExperience as conflict:
        session.rollback()
        form.renew_stamp(conflict.stored.stamp())
        rows = content_rows(conflict.stored, typed.cleaned())
        return _show(_own_or_404(experience_id), form, CONFLICT, rows)
    except RuleViolation as refusal:
        session.rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return _show(_own_or_404(experience_id), form, refusal_status(refusal))
    if "submit" in request.form:
        flash(_("Transmis à l’équipe : un courriel vous dira sa décision."), "success")
        return redirect(url_for("experiences.index"))
    flash(_("Le brouillon est enregistré."), "success")
    return redirect(url_for("experiences.edit", experience_id=experience_id))


def _show(
    experience: Experience,
    form: ExperienceForm,
    status: int = 200,
    conflict: Sequence[ChangeRow] = (),
) -> ResponseReturnValue:
    page = render_template(
        "experiences/edit.html",
        row=experience,
        view=view_of(db_session(), experience),
        form=form,
        conflict=conflict,
        reasons=known_reasons(experience.reasons),
    )
    return page, status


@bp.post(
    "/mon-espace/retours/<int:experience_id>/<any(soumettre,reprendre,retirer,supprimer):action>"
)
def act(experience_id: int, action: str) -> ResponseReturnValue:
    """Submit, take back, withdraw or delete an experience."""
    experience = _own_or_404(experience_id)
    actions: dict[str, Callable[..., object]] = {
        "soumettre": submit_experience,
        "reprendre": take_back_experience,
        "retirer": withdraw_experience,
        "supprimer": delete_experience,
    }
    done = {
        "soumettre": _("Transmis à l’équipe : un courriel vous dira sa décision."),
        "reprendre": _("Le retour est de nouveau un brouillon."),
        "retirer": _("Le retour est retiré : il n’apparaît plus nulle part."),
        "supprimer": _("Le brouillon est supprimé."),
    }
    is_done = commit_or_flash(
        lambda: actions[action](db_session(), experience, person=signed_in_person(), now=now()),
        done[action],
    )
    if not is_done:
        return redirect(url_for("experiences.edit", experience_id=experience_id))
    return redirect(url_for("experiences.index"))


@bp.route("/mon-espace/retours/<int:experience_id>/reponse", methods=["GET", "POST"])
def reply(experience_id: int) -> ResponseReturnValue:
    """Write the one answer of the actor that an experience concerns, or withdraw it."""
    session, person = db_session(), signed_in_person()
    view = public_experience(session, experience_id)
    organization = replying_organization(session, view.row, person) if view else None
    if view is None or organization is None:
        abort(404)
    form = ReplyForm()
    if "retirer" in request.form:
        withdraw_reply(session, view.row, person=person, now=now())
        session.commit()
        flash(_("Votre réponse est retirée : elle n’apparaît plus."), "success")
        return redirect(url_for("experiences.reply", experience_id=experience_id))
    status = 200
    if not form.is_submitted():
        form.text.data = view.row.answer
        form.renew_lock(view.row.lock)
    elif not form.validate():
        status = UNPROCESSABLE
    else:
        try:
            submit_reply(
                session,
                view.row,
                organization,
                form.text.data or "",
                seen_lock=form.known_lock(),
                person=person,
                now=now(),
            )
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            status = refusal_status(refusal)
            form.show_error(refusal.field, refusal_words(refusal))
            view = public_experience(session, experience_id)
            if view is None:
                abort(404)
            form.renew_lock(view.row.lock)
        else:
            flash(_("Votre réponse est transmise à l’équipe."), "success")
            return redirect(url_for("experiences.index"))
    page = render_template(
        "experiences/reply.html",
        view=view,
        row=view.row,
        form=form,
        organization=organization,
        can_reply=can_reply(view.row),
    )
    return page, status


def _own_or_404(experience_id: int) -> Experience:
    session = db_session()
    experience = load_experience(session, experience_id)
    person = signed_in_person()
    if experience is None or membership_of(session, person, experience.organization_id) is None:
        abort(404)
    return experience
