"""Flask-Security as this project uses it: addresses, delays, and when other sessions end."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import user_logged_in, user_logged_out
from flask_security import FormInfo, Security, SQLAlchemyUserDatastore, current_user
from flask_security.forms import Form
from flask_security.signals import (
    change_email_confirmed,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from flask_security.utils import login_user, url_for_security
from flask_wtf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from config import Settings
from extensions import rate_limits
from extensions.account_mail import OutboxMailUtil, ask_account_mail
from extensions.clock import now
from extensions.database import db, db_session
from extensions.redirects import is_own_path
from extensions.second_factors import PasskeyRules, SingleUseTotp
from extensions.security_words import words_for
from forms.account import (
    ConfirmationRequestForm,
    PasskeyForm,
    PasswordResetRequestForm,
    RescueForm,
    SecondFactorForm,
    SignInForm,
    SignUpForm,
)
from models.account import Role, User, WebAuthn
from services.accounts import must_have_second_factor

csrf = CSRFProtect()

PASSWORD_LENGTH = 12
REMEMBER_FOR = timedelta(days=30)


def settings_for(settings: Settings) -> dict[str, Any]:
    """Return Flask-Security's configuration."""
    return {
        "REMEMBER_COOKIE_DURATION": REMEMBER_FOR,
        **_prefixed(
            {
                **_addresses(),
                **_features(),
                **_secrets(settings),
                "TOTP_ISSUER": "Tour de table",
                "WAN_RP_NAME": "Tour de table",
                "TWO_FACTOR_RESCUE_MAIL": settings.contact_email,
            }
        ),
    }


def _prefixed(values: dict[str, Any]) -> dict[str, Any]:
    return {f"SECURITY_{name}": value for name, value in values.items()}


def _addresses() -> dict[str, Any]:
    return {
        "LOGIN_URL": "/connexion",
        "LOGOUT_URL": "/deconnexion",
        "REGISTER_URL": "/inscription",
        "CONFIRM_URL": "/inscription/confirmer",
        "RESET_URL": "/connexion/mot-de-passe-oublie",
        "VERIFY_URL": "/connexion/verifier",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/connexion/code",
        "TWO_FACTOR_RESCUE_URL": "/connexion/aide",
        "TWO_FACTOR_SELECT_URL": "/connexion/second-facteur",
        "MULTI_FACTOR_RECOVERY_URL": "/connexion/code-de-secours",
        "WAN_SIGNIN_URL": "/connexion/cle-d-acces",
        "WAN_VERIFY_URL": "/connexion/verifier-par-cle",
        "CHANGE_URL": "/mon-compte/mot-de-passe",
        "CHANGE_EMAIL_URL": "/mon-compte/adresse",
        "TWO_FACTOR_SETUP_URL": "/mon-compte/second-facteur",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/mon-compte/codes-de-secours",
        "WAN_REGISTER_URL": "/mon-compte/cles-d-acces",
        "WAN_DELETE_URL": "/mon-compte/cles-d-acces/supprimer",
        "POST_LOGIN_VIEW": "/mon-espace",
        "POST_LOGOUT_VIEW": "/",
        "POST_REGISTER_VIEW": "/inscription/courriel",
        "POST_CONFIRM_VIEW": "/connexion",
        "POST_CHANGE_VIEW": "/mon-compte",
        "POST_CHANGE_EMAIL_VIEW": "/mon-compte",
        "POST_VERIFY_VIEW": "/mon-compte",
        "TWO_FACTOR_POST_SETUP_VIEW": "/mon-compte",
        "WAN_POST_REGISTER_VIEW": "security.wan_register",
        "STATIC_FOLDER": None,  # its scripts are replaced by static/js/passkeys.js
    }


def _features() -> dict[str, Any]:
    return {
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "CHANGE_EMAIL": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 60,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "WEBAUTHN": True,
        # The identity typed before a passkey would tell strangers who has an account.
        "WAN_ALLOW_USER_HINTS": False,
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "PASSWORD_LENGTH_MIN": PASSWORD_LENGTH,
        "INPUT_NORMALIZE_FORM": "NFC",  # the default tears accents from their letters
        # What is hashed for tokens is an address or a salted hash: speed harms nothing there.
        "HASHING_SCHEMES": ["hex_sha256"],
        "DEPRECATED_HASHING_SCHEMES": [],
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "allow_smtputf8": False},
        # The worker writes the mails (extensions/account_mail.py).
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "CHANGE_EMAIL_WITHIN": timedelta(hours=2),
        "FRESHNESS": timedelta(minutes=30),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
    }


def _secrets(settings: Settings) -> dict[str, Any]:
    return {
        "PASSWORD_SALT": settings.secret_key,
        "TOTP_SECRETS": {"1": _derived(settings, "totp").hex()},
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            urlsafe_b64encode(_derived(settings, "recovery-codes"))
        ],
    }


def _derived(settings: Settings, purpose: str) -> bytes:
    return sha256(f"{purpose}:{settings.secret_key}".encode()).digest()


