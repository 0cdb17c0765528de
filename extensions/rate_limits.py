"""Limits on sign-in, codes and mails, counted in the database before a view does anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil
from typing import Final
from unicodedata import normalize

from flask import Flask, current_app, request, session
from werkzeug.exceptions import TooManyRequests

from extensions.clock import now
from extensions.database import db_session
from services.rate_limits import Limit, count_attempt, forget_attempts

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)


def account_key(email: str) -> str:
    """Return the key of one account's sign-in attempts; it holds no address (THREATS P2)."""
    return f"sign-in:{_digest(email)}"


def _digest(text: str) -> str:
    folded = normalize("NFKC", text).strip().casefold()
    return sha256(f"{current_app.secret_key!s}:{folded}".encode()).hexdigest()[:32]


def _by_sign_in_account() -> str:
    return account_key(request.form.get("email", ""))


def _by_peer() -> str:
    # The address of the connection, or what our own proxy says: never a header of the visitor.
    return f"{request.endpoint}:peer:{_digest(request.remote_addr or '')}"


def _by_typed_address() -> str:
    return f"{request.endpoint}:address:{_digest(request.form.get('email', ''))}"


def _by_person() -> str:
    # Both values are signed by us: whoever passed the first factor, or is signed in.
    person = session.get("tf_user_id") or session.get("_user_id") or ""
    return f"{request.endpoint}:person:{_digest(str(person))}"


def _by_asker() -> str:
    # With an account, what it does; without, the address that would be written to.
    return _by_person() if session.get("_user_id") else _by_typed_address()


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit, and whose attempts it counts."""

    limit: Limit
    key: Callable[[], str]


PEER_SIGN_IN: Final = Rule(Limit(100, QUARTER), _by_peer)
PEER_MAIL: Final = Rule(Limit(40, HOUR), _by_peer)
PERSON_CODE: Final = Rule(Limit(8, QUARTER), _by_person)
ADDRESS_MAIL: Final = Rule(Limit(5, HOUR), _by_typed_address)

# What a POST to each endpoint costs. Ten passwords a quarter of an hour make a guess hopeless
# and leave a person who mistypes alone.
RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "security.login": (Rule(Limit(10, QUARTER), _by_sign_in_account), PEER_SIGN_IN),
    "security.two_factor_token_validation": (PERSON_CODE,),
    "security.two_factor_setup_validate": (PERSON_CODE,),
    "security.two_factor_rescue": (PERSON_CODE,),
    "security.mf_recovery": (PERSON_CODE,),
    "security.verify": (PERSON_CODE,),
    "security.change_password": (PERSON_CODE,),
    "security.wan_signin_response": (PEER_SIGN_IN,),
    "security.register": (ADDRESS_MAIL, PEER_MAIL),
    "security.forgot_password": (ADDRESS_MAIL, PEER_MAIL),
    "security.send_confirmation": (ADDRESS_MAIL, PEER_MAIL),
    "security.change_email": (Rule(Limit(5, HOUR), _by_person),),
    "alerts.create": (Rule(Limit(10, HOUR), _by_asker), PEER_MAIL),
    "memberships.invite": (Rule(Limit(40, timedelta(days=1)), _by_person),),
    # Each of these writes to the members of another organisation.
    **dict.fromkeys(
        (
            "consortium_answers.answer",
            "consortium_answers.reopen",
            "consortium_invitations.withdraw",
            "need_documents.index",
            "partnership_members.answer",
            "partnership_members.invite",
            "partnership_members.remove",
            "relays.send",
            "threads.report",
        ),
        (Rule(Limit(40, timedelta(days=1)), _by_person),),
    ),
    "registers.log": (Rule(Limit(100, timedelta(days=1)), _by_person),),
    "threads.write": (Rule(Limit(200, timedelta(days=1)), _by_person),),
    "memberships.join": (Rule(Limit(20, timedelta(days=1)), _by_person),),
    "consortium_invitations.invite": (Rule(Limit(40, timedelta(days=1)), _by_person),),
    "reference_requests.ask": (
        Rule(Limit(20, timedelta(days=1)), _by_person),
        Rule(Limit(5, timedelta(days=1)), _by_typed_address),
    ),
    "experiences.act": (Rule(Limit(60, timedelta(days=1)), _by_person),),
    # A visitor's address is written to; people without account register and bring colleagues.
    "meetup_registration.start": (Rule(Limit(5, HOUR), _by_asker), PEER_MAIL),
    "meetup_registration.proved": (PEER_MAIL,),
    "participations.add": (PEER_MAIL,),
    "participations.person": (PEER_MAIL,),
    "claims.claim": (Rule(Limit(20, timedelta(days=1)), _by_person),),
}


def init_app(app: Flask) -> None:
    """Count before anything else reads the database in the request."""
    app.before_request(_count_request)


def _count_request() -> None:
    rules = RULES.get(request.endpoint or "", ())
    if request.method != "POST" or not rules:
        return
    waits = [count_attempt(db_session(), rule.key(), rule.limit, now=now()) for rule in rules]
    db_session().commit()
    longest = max((wait for wait in waits if wait is not None), default=None)
    if longest is not None:
        raise TooManyRequests(retry_after=ceil(longest.total_seconds()))


def forget_sign_in_attempts(email: str) -> None:
    """Clear the counter of an account that has just signed in, in the running transaction."""
    forget_attempts(db_session(), account_key(email))
