"""The sourcing register of a need: reading it, exporting it, writing a call or a meeting in it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.pdf import render_pdf
from extensions.template_context import short_instant
from forms.registers import CorrectionForm, LogContactForm, event_of_button
from models.need import Need
from services.carriers import carrier_name
from services.contact_log import LOGGED_EVENTS, correct_line, correctable_line, log_contact
from services.errors import NotFound, RuleViolation
from services.interests import Declaration, declared_interests
from services.register import record_event
from services.register_files import REGISTER_COLUMNS, register_rows
from services.register_reading import (
    RegisterFilter,
    RegisterLine,
    RegisterReading,
    known_actors,
    read_register,
)
from views.access import editable_need_or_404, signed_in_person
from views.downloads import CSV_TYPE, attachment
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_words
from views.register_words import line_details, line_sentence
from vocabulary.exchanges import RegisterEvent
from vocabulary.periods import PARIS

bp = Blueprint("registers", __name__, url_prefix="/mon-espace/besoins/<int:need_id>")
PDF_TYPE: Final = "application/pdf"
_EVENTS: Final = {event.value: event for event in RegisterEvent}
_LONGEST_NUMBER: Final = 9
SHORT_DIGEST: Final = 12


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of the register as its page shows it."""

    line: RegisterLine
    sentence: str
    details: list[str]
    flaws: list[str]
    interests: tuple[Declaration, ...]
    can_correct: bool


@bp.get("/registre")
def show(need_id: int) -> ResponseReturnValue:
    """Show the lines in time order, and whether the chain holds."""
    need = editable_need_or_404(need_id)
    page = _number(request.args.get("page", "")) or 1
    wanted = RegisterFilter(
        event=_EVENTS.get(request.args.get("evenement", "")),
        organization=_number(request.args.get("acteur", "")),
    )
    reading = read_register(db_session(), need, wanted, page=page)
    if page > reading.pages:
        abort(404)
    return render_template(
        "registers/show.html",
        need=need,
        reading=reading,
        rows=_rows(need, reading),
        page=page,
        wanted=wanted,
        carrier=carrier_name(need),
        flaws=[(flaw.sequence, _(flaw.reason)) for flaw in reading.flaws],
    )


def _rows(need: Need, reading: RegisterReading) -> list[LineRow]:
    actors = {line.organization_number for line in reading.lines} - {None}
    interests: Mapping[int, tuple[Declaration, ...]] = declared_interests(
        db_session(), need, [one for one in actors if one is not None]
    )
    return [
        LineRow(
            line=line,
            sentence=line_sentence(line),
            details=line_details(line),
            flaws=[_(flaw) for flaw in line.flaws],
            interests=interests.get(line.organization_number or 0, ()),
            can_correct=line.event in LOGGED_EVENTS and line.corrected_by is None,
        )
        for line in reading.lines
    ]


@bp.post("/registre/exporter/<any(csv,pdf):file_type>")
def export(need_id: int, file_type: str) -> ResponseReturnValue:
    """Hand over the whole register; the export is a line of it, and ends the copy."""
    need = editable_need_or_404(need_id)
    session = db_session()
    record_event(
        session,
        need,
        RegisterEvent.EXPORTED,
        now=now(),
        person=signed_in_person(),
        facts={"format": file_type},
    )
    session.commit()
    reading = read_register(session, need)
    name = f"registre-besoin-{need.id}-{reading.head[:SHORT_DIGEST]}.{file_type}"
    response = (
        attachment(_csv(reading), CSV_TYPE, name)
        if file_type == "csv"
        else attachment(_pdf(need, reading), PDF_TYPE, name)
    )
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _csv(reading: RegisterReading) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(REGISTER_COLUMNS)
    writer.writerows(register_rows(reading))
    return buffer.getvalue().encode("utf-8-sig")


def _pdf(need: Need, reading: RegisterReading) -> bytes:
    with force_locale("fr"):  # a document of record: in the language of the law it answers to
        return render_pdf("register", _printed(need, reading))


