"""The demonstration's mailbox: every mail the application would have sent."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from extensions.database import db_session
from extensions.mailbox import CALENDAR_NAME
from extensions.meetup_ics import ICS_TYPE
from forms.account import ConfirmForm
from models.mail import StoredMail
from views.downloads import attachment

bp = Blueprint("demo", __name__)
PER_PAGE = 30


@bp.get("/demo/courrier")
def mailbox() -> ResponseReturnValue:
    """List the mails, the last one first."""
    session = db_session()
    written = StoredMail.text_body != ""
    total = session.scalar(select(func.count()).select_from(StoredMail).where(written)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = StoredMail.newest_first().where(written)
    mails = session.scalars(found.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return render_template(
        "demo/mailbox.html", mails=mails, total=total, page=page, pages=pages, form=ConfirmForm()
    )


@bp.get("/demo/courrier/<int:mail_id>")
def message(mail_id: int) -> ResponseReturnValue:
    """Show one mail, its links made clickable."""
    mail = db_session().get(StoredMail, mail_id)
    if mail is None or not mail.text_body:
        abort(404)
    return render_template("demo/message.html", mail=mail)


@bp.get("/demo/courrier/<int:mail_id>/agenda.ics")
def calendar(mail_id: int) -> ResponseReturnValue:
    """Hand over the calendar that goes with a mail, as its reader gets it."""
    mail = db_session().get(StoredMail, mail_id)
    if mail is None or not mail.calendar:
        abort(404)
    response = attachment(mail.calendar.encode(), ICS_TYPE, CALENDAR_NAME)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/demo/courrier/vider")
def clear() -> ResponseReturnValue:
    """Empty the mailbox of what has been sent."""
    session = db_session()
    session.execute(delete(StoredMail).where(StoredMail.sent_at.is_not(None)))
    session.commit()
    flash(_("La boîte est vidée."), "success")
    return redirect(url_for("demo.mailbox"))
