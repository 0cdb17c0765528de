"""Pages behind the links of mails: confirming an alert, stopping it, managing those of an address.

None asks for an account. Stopping asks for no token of a form either: mail services post there on
behalf of the reader (RFC 8058), and the signed link is the proof. Reading a page changes nothing,
since scanners open every link of a mail.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extensions.alert_links import AlertLink, alert_of, digest_of_link
from extensions.clock import now
from extensions.database import db_session
from extensions.matcher import moment
from extensions.security import csrf
from forms.account import ConfirmForm
from forms.alerts import FrequencyForm
from models.alert import Alert
from services.alerts import (
    alerts_beside,
    confirm_alert,
    may_be_confirmed,
    resume_alert,
    stop_alert,
    stop_all_alerts,
)
from services.digest_subscriptions import set_digest
from services.errors import RuleViolation
from views.alert_actions import ACTIONS, act_on, row_of
from views.alerts import engines
from views.refusals import refusal_status, refusal_words

bp = Blueprint("alert_links", __name__)
STOP_ALL, RESUME = "toutes", "reprise"


def _dead_link() -> ResponseReturnValue:
    return render_template("alerts/dead_link.html"), 404


@bp.route("/alertes/confirmer/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """Put the alert of a visitor to work, once the address has answered."""
    session = db_session()
    alert = alert_of(session, token, AlertLink.CONFIRM)
    if alert is None or not may_be_confirmed(alert, now=now()):
        return _dead_link()
    form, status = ConfirmForm(), 200
    if form.validate_on_submit() and alert.confirmed_at is None:
        try:
            confirm_alert(session, alert, engines=engines(), moment=moment())
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            status = refusal_status(refusal)
            form.form_errors.append(refusal_words(refusal))
    page = render_template(
        "alerts/confirm.html", row=row_of(alert), alert=alert, form=form, is_done=_is_running(alert)
    )
    return page, status


def _is_running(alert: Alert) -> bool:
    return alert.confirmed_at is not None


@bp.route("/alertes/arret/<token>", methods=["GET", "POST"])
def stop(token: str) -> ResponseReturnValue:
    """Stop one alert, or all those of its owner, without account; undone on the same page."""
    session = db_session()
    alert = alert_of(session, token, AlertLink.STOP)
    if alert is None:
        return _dead_link()
    stopped, error, status = 0, "", 200
    if request.method == "POST":
        asked = request.form.get("action", "")
        try:
            if asked == STOP_ALL:
                stopped = stop_all_alerts(session, alert, now=now())
            elif asked == RESUME:
                resume_alert(session, alert, engines=engines(), moment=moment())
            else:
                stop_alert(alert, now=now())
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            error, status = refusal_words(refusal), refusal_status(refusal)
    page = render_template(
        "alerts/stop.html", row=row_of(alert), token=token, stopped=stopped, error=error
    )
    return page, status


@bp.route("/alertes/arret-du-resume/<token>", methods=["GET", "POST"])
def stop_digest(token: str) -> ResponseReturnValue:
    """Stop the summary and the notices of a person, without signing in; undone on the page."""
    session = db_session()
    subscription = digest_of_link(session, token)
    if subscription is None:
        return _dead_link()
    if request.method == "POST":
        resumed = request.form.get("action", "") == RESUME
        set_digest(subscription, subscription.frequency if resumed else None, now=now())
        session.commit()
    return render_template(
        "alerts/stop_digest.html", token=token, is_stopped=subscription.stopped_at is not None
    )


@bp.route("/alertes/gestion/<token>", methods=["GET", "POST"])
def manage(token: str) -> ResponseReturnValue:
    """Show a visitor the alerts of their address; with an account, they are in its space."""
    session = db_session()
    alert = alert_of(session, token, AlertLink.MANAGE)
    if alert is None or alert.confirmed_at is None:
        return _dead_link()
    if alert.user_id is not None:
        return redirect(url_for("alerts.index"))
    rows = session.scalars(alerts_beside(alert)).all()
    if request.method == "POST":
        return _act(token, {str(one.id): one for one in rows})
    return render_template(
        "alerts/manage.html",
        rows=[row_of(one) for one in rows],
        address=alert.email,
        token=token,
        form=ConfirmForm(),
    )


def _act(token: str, alerts: dict[str, Alert]) -> ResponseReturnValue:
    alert, action = alerts.get(request.form.get("alerte", "")), request.form.get("action", "")
    if alert is None or action not in ACTIONS:
        abort(400)
    message = act_on(alert, action, FrequencyForm(), engines=engines())
    flash(message.text, message.kind)
    if alert_of(db_session(), token, AlertLink.MANAGE) is None:
        return redirect(url_for("pages.home"))
    return redirect(url_for("alert_links.manage", token=token))


for _one_click in (stop, stop_digest):
    csrf.exempt(_one_click)