def _printed(need: Need, reading: RegisterReading) -> dict[str, Any]:
    territory = need.territory
    return {
        "title": _("Registre de sourcing : %(title)s", title=need.title),
        "subject": _("Besoin n° %(n)s", n=need.id),
        "fictional": _("Exemple fictif, non exprimé par la collectivité") if need.is_demo else "",
        "facts": [
            [_("Besoin"), need.title],
            [_("Quartier"), f"{territory.name} ({territory.code})"],
            [_("Porté par"), carrier_name(need) or _("non renseigné")],
            [_("Lignes"), str(reading.length)],
            [_("Empreinte de la dernière ligne"), reading.head],
        ],
        "chain": chain_words(reading),
        "flaws": [
            _("Ligne %(n)s : %(reason)s.", n=flaw.sequence, reason=_(flaw.reason))
            for flaw in reading.flaws
        ],
        "columns": [_("N°"), _("Date (Paris)"), _("Ce qui s’est passé")],
        "lines": [_printed_line(line) for line in reading.lines],
        "explanation": _(
            "Chaque ligne porte l’empreinte de la précédente : rien ne peut être changé, retiré ni "
            "déplacé sans que la suite le montre. Gardez ce document : l’empreinte de sa dernière "
            "ligne permet de vérifier plus tard que le registre en ligne n’a pas été réécrit."
        ),
        "notice": _(
            "Ce registre retrace des échanges préalables (sourcing, article R2111-1 du code de la "
            "commande publique). Il n’attribue rien et ne vaut ni avis de marché ni consultation."
        ),
    }


def _printed_line(line: RegisterLine) -> dict[str, Any]:
    return {
        "number": str(line.sequence),
        "at": short_instant(line.at),
        "event": _(line.event.label),
        "sentence": line_sentence(line),
        "details": [*line_details(line), *line.shown],
        "person": line.person,
        "hash": line.hash,
        "flaws": [_(flaw) for flaw in line.flaws],
    }


def chain_words(reading: RegisterReading) -> str:
    """Return in one sentence whether the chain holds, and how it ends."""
    if reading.flaws:
        return str(_("Chaîne rompue : ce registre n’est plus celui qui a été écrit."))
    if not reading.length:
        return str(_("Registre vide : aucune ligne n’a encore été écrite."))
    return str(
        _(
            "Chaîne vérifiée jusqu’à la ligne %(n)s, empreinte %(digest)s.",
            n=reading.length,
            digest=reading.head,
        )
    )


@bp.route("/registre/consigner", methods=["GET", "POST"])
def log(need_id: int) -> ResponseReturnValue:
    """Write down a call or a meeting: with whom, and what was said."""
    need = editable_need_or_404(need_id)
    form = LogContactForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        event = event_of_button(request.form.get("kind", ""))
        if event is None:
            form.form_errors.append(_("Choisissez : un appel ou une réunion."))
        if form.validate() and event is not None:
            try:
                return carry_out(form, lambda: _log(need, event, form))
            except RuleViolation as refusal:
                db_session().rollback()
                form.happened_at.errors = [refusal_words(refusal)]
    page = render_template(
        "registers/log.html", need=need, form=form, actors=known_actors(db_session(), need)
    )
    return page, status


def _log(need: Need, event: RegisterEvent, form: LogContactForm) -> str:
    typed = form.instant()
    moment = now()
    entry = log_contact(
        db_session(),
        need,
        event,
        partner=form.partner.data or "",
        said=form.said.data or "",
        happened_at=typed.replace(tzinfo=PARIS) if typed else moment,
        person=signed_in_person(),
        now=moment,
    )
    flash(_("Consigné à la ligne %(n)s du registre.", n=entry.sequence), "success")
    return url_for("registers.show", need_id=need.id)


@bp.route("/registre/<int:sequence>/rectifier", methods=["GET", "POST"])
def correct(need_id: int, sequence: int) -> ResponseReturnValue:
    """Say that a call or a meeting was logged by mistake: a new line, both stay."""
    need = editable_need_or_404(need_id)
    try:
        correctable_line(db_session(), need, sequence)
    except NotFound:
        abort(404)
    form = CorrectionForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                return carry_out(form, lambda: _correct(need, sequence, form))
            except RuleViolation as refusal:
                db_session().rollback()
                form.form_errors.append(refusal_words(refusal))
    reading = read_register(db_session(), need)
    row = next(row for row in _rows(need, reading) if row.line.sequence == sequence)
    return render_template("registers/correct.html", need=need, form=form, row=row), status


def _correct(need: Need, sequence: int, form: CorrectionForm) -> str:
    entry = correct_line(
        db_session(),
        need,
        sequence,
        reason=form.reason.data or "",
        person=signed_in_person(),
        now=now(),
    )
    flash(
        _("Rectifié par la ligne %(n)s ; la première reste lisible.", n=entry.sequence), "success"
    )
    return url_for("registers.show", need_id=need.id)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number and int(text) > 0 else None
