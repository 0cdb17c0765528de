"""Administrators: who has an account, and who belongs to the staff."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from extensions.clock import now
from extensions.database import db_session
from forms.account import RoleForm
from models.account import User
from services.accounts import GIVEN_ROLES, find_people, has_second_factor, set_role
from views.access import signed_in_person
from views.refusals import commit_or_flash

bp = Blueprint("people", __name__)
PER_PAGE = 50
MAX_WORDS = 100


@bp.get("/administration/personnes")
def index() -> ResponseReturnValue:
    """List accounts by name, searched by name or address."""
    session = db_session()
    words = request.args.get("q", "")[:MAX_WORDS]
    only = next((role for role in GIVEN_ROLES if role.value == request.args.get("role")), None)
    found = find_people(words=words, only=only)
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    people = session.scalars(found.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return render_template(
        "account/people.html",
        people=people,
        words=words,
        only=only,
        roles=GIVEN_ROLES,
        total=total,
        page=page,
        pages=pages,
        form=RoleForm(),
        has_second_factor=has_second_factor,
    )


@bp.post("/administration/personnes/<int:user_id>/role")
def set_role_of(user_id: int) -> ResponseReturnValue:
    """Give or take a role; it holds from the person's next request."""
    session = db_session()
    person = session.get(User, user_id)
    if person is None:
        abort(404)
    form = RoleForm()
    if not form.validate():
        abort(400)
    commit_or_flash(
        lambda: set_role(
            session,
            person,
            form.role_chosen(),
            given=form.is_given(),
            actor=signed_in_person(),
            now=now(),
        ),
        _("Le rôle est changé."),
    )
    return redirect(url_for("people.index", **_filters()))


def _filters() -> dict[str, Any]:
    """Return the search that the list was asked with, to come back to it."""
    return {name: request.args[name] for name in ("q", "role", "page") if name in request.args}
