"""Languages: French msgids, an English catalogue, formats of dates and numbers."""

from flask import Flask, has_request_context, request, session
from flask_security import current_user

from extensions.typography import TypographicBabel
from vocabulary.languages import LANGUAGES

DEFAULT_LANGUAGE = "fr"

babel = TypographicBabel()


def select_language() -> str:
    """Return the language of the page: the switch, then the account, then French.

    The browser's preference is not read: the directory serves French authorities, and one
    address must give everyone the same page.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    account = getattr(current_user, "language", None) if request.endpoint else None
    return account if account in LANGUAGES else DEFAULT_LANGUAGE


def init_app(app: Flask) -> None:
    """Attach Babel with our catalogues beside those of the libraries."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.config["PROJECT_ROOT"] / "translations")
    babel.init_app(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone="Europe/Paris",
        locale_selector=select_language,
    )
