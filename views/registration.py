"""Registering an organisation: its number, then its profile step by step, each saved as a draft."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from extensions.clock import now
from extensions.database import db_session
from forms.entry_fields import LockedForm
from forms.registration import (
    AreaForm,
    IdentityForm,
    NumberForm,
    PresenceForm,
    StartForm,
    TextsForm,
)
from services.errors import RuleViolation
from services.logos import encode_logo, request_logo_sweep, store_logo
from services.registration import (
    OrganizationNumber,
    entries_with_number,
    read_number,
    sharing_siret,
    start_organization,
)
from views.access import editable_organization_or_404, signed_in_person
from views.drafting import SaveOutcome, commune_text, last_author, read_commune, save_content
from views.entry_steps import EntryState, entry_state
from views.refusals import UNPROCESSABLE, refusal_words

bp = Blueprint("registration", __name__, url_prefix="/mon-espace")
TEMPLATES = {
    "identity": "registration/identity.html",
    "texts": "registration/texts.html",
    "area": "registration/area.html",
    "presence": "registration/presence.html",
}


@bp.route("/inscrire", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Ask for the number first: it tells whether the entry exists already."""
    form = NumberForm()
    if form.validate_on_submit():
        try:
            number = read_number(form.number.data or "")
        except RuleViolation as refusal:
            form.number.errors = [*form.number.errors, refusal_words(refusal)]
        else:
            return redirect(url_for("registration.create", numero=number.text))
    status = UNPROCESSABLE if form.errors else 200
    return render_template("registration/start.html", form=form), status


