"""Applies the access matrix to each request; loads objects together with the right to them."""

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.local import LocalProxy

from extensions.database import db_session
from models.account import User
from models.introduction import Introduction
from models.meetup import MeetupDay
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist
from services import permissions
from services.accounts import has_second_factor, must_have_second_factor
from services.introduction_threads import side_of, thread
from services.pages import offer_by_slug
from views.matrix import MATRIX, PRIVILEGED, Access
from vocabulary.exchanges import Side


def current_person() -> User | None:
    """Return the signed-in account, or ``None`` for a visitor."""
    user = current_user
    if isinstance(user, LocalProxy):
        user = user._get_current_object()  # noqa: SLF001 - the proxy's documented accessor
    return user if isinstance(user, User) else None


def init_app(app: Flask) -> None:
    """Check that every route is declared, then guard each request.

    Raises:
        RuntimeError: a route is missing from the matrix.
    """
    if missing := undeclared_routes(app):
        message = f"routes missing from views/matrix: {', '.join(sorted(missing))}"
        raise RuntimeError(message)
    app.before_request(_guard)


def undeclared_routes(app: Flask) -> set[str]:
    """Return the endpoints of ``app`` that the matrix does not name."""
    return {rule.endpoint for rule in app.url_map.iter_rules()} - set(MATRIX)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = MATRIX[request.endpoint]
    if access is Access.DEMO and not current_app.config["DEMO"]:
        abort(404)
    # Those of a participant may come without account: the view loads with the right.
    if access in {Access.PUBLIC, Access.PARTICIPANT, Access.DEMO}:
        return None
    return _guard_person(access)


def _guard_person(access: Access) -> ResponseReturnValue | None:
    person = current_person()
    is_reading = request.method in {"GET", "HEAD"}
    if person is None:
        if is_reading:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        abort(403)
    if access is Access.ADMINISTRATOR and not person.is_administrator:
        abort(404)
    if access is Access.STAFF and not person.is_staff:
        abort(404)
    if access in PRIVILEGED and _lacks_second_factor(person):
        if not is_reading:
            abort(403)
        flash(_("Votre rôle demande un second facteur : mettez-le en place."), "warning")
        return redirect(url_for("security.two_factor_setup"))
    return None


def _lacks_second_factor(person: User) -> bool:
    demo = bool(current_app.config["DEMO"])
    return must_have_second_factor(person, demo=demo) and not has_second_factor(person)


def organization_or_404(slug: str) -> Organization:
    """Return the entry if the person may read it; missing and forbidden look the same."""
    session = db_session()
    entry = session.scalar(_by_slug(slug))
    if entry is None or not permissions.can_read_organization(session, current_person(), entry):
        abort(404)
    return entry


def editable_organization_or_404(slug: str) -> Organization:
    """Return the entry if the person may write it."""
    session = db_session()
    entry = session.scalar(_by_slug(slug))
    if entry is None or not permissions.can_edit_organization(session, current_person(), entry.id):
        abort(404)
    return entry


def managed_organization_or_404(slug: str) -> Organization:
    """Return the entry if the person may decide on its members and withdraw it."""
    session = db_session()
    entry = session.scalar(_by_slug(slug))
    if entry is None or not permissions.can_manage_organization(
        session, current_person(), entry.id
    ):
        abort(404)
    return entry


def offer_or_404(slug: str) -> Offer:
    """Return the offer if the person may read it; missing and forbidden look the same."""
    session = db_session()
    offer = offer_by_slug(session, slug)
    if offer is None:
        abort(404)
    if not offer.is_public and not permissions.can_edit_organization(
        session, current_person(), offer.organization_id
    ):
        abort(404)
    return offer


def editable_need_or_404(need_id: int) -> Need:
    """Return the need if the person may write it and act for its carrier."""
    session = db_session()
    need = session.get(Need, need_id)
    if need is None or not permissions.can_edit_need(session, current_person(), need):
        abort(404)
    return need


def shortlist_or_404(shortlist_id: int) -> Shortlist:
    """Return the selection if the person is of the team that shares it."""
    session = db_session()
    shortlist = session.get(
        Shortlist,
        shortlist_id,
        options=(joinedload(Shortlist.organization), joinedload(Shortlist.need)),
    )
    if shortlist is None or not permissions.can_use_shortlist(session, current_person(), shortlist):
        abort(404)
    return shortlist


def thread_or_404(introduction_id: int) -> tuple[Introduction, Side]:
    """Return an introduction and the side for which the person acts; staff do not read threads."""
    session = db_session()
    introduction = thread(session, introduction_id)
    if introduction is None:
        abort(404)
    side = side_of(session, introduction, signed_in_person())
    if side is None:
        abort(404)
    return introduction, side


def meetup_day_or_404(slug: str) -> MeetupDay:
    """Return the meetup day if anyone may read it; a draft is shown to staff only."""
    day = _meetup_day(slug)
    person = current_person()
    if not day.is_public and not (person and person.is_staff):
        abort(404)
    return day


def organized_day_or_404(slug: str) -> MeetupDay:
    """Return the meetup day if the person organises it: staff do."""
    person = current_person()
    if person is None or not person.is_staff:
        abort(404)
    return _meetup_day(slug)


def _meetup_day(slug: str) -> MeetupDay:
    query = select(MeetupDay).where(MeetupDay.slug == slug)
    day = db_session().scalar(query.options(joinedload(MeetupDay.commune)))
    if day is None:
        abort(404)
    return day


def _by_slug(slug: str) -> Select[Organization]:
    return select(Organization).where(Organization.slug == slug)


def signed_in_person() -> User:
    """Return the signed-in account, on a route that the matrix keeps from visitors."""
    person = current_person()
    if person is None:
        abort(403)
    return person
