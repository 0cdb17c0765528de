"""Builds the application: configuration, engine, extensions, blueprints, commands."""

import sys
from urllib.parse import urlsplit

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from config import (
    PROJECT_ROOT,
    ConfigurationError,
    Settings,
    check_port_is_free,
    load_settings,
    prepare_data_dir,
)
from extensions import (
    assets,
    database,
    exposure,
    headers,
    i18n,
    matcher,
    oidc,
    search_engine,
    security,
    template_context,
)
from jobs.cli import register_commands
from jobs.serve import DatabaseUnreachable, prepare, serve
from views import register_blueprints

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_FORM_BYTES = 512 * 1024
MAX_FORM_PARTS = 1_000


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from ``settings``, by default those of the environment.

    Raises:
        ConfigurationError: a setting makes it unable to start.
    """
    settings = settings or load_settings()
    prepare_data_dir(settings)
    app = Flask(__name__, root_path=str(PROJECT_ROOT), static_url_path=assets.STATIC_URL)
    _configure(app, settings)
    database.init_app(app, settings.engine_url())
    i18n.init_app(app)
    security.init_app(app)
    oidc.init_app(app, settings)
    assets.init_app(app)
    search_engine.init_app(app, settings)
    exposure.init_app(app)
    matcher.init_app(app)
    template_context.init_app(app)
    register_blueprints(app)
    headers.init_app(app, is_https=settings.is_https, tile_origin=_origin(settings.tile_url))
    Compress(app)
    register_commands(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _configure(app: Flask, settings: Settings) -> None:
    host = urlsplit(settings.public_url).netloc
    local = {f"localhost:{settings.port}", f"127.0.0.1:{settings.port}", "localhost"}
    app.config.update(
        SETTINGS=settings,
        PROJECT_ROOT=PROJECT_ROOT,
        PUBLIC_URL=settings.public_url,
        DEMO=settings.demo,
        SECRET_KEY=settings.secret_key,
        CONTACT_EMAIL=settings.contact_email,
        TRUSTED_HOSTS=sorted({host} if settings.base_url else {host} | local),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.is_https,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/csv",
            "text/javascript",
            "application/javascript",
            "application/json",
            "application/geo+json",
            "image/svg+xml",
        ],
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.config.update(security.settings_for(settings))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}


def main() -> int:
    """Serve the application on this machine; return the exit status."""
    try:
        settings = load_settings()
        check_port_is_free(settings)
        app = create_app(settings)
        prepare(app, _say)
    except (ConfigurationError, DatabaseUnreachable) as error:
        _say(f"Tour de table ne démarre pas : {error}")
        return 2
    serve(app, _say)
    return 0


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