@bp.route("/inscrire/fiche", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Offer the entries that exist to be claimed, or open a new draft."""
    session, person = db_session(), signed_in_person()
    number = _number_asked()
    form = StartForm(number=number.text)
    if form.validate_on_submit():
        try:
            entry = start_organization(
                session,
                name=form.name.data or "",
                kind=form.chosen_kind(),
                number=number,
                author=person,
                on_behalf=bool(form.on_behalf.data) and person.is_staff,
                now=now(),
            )
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
        else:
            flash(_("Le brouillon est ouvert : chaque étape est enregistrée."), "success")
            return redirect(url_for("registration.identity", slug=entry.slug))
    known = entries_with_number(session, number, person=person)
    page = render_template("registration/create.html", form=form, number=number, known=known)
    return page, UNPROCESSABLE if form.errors else 200


def _number_asked() -> OrganizationNumber:
    """Read the number carried from the first page; none is a possible answer, a wrong one not."""
    typed = request.form.get("number") if request.method == "POST" else request.args.get("numero")
    if not typed:
        return OrganizationNumber()
    try:
        return read_number(typed)
    except RuleViolation:
        abort(400)


@bp.route("/organisations/<slug>/identite", methods=["GET", "POST"])
def identity(slug: str) -> ResponseReturnValue:
    """First step: name, kind, numbers, commune."""
    state = entry_state(editable_organization_or_404(slug))
    form = IdentityForm()
    if not form.is_submitted():
        form.show(state.content, commune=commune_text(state.content.commune_code))
        return _show(state, "identity", form)
    is_valid = form.validate()
    commune = read_commune(form.commune)
    if not is_valid or form.commune.errors:
        return _show(state, "identity", form, SaveOutcome(is_saved=False, status=UNPROCESSABLE))
    return _save(state, "identity", form, {**form.values(), "commune_code": commune})


@bp.route("/organisations/<slug>/description", methods=["GET", "POST"])
def texts(slug: str) -> ResponseReturnValue:
    """Second step: pitch, description, themes."""
    state = entry_state(editable_organization_or_404(slug))
    form = TextsForm()
    form.fill_theme_choices()
    if not form.is_submitted():
        form.show(state.content)
        return _show(state, "texts", form)
    if not form.validate():
        return _show(state, "texts", form, SaveOutcome(is_saved=False, status=UNPROCESSABLE))
    return _save(state, "texts", form, form.values())


@bp.route("/organisations/<slug>/zone", methods=["GET", "POST"])
def area(slug: str) -> ResponseReturnValue:
    """Third step: where the organisation works."""
    state = entry_state(editable_organization_or_404(slug))
    form = AreaForm()
    form.fill_area_choices(unstated=_("Non renseignée pour l’instant"))
    if not form.is_submitted():
        form.show(state.content)
        return _show(state, "area", form)
    if not form.validate():
        return _show(state, "area", form, SaveOutcome(is_saved=False, status=UNPROCESSABLE))
    return _save(state, "area", form, form.values())


@bp.get("/organisations/<slug>/offres")
def offers(slug: str) -> ResponseReturnValue:
    """Fourth step: the offers, each with a page of its own."""
    state = entry_state(editable_organization_or_404(slug))
    if not (state.entry.is_innovation_side or state.offers):
        abort(404)
    return render_template("registration/offers.html", state=state, current="offers")


@bp.route("/organisations/<slug>/logo-et-site", methods=["GET", "POST"])
def presence(slug: str) -> ResponseReturnValue:
    """Fifth step: logo and website."""
    state = entry_state(editable_organization_or_404(slug))
    form = PresenceForm()
    if not form.is_submitted():
        form.show(state.content)
        return _show(state, "presence", form)
    refused = SaveOutcome(is_saved=False, status=UNPROCESSABLE)
    if not form.validate():
        return _show(state, "presence", form, refused)
    try:
        logo = _logo_sent(form, state.content.logo)
    except RuleViolation as refusal:
        form.picture.errors = [*form.picture.errors, refusal_words(refusal)]
        return _show(state, "presence", form, refused)
    if state.content.logo not in {"", logo, state.entry.logo}:
        request_logo_sweep(db_session(), state.content.logo, now=now())
    return _save(state, "presence", form, {**form.values(), "logo": logo})


def _logo_sent(form: PresenceForm, present: str) -> str:
    """Return the digest of the picture sent, of the present one without any, or blank.

    Raises:
        RefusedPicture: the file cannot be shown as a logo.
    """
    sent = form.picture.data
    if isinstance(sent, FileStorage) and sent.filename:
        encoded = encode_logo(sent.stream.read())
        return store_logo(current_app.config["SETTINGS"].uploads_dir, encoded)
    return "" if form.remove_logo.data else present


def _show(
    state: EntryState, step: str, form: LockedForm, outcome: SaveOutcome | None = None
) -> ResponseReturnValue:
    """Draw a step; after a conflict, what was typed stays beside what is stored now."""
    outcome = outcome or SaveOutcome(is_saved=False)
    if not form.is_submitted():
        form.renew_lock(state.lock)
    siret = state.content.siret if step == "identity" else None
    page = render_template(
        TEMPLATES[step],
        state=state,
        current=step,
        form=form,
        conflict=outcome.conflict,
        saved_by=last_author(state.entry) if outcome.conflict else "",
        sharing=sharing_siret(db_session(), siret, excluding=state.entry.id),
        commune=commune_text(state.content.commune_code),
    )
    return page, outcome.status


def _save(
    state: EntryState, step: str, form: LockedForm, values: Mapping[str, Any]
) -> ResponseReturnValue:
    outcome = save_content(state.entry, form, state.content.changed(**values))
    if not outcome.is_saved:
        return _show(state, step, form, outcome)
    if "preview" in request.form:
        return redirect(url_for("registration.preview", slug=state.entry.slug))
    if "stay" in request.form:
        flash(_("L’étape est enregistrée."), "success")
        return redirect(url_for(f"registration.{step}", slug=state.entry.slug))
    return redirect(state.step_after(step))


@bp.get("/organisations/<slug>/apercu")
def preview(slug: str) -> ResponseReturnValue:
    """Show the draft as readers would see it once published."""
    state = entry_state(editable_organization_or_404(slug))
    commune = commune_text(state.content.commune_code)
    return render_template("registration/preview.html", state=state, commune=commune)


@bp.post("/organisations/<slug>/apercu/<any(identite,description,zone):step>")
def live_preview(slug: str, step: str) -> ResponseReturnValue:
    """Return the preview of what is being typed, without saving it; half-typed answers wait."""
    entry = editable_organization_or_404(slug)
    state = entry_state(entry)
    content = state.content.changed(**_values_typed(step))
    return render_template(
        "registration/_preview.html",
        entry=entry,
        content=content,
        offers=state.offers,
        commune=commune_text(content.commune_code),
    )


def _values_typed(step: str) -> dict[str, Any]:
    """Return the answers of a step, none while one of them cannot be read."""
    if step == "description":
        texts_form = TextsForm()
        texts_form.fill_theme_choices()
        return texts_form.values()
    if step == "zone":
        area_form = AreaForm()
        area_form.fill_area_choices(unstated="")
        return area_form.values() if area_form.validate() else {}
    identity_form = IdentityForm()
    return identity_form.values() if identity_form.validate() else {}
