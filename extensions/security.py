"""Flask-Security: sign-up, sign-in, second factors and passkeys, with mail through the outbox."""

from typing import Any

from flask import Flask
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect

from config import Settings
from extensions.database import db
from extensions.mailbox import store_mail
from models.account import Role, User, WebAuthn

csrf = CSRFProtect()
security = Security()


class OutboxMailUtil(MailUtil):
    """Sends Flask-Security's messages through the outbox, in the running transaction."""

    def send_mail(  # type: ignore[override] - the library's own types differ by version
        self,
        template: str,
        subject: str,
        recipient: str,
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,  # noqa: ANN401 - idem
    ) -> None:
        """Store the message; the worker sends it."""
        del template, sender, kwargs
        store_mail(recipient, subject, body or "", html or "")
        db.session.commit()


def settings_for(settings: Settings) -> dict[str, Any]:
    """Return Flask-Security's configuration."""
    return {
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_LOGIN_URL": "/connexion",
        "SECURITY_LOGOUT_URL": "/deconnexion",
        "SECURITY_REGISTER_URL": "/inscription",
        "SECURITY_REGISTERABLE": True,
    }


def init_app(app: Flask) -> None:
    """Attach CSRF protection and Flask-Security."""
    csrf.init_app(app)
    datastore = SQLAlchemyUserDatastore(db, User, Role, WebAuthn)
    security.init_app(app, datastore, mail_util_cls=OutboxMailUtil)
