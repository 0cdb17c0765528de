"""Alerts of an account, and asking for one, with an account or without."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from extensions.alert_links import view_endpoint
from extensions.clock import now
from extensions.database import db_session
from extensions.matcher import matcher, moment
from extensions.search_engine import search_backend
from forms.account import ConfirmForm
from forms.alerts import NEVER, DigestForm, FrequencyForm, VisitorAlertForm
from models.account import User
from models.alert import Alert, DigestSubscription
from services import alerts as rules
from services.alert_previews import preview_of
from services.alert_views import Engines
from services.alerts import View
from services.digest_subscriptions import set_digest, subscription_of
from services.errors import RuleViolation
from services.workspace import own_organizations
from views.access import current_person, signed_in_person
from views.alert_actions import act_on, entry_link, row_of
from views.alert_targets import view_asked
from views.refusals import refusal_words
from vocabulary.exchanges import AlertFrequency

bp = Blueprint("alerts", __name__)
BAD_REQUEST = 400


def engines() -> Engines:
    """Return what answers the saved views in this process."""
    return Engines(search_backend(), matcher())


@bp.route("/alertes/nouvelle", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Make an alert of the view that the parameters name; a visitor confirms it by mail."""
    is_post = request.method == "POST"
    view = view_asked(db_session(), request.form if is_post else request.args)
    if view is None:
        return render_template("alerts/unreadable.html"), BAD_REQUEST
    person = current_person()
    form = FrequencyForm() if person else VisitorAlertForm()
    if form.validate_on_submit():
        try:
            if person is None:
                return _ask(form, view)
            return _create(person, form, view)
        except RuleViolation as refusal:
            db_session().rollback()
            form.form_errors.append(refusal_words(refusal))
    page = render_template(
        "alerts/create.html",
        form=form,
        view=view,
        fields=_fields_again(),
        view_url=_view_url(view),
    )
    return page, BAD_REQUEST if is_post else 200


def _create(person: User, form: FrequencyForm, view: View) -> ResponseReturnValue:
    alert, is_new = rules.create_alert(
        db_session(),
        person,
        view,
        frequency=form.frequency(),
        engines=engines(),
        moment=moment(),
    )
    db_session().commit()
    often = _(alert.frequency.label).lower()
    if is_new:
        flash(
            _(
                "L’alerte est créée : nous vous écrirons s’il y a du nouveau, %(often)s.",
                often=often,
            ),
            "success",
        )
    else:
        flash(
            _("Cette alerte existait déjà : elle écrit maintenant %(often)s.", often=often), "info"
        )
    return redirect(url_for("alerts.index"))


def _ask(form: FrequencyForm, view: View) -> ResponseReturnValue:
    address = form.address() if isinstance(form, VisitorAlertForm) else ""
    rules.ask_alert(
        db_session(),
        address,
        view,
        frequency=form.frequency(),
        language=str(get_locale()),
        now=now(),
    )
    db_session().commit()
    return redirect(url_for("alerts.asked"))


@bp.get("/alertes/demandee")
def asked() -> ResponseReturnValue:
    """Say what happens next: the same words whatever is known of the address."""
    return render_template("alerts/asked.html")


@bp.get("/mon-espace/alertes")
def index() -> ResponseReturnValue:
    """List the alerts of the person, and how often the summary comes."""
    person = signed_in_person()
    session = db_session()
    rows = session.scalars(rules.alerts_of(person)).all()
    subscription = session.get(DigestSubscription, person.id)
    return render_template(
        "alerts/index.html",
        rows=[row_of(alert) for alert in rows],
        form=ConfirmForm(),
        digest_form=_digest_form(subscription),
        has_organization=bool(own_organizations(session, person)),
    )


def _digest_form(subscription: DigestSubscription | None) -> DigestForm:
    chosen = subscription.frequency if subscription else AlertFrequency.WEEKLY
    stopped = subscription is not None and subscription.stopped_at is not None
    return DigestForm(formdata=None, frequence=NEVER if stopped else chosen.value)


@bp.get("/mon-espace/alertes/<int:alert_id>")
def show(alert_id: int) -> ResponseReturnValue:
    """Show what an alert would find now, and what it has told last."""
    alert = _own_or_404(alert_id)
    preview = preview_of(db_session(), alert, engines=engines(), moment=moment())
    return render_template(
        "alerts/show.html",
        row=row_of(alert),
        form=ConfirmForm(),
        total=preview.total,
        found=[entry_link(entry) for entry in preview.first],
        last=[entry_link(entry) for entry in preview.last_told],
    )


@bp.post("/mon-espace/alertes/<int:alert_id>/<any(frequence, pause, reprise, suppression):action>")
def act(alert_id: int, action: str) -> ResponseReturnValue:
    """Change how often an alert writes, stop it, put it back to work, or delete it."""
    alert = _own_or_404(alert_id)
    message = act_on(alert, action, FrequencyForm(), engines=engines())
    flash(message.text, message.kind)
    return redirect(url_for("alerts.index"))


@bp.post("/mon-espace/alertes/resume")
def digest() -> ResponseReturnValue:
    """Choose how often the summary comes."""
    form = DigestForm()
    if not form.validate():
        abort(BAD_REQUEST)
    session = db_session()
    set_digest(subscription_of(session, signed_in_person().id), form.frequency(), now=now())
    session.commit()
    flash(_("Votre choix est enregistré."), "success")
    return redirect(url_for("alerts.index"))


def _own_or_404(alert_id: int) -> Alert:
    alert = db_session().get(Alert, alert_id)
    if alert is None or alert.user_id != signed_in_person().id:
        abort(404)
    return alert


def _fields_again() -> list[tuple[str, str]]:
    """Return the parameters of the view as a form sends them again."""
    values = request.form if request.method == "POST" else request.args
    own = {"csrf_token", "frequence", "email", "page", "vue", "tri"}
    return [(name, value) for name, value in values.items(multi=True) if name not in own]


def _view_url(view: View) -> str:
    endpoint, values = view_endpoint(view.subject, dict(view.parameters))
    known: dict[str, Any] = {name: value for name, value in values.items() if name[:1] != "_"}
    return url_for(endpoint, **known)
