"""Signing in by ProConnect: to the provider and back."""

import time
from typing import cast

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import login_user

from extensions.clock import now
from extensions.database import db_session
from extensions.oidc import (
    IdentityProviderError,
    finish_sign_in,
    is_configured,
    start_sign_in,
    take_next,
)
from extensions.redirects import is_own_path
from extensions.security import datastore, enter_second_factor
from models.account import User
from services.accounts import ExternalIdentity, person_of_identity
from services.errors import RuleViolation
from views.access import current_person
from views.refusals import refusal_words

bp = Blueprint("oidc", __name__)


@bp.get("/connexion/proconnect")
def start() -> ResponseReturnValue:
    """Send the visitor to ProConnect."""
    if not is_configured():
        abort(404)
    try:
        return start_sign_in(request.args.get("next", ""))
    except IdentityProviderError:
        flash(_("ProConnect ne répond pas. Réessayez, ou connectez-vous autrement."), "error")
        return redirect(url_for("security.login"))


@bp.get("/connexion/proconnect/retour")
def callback() -> ResponseReturnValue:
    """Sign in whoever ProConnect recognised, making the account on the first time."""
    if not is_configured():
        abort(404)
    signed_in = current_person()
    target = take_next()
    next_path = target if is_own_path(target) else ""
    try:
        identity = finish_sign_in()
        person = person_of_identity(db_session(), identity, signed_in=signed_in, now=now())
    except IdentityProviderError:
        flash(_("ProConnect n’a pas pu vous reconnaître. Réessayez."), "error")
        return _back(signed_in)
    except RuleViolation as refusal:
        flash(refusal_words(refusal), "error")
        return _back(signed_in)
    if person is None:
        person = _new_account(identity)
    if not person.active:
        db_session().rollback()
        flash(_("Ce compte est fermé."), "error")
        return redirect(url_for("security.login"))
    db_session().commit()
    if signed_in is not None:
        session["fs_paa"] = time.time()  # whoever came back from ProConnect proved it again
        return redirect(next_path or url_for("account.show"))
    return _enter(person, next_path)


def _new_account(identity: ExternalIdentity) -> User:
    account = datastore().create_user(
        email=identity.email,
        display_name=identity.name,
        oidc_subject=identity.subject,
        confirmed_at=now().replace(tzinfo=None),
    )
    return cast("User", account)


def _enter(person: User, next_path: str) -> ResponseReturnValue:
    """Ask for the second factor when there is one, else open the session."""
    if response := enter_second_factor(person, next_path):
        return response
    login_user(person, authn_via=["proconnect"])
    db_session().commit()
    return redirect(next_path or url_for("account.show"))


def _back(signed_in: User | None) -> ResponseReturnValue:
    return redirect(url_for("account.show" if signed_in else "security.login"))