def datastore() -> SQLAlchemyUserDatastore:
    """Return Flask-Security's own access to accounts, over the session of the request."""
    found: SQLAlchemyUserDatastore = current_app.extensions["security"].datastore
    return found


def init_app(app: Flask) -> None:
    """Attach CSRF protection, the limits and Flask-Security."""
    csrf.init_app(app)
    rate_limits.init_app(app)
    app.before_request(_tidy_request)
    app.before_request(_keep_signed_in)
    installed = Security(
        app,
        SQLAlchemyUserDatastore(db, User, Role, WebAuthn),
        mail_util_cls=OutboxMailUtil,
        totp_cls=SingleUseTotp,
        webauthn_util_cls=PasskeyRules,
        register_form=SignUpForm,
        login_form=SignInForm,
        forgot_password_form=PasswordResetRequestForm,
        send_confirmation_form=ConfirmationRequestForm,
        two_factor_rescue_form=RescueForm,
        wan_register_form=PasskeyForm,
    )
    setup_form = FormInfo(instantiator=_second_factor_form, cls=SecondFactorForm)
    installed.set_form_info("two_factor_setup_form", setup_form)
    installed.i18n_domain = words_for(app)
    app.jinja_env.globals["_fsdomain"] = installed.i18n_domain.gettext
    installed.want_json(lambda _request: False)
    _connect_signals(app)


def _tidy_request() -> None:
    """Refuse JSON on the account pages, and drop a ``next`` that leads elsewhere (THREATS A5)."""
    if request.blueprint not in {"security", "oidc"}:
        return
    if request.is_json:
        abort(415)
    # Werkzeug computes both once and keeps them as attributes.
    request.args = ImmutableMultiDict(_without_foreign_next(request.args))
    if request.method == "POST":
        request.form = ImmutableMultiDict(_without_foreign_next(request.form))


def _keep_signed_in() -> ResponseReturnValue | None:
    """Lead whoever asks for the page of codes without setting one up to that of the factors.

    Flask-Security takes it for an attack and signs out: a link from elsewhere, or a code sent by
    a double click, would end every session of the account.
    """
    is_asked = request.endpoint == "security.two_factor_token_validation"
    if not is_asked or session.get("tf_state") == "validating_profile":
        return None
    return redirect(url_for_security("two_factor_setup")) if current_user.is_authenticated else None


def _without_foreign_next(values: MultiDict[str, str]) -> MultiDict[str, str]:
    kept = MultiDict(values)
    if not all(is_own_path(target) for target in kept.getlist("next")):
        kept.poplist("next")
    return kept


def _connect_signals(app: Flask) -> None:
    user_logged_in.connect(_leave_anonymous_session, app)
    user_logged_out.connect(_end_sessions, app)
    user_authenticated.connect(_welcome, app)
    change_email_confirmed.connect(_address_changed, app)
    for signal in (tf_profile_changed, tf_disabled, wan_registered, wan_deleted):
        signal.connect(_second_factor_changed, app)


def _leave_anonymous_session(_app: Flask, user: User) -> None:
    """Drop what the visitor's session held, the CSRF token first (THREATS A1)."""
    del user
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)


def _end_sessions(_app: Flask, user: User) -> None:
    """Kill every cookie of the account: a signed cookie cannot be taken back (THREATS A2)."""
    if isinstance(user, User):
        datastore().set_uniquifier(user)
        db_session().commit()


def _welcome(_app: Flask, user: User, **_details: object) -> None:
    user.last_contact_at = now()
    rate_limits.forget_sign_in_attempts(user.email)


def _address_changed(_app: Flask, user: User, old_email: str, **_details: object) -> None:
    """Kill every token issued for the old address, and tell it (THREATS A6)."""
    ask_account_mail("change_email_notice", user, old_email)
    end_other_sessions(user)


def _second_factor_changed(_app: Flask, user: User, **_details: object) -> None:
    """End the sessions that were opened without the factor, and tell the person."""
    person = db_session().get_one(User, user.id)  # some views send the proxy
    ask_account_mail("second_factor_notice", person)
    end_other_sessions(person)


def end_other_sessions(person: User) -> None:
    """Kill every cookie and pending token of ``person`` but the session of this request."""
    is_here = current_user == person
    datastore().set_uniquifier(person)
    if is_here:
        login_user(person, authn_via=["renewal"])


def _second_factor_form(
    _name: str,
    _cls: type[Form],
    *args: Any,  # noqa: ANN401 - what Flask-Security passes to any form
    **kwargs: Any,  # noqa: ANN401 - idem
) -> Form:
    form = SecondFactorForm(*args, **kwargs)
    demo = bool(current_app.config["DEMO"])
    form.must_keep_factor = must_have_second_factor(current_user, demo=demo)
    return form


def enter_second_factor(person: User, next_path: str) -> ResponseReturnValue | None:
    """Return the step that asks for the person's second factor, ``None`` when there is none."""
    plugins = current_app.extensions["security"].two_factor_plugins
    response: ResponseReturnValue | None = plugins.tf_enter(
        person, remember_me=False, primary_authn_via="proconnect", next_loc=next_path or None
    )
    return response
