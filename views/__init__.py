"""HTTP: one blueprint a file. Views load, call one service, commit once, render or redirect.

Only ``app`` imports this package.
"""

from flask import Flask

from views import (
    access,
    account,
    claims,
    completion,
    demo,
    directory,
    errors,
    language,
    matches,
    meetups,
    memberships,
    needs,
    offers,
    oidc,
    organizations,
    pages,
    partnerships,
    people,
    static_files,
    territories,
    themes,
)
from views.addresses import SlugConverter

PUBLIC_PAGES = (
    pages,
    language,
    static_files,
    directory,
    completion,
    organizations,
    offers,
    needs,
    territories,
    partnerships,
    themes,
    meetups,
    matches,
)
ACCOUNT_PAGES = (account, oidc, memberships, claims, people, demo)


def register_blueprints(app: Flask) -> None:
    """Attach every blueprint, the declared access matrix and the error pages."""
    app.url_map.converters["slug"] = SlugConverter
    for module in (*PUBLIC_PAGES, *ACCOUNT_PAGES):
        app.register_blueprint(module.bp)
    access.init_app(app)
    errors.init_app(app)
