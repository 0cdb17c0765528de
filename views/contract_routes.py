"""The contract-route advisor: its questions and answer, the note to print, the rules it applies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from extensions.clock import today
from extensions.database import db_session
from extensions.pdf import render_pdf
from forms.contract_routes import (
    AMOUNT,
    BUYER,
    FIELDS,
    LAUNCH,
    NATURE,
    SUPPOSED,
    UNKNOWN,
    ContractRouteForm,
)
from matching.contract_routes import Case
from models.need import Need
from models.offer import Offer
from services.contract_routes import (
    case_of_need,
    case_of_offer,
    consult,
    declared_routes,
    rule_book,
)
from services.pages import need_by_id
from views.access import editable_need_or_404, offer_or_404
from views.addresses import LARGEST_KEY
from views.contract_route_answer import answer_of, case_facts
from views.contract_route_note import note_data
from views.contract_route_table import rule_rows, step_rows, threshold_rows
from views.downloads import attachment
from vocabulary.kinds import ContractRoute

bp = Blueprint("contract_routes", __name__, url_prefix="/montages")
NEED: Final = "besoin"
OFFER: Final = "solution"
_UNDESCRIBED: Final = frozenset[ContractRoute]()


@dataclass(frozen=True, slots=True)
class Subject:
    """The need or the offer that the address names, if any, and what it already says."""

    need: Need | None = None
    offer: Offer | None = None

    @property
    def case(self) -> Case:
        """Return what the need or the offer already says."""
        if self.need is not None:
            return case_of_need(self.need)
        return case_of_offer(self.offer) if self.offer is not None else Case()

    @property
    def declared(self) -> frozenset[ContractRoute]:
        """Return the routes that the actor of the offer accepts."""
        return declared_routes(self.offer) if self.offer is not None else _UNDESCRIBED

    @property
    def arguments(self) -> dict[str, str]:
        """Return the parameter that names it in an address."""
        if self.need is not None:
            return {NEED: str(self.need.id)}
        return {OFFER: self.offer.slug} if self.offer is not None else {}


@bp.get("")
def advise() -> ResponseReturnValue:
    """Ask about a purchase and answer with the routes it opens, by the rules of its day."""
    subject = _subject()
    values, supposed = _values(subject)
    form = ContractRouteForm(formdata=values)
    is_asked = bool(subject.arguments) or any(name in request.args for name in FIELDS)
    page: dict[str, Any] = {"form": form, "subject": subject, "book": rule_book()}
    if not is_asked:
        return render_template("contract_routes/advise.html", answer=None, **page)
    if not form.validate():
        return render_template("contract_routes/advise.html", answer=None, **page), 400
    return render_template(
        "contract_routes/advise.html",
        answer=answer_of(consult(form.case()), subject.declared),
        facts=case_facts(form.case(), supposed),
        supposed=supposed,
        kept=_kept(form, subject),
        **page,
    )


@bp.get("/note")
def note() -> ResponseReturnValue:
    """Show the answer as a sheet to print."""
    shown = _note()
    return render_template("contract_routes/note.html", **shown)


@bp.get("/note.pdf")
def note_pdf() -> ResponseReturnValue:
    """Give the answer as a PDF."""
    content = render_pdf("plain", note_data(**_note()))
    return attachment(content, "application/pdf", "note-montages.pdf")


@bp.get("/regles")
def rules() -> ResponseReturnValue:
    """Show every rule and threshold with its period, articles, sources and check date."""
    book = rule_book()
    return render_template(
        "contract_routes/rules.html",
        book=book,
        rules=rule_rows(book),
        thresholds=threshold_rows(book),
        steps=step_rows(book),
    )


def _note() -> dict[str, Any]:
    """Return what both forms of the note show; an address that answers nothing has none."""
    subject = _subject()
    values, supposed = _values(subject)
    form = ContractRouteForm(formdata=values)
    if not form.validate():
        abort(400)
    return {
        "answer": answer_of(consult(form.case()), subject.declared),
        "facts": case_facts(form.case(), supposed),
        "about": _about(subject),
        "address": f"{url_for('contract_routes.advise')}?{urlencode(_kept(form, subject))}",
        "day": today(),
    }


def _about(subject: Subject) -> str:
    if subject.need is not None:
        return str(gettext("Besoin « %(title)s »", title=subject.need.title))
    if subject.offer is not None:
        return str(gettext("Solution « %(title)s »", title=subject.offer.title))
    return ""


def _subject() -> Subject:
    """Return what the address names; what the visitor may not read is not found."""
    number, slug = request.args.get(NEED, ""), request.args.get(OFFER, "")
    if number:
        return Subject(need=_need_or_404(number))
    return Subject(offer=offer_or_404(slug)) if slug else Subject()


def _need_or_404(number: str) -> Need:
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(LARGEST_KEY))):
        abort(404)
    need_id = min(int(number), LARGEST_KEY)
    return need_by_id(db_session(), need_id) or editable_need_or_404(need_id)


def _values(subject: Subject) -> tuple[MultiDict[str, str], tuple[str, ...]]:
    """Return the value of each field, and the names of those that nobody answered.

    The address speaks first, then the need or the offer, then the commonest purchase, today.
    """
    known = _known(subject.case)
    supposed = {**SUPPOSED, LAUNCH: today().isoformat()}
    values: MultiDict[str, str] = MultiDict()
    assumed = []
    for name in FIELDS:
        if name in request.args:
            values[name] = request.args[name]
        elif name in known:
            values[name] = known[name]
        elif name in supposed:
            values[name] = supposed[name]
            assumed.append(name)
        else:
            values[name] = "" if name in (BUYER, AMOUNT, NATURE) else UNKNOWN
    return values, tuple(assumed)


def _known(case: Case) -> Mapping[str, str]:
    known = {question.value: answer for question, answer in case.answers.items()}
    if case.buyer is not None:
        known[BUYER] = case.buyer.value
    if case.amount is not None:
        known[AMOUNT] = str(case.amount)
    if case.nature is not None:
        known[NATURE] = case.nature.value
    return known


def _kept(form: ContractRouteForm, subject: Subject) -> dict[str, str]:
    """Return the parameters of an address that gives the same answer whatever the day.

    What was only supposed is left out, and so stays said to be.
    """
    answered = {name: str(form[name].data or "") for name in FIELDS}
    return subject.arguments | {
        name: value
        for name, value in answered.items()
        if (name in SUPPOSED and name in request.args) or value not in (UNKNOWN, SUPPOSED.get(name))
    }
