"""Writing an offer: its type decides the questions; references one by one, without scripts."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Form

from extensions.clock import now, today
from extensions.database import db_session
from forms.offers import TYPE_HELP, OfferForm, StartOfferForm
from models.geography import Commune
from models.offer import Offer
from models.territory import Territory
from services.content_checks import offer_problems
from services.contents import OfferContent, ReferenceContent, clean_line, clean_text, new_uid
from services.drafts import current_offer_content, open_revision
from services.errors import RuleViolation
from services.offers import start_offer
from services.permissions import can_edit_organization, can_manage_organization
from services.places import (
    exact_commune_label,
    find_quarters,
    resolve_commune,
)
from services.references import established_by_edit, reference_name
from views.access import (
    editable_organization_or_404,
    offer_or_404,
    signed_in_person,
)
from views.drafting import (
    SaveOutcome,
    draft_service,
    last_author,
    save_content,
    submit_draft,
    unpublished_rows,
)
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_words
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import ReferenceGrade

bp = Blueprint("offer_editing", __name__, url_prefix="/mon-espace")


def editable_offer_or_404(slug: str) -> Offer:
    """Return the offer if the person may write it."""
    offer = offer_or_404(slug)
    if not can_edit_organization(db_session(), signed_in_person(), offer.organization_id):
        abort(404)
    return offer


@bp.route("/organisations/<slug>/offres/nouvelle", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Open the draft of an offer: its type and its title."""
    entry = editable_organization_or_404(slug)
    if not entry.is_innovation_side:
        abort(404)
    form = StartOfferForm()
    if form.validate_on_submit():
        session = db_session()
        try:
            offer = start_offer(
                session,
                entry,
                type=form.chosen_type(),
                title=form.title.data or "",
                author=signed_in_person(),
                now=now(),
            )
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
        else:
            return redirect(url_for("offer_editing.edit", slug=offer.slug))
    page = render_template("offer_editing/create.html", form=form, entry=entry, type_help=TYPE_HELP)
    return page, UNPROCESSABLE if form.errors else 200


@bp.route("/offres/<slug>", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Write the offer; a button adds a blank reference without losing what was typed."""
    offer = editable_offer_or_404(slug)
    content, lock = current_offer_content(db_session(), offer)
    form = OfferForm()
    form.for_type(content.type)
    form.fill_theme_choices()
    form.fill_area_choices(unstated=_("La même que la structure"))
    if not form.is_submitted():
        form.show(content, places=_places(content))
        form.renew_lock(lock)
        if not form.references.entries:
            form.add_reference()
        return _show(offer, content, form)
    if "add_reference" in request.form:
        form.add_reference()
        return _show(offer, content, form, is_continued=True)
    if not form.validate():
        return _show(offer, content, form, SaveOutcome(is_saved=False, status=UNPROCESSABLE))
    typed = content.changed(**form.values(), references=_references(form))
    outcome = save_content(offer, form, typed)
    if not outcome.is_saved:
        return _show(offer, content, form, outcome)
    for reference in established_by_edit(offer, typed):
        message = _(
            "« %(name)s » redeviendra « déclarée » une fois publiée : son texte a changé.",
            name=reference_name(reference),
        )
        flash(message, "warning")
    if "submit" in request.form:
        return _submit(offer)
    flash(_("Le brouillon est enregistré."), "success")
    endpoint = "offer_editing.preview" if "preview" in request.form else "offer_editing.edit"
    return redirect(url_for(endpoint, slug=offer.slug))


def _show(
    offer: Offer,
    content: OfferContent,
    form: OfferForm,
    outcome: SaveOutcome | None = None,
    *,
    is_continued: bool = False,
) -> ResponseReturnValue:
    outcome = outcome or SaveOutcome(is_saved=False)
    page = render_template(
        "offer_editing/edit.html",
        offer=offer,
        content=content,
        form=form,
        action_form=FlaskForm(),
        revision=open_revision(db_session(), offer),
        conflict=outcome.conflict,
        saved_by=last_author(offer) if outcome.conflict else "",
        is_continued=is_continued,
        grades={
            one.uid: one.grade for one in offer.references if one.grade != ReferenceGrade.DECLARED
        },
        may_withdraw=can_manage_organization(
            db_session(), signed_in_person(), offer.organization_id
        ),
    )
    return page, outcome.status


def _submit(offer: Offer) -> ResponseReturnValue:
    return submit_draft(
        offer,
        _("Transmise à l’équipe : un courriel vous dira sa décision."),
        then=url_for("registration.offers", slug=offer.organization.slug),
        preview=url_for("offer_editing.preview", slug=offer.slug),
    )


@bp.get("/offres/<slug>/apercu")
def preview(slug: str) -> ResponseReturnValue:
    """Show the draft of the offer as readers would see it, what changes and what is missing."""
    offer = editable_offer_or_404(slug)
    content, lock = current_offer_content(db_session(), offer)
    return render_template(
        "offer_editing/preview.html",
        offer=offer,
        content=content,
        lock=lock,
        rows=unpublished_rows(offer, content),
        problems=offer_problems(content, today=today()),
        revision=open_revision(db_session(), offer),
        form=FlaskForm(),
    )


@bp.post("/offres/<slug>/<any(soumettre,reprendre,abandonner):action>")
def act(slug: str, action: str) -> ResponseReturnValue:
    """Submit the offer, take it back, or discard its unpublished edits."""
    offer = editable_offer_or_404(slug)
    if action == "soumettre":
        return _submit(offer)
    return _run(offer, draft_service(offer, action))


@bp.post("/offres/<slug>/<any(retirer,supprimer):action>")
def remove(slug: str, action: str) -> ResponseReturnValue:
    """Hide a published offer at once, or delete one that was never public."""
    offer = editable_offer_or_404(slug)
    if not can_manage_organization(db_session(), signed_in_person(), offer.organization_id):
        abort(404)
    return _run(offer, draft_service(offer, action))


def _run(offer: Offer, action: Callable[[], object]) -> ResponseReturnValue:
    """Run a service, commit, and go back to the offers of the organisation."""
    slug = offer.organization.slug  # read before the offer may be deleted
    commit_or_flash(action, _("C’est fait."))
    return redirect(url_for("registration.offers", slug=slug))


def _references(form: OfferForm) -> tuple[ReferenceContent, ...]:
    return tuple(_reference(entry.form) for entry in form.references.entries)


def _reference(row: Form) -> ReferenceContent:
    """Read one reference; a place that is not recognised is kept in the author's words."""
    fields: dict[str, object] = row.data
    place = clean_line(str(fields["place"] or ""))
    commune, territory = _locate(place)
    name = place
    if commune is not None:
        name = commune.name
    if territory is not None:
        name = territory.name
    year = fields["year"]
    return ReferenceContent(
        uid=clean_line(str(fields["uid"] or ""), 32) or new_uid(),
        place=name,
        commune_code=commune.code if commune else None,
        territory_id=territory.id if territory else None,
        year=year if isinstance(year, int) else None,
        client=clean_line(str(fields["client"] or "")),
        result=clean_text(str(fields["result"] or ""), 1_000),
    )


def _locate(place: str) -> tuple[Commune | None, Territory | None]:
    """Return the commune, or the quarter and its first commune, that the words mean for sure."""
    session = db_session()
    if not place:
        return None, None
    code = normalise_quarter_code(place.rsplit("(", 1)[-1].rstrip(") "))
    if is_quarter_code(code):
        quarters = find_quarters(session, code)
        if len(quarters) == 1:
            communes = quarters[0].communes
            return (communes[0] if communes else None), quarters[0]
    found = resolve_commune(session, place)
    return (found[0] if len(found) == 1 else None), None


def _places(content: OfferContent) -> dict[str, str]:
    """Return the words that ``_locate`` reads back as the place of each reference."""
    session = db_session()
    places: dict[str, str] = {}
    for reference in content.references:
        territory = (
            session.get(Territory, reference.territory_id) if reference.territory_id else None
        )
        commune = session.get(Commune, reference.commune_code) if reference.commune_code else None
        if territory is not None:
            places[reference.uid] = f"{territory.name} ({territory.code})"
        elif commune is not None:
            places[reference.uid] = exact_commune_label(commune)
    return places
