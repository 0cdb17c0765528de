"""HTTP: one blueprint a file. Views load, call one service, commit once, render or redirect.

Only ``app`` imports this package.
"""

from flask import Flask

from views import (
    access,
    account,
    alert_links,
    alerts,
    attachments,
    claims,
    comparison,
    completion,
    consortium_answers,
    consortium_building,
    consortium_invitations,
    consortiums,
    contract_routes,
    demo,
    directory,
    entry_filters,
    errors,
    exposure,
    federations,
    health,
    imports,
    interests,
    introductions,
    language,
    logos,
    matches,
    meetups,
    memberships,
    moderation,
    my_territories,
    need_documents,
    need_editing,
    need_groups,
    needs,
    offer_editing,
    offers,
    oidc,
    opportunities,
    organizations,
    outcomes,
    pages,
    partnership_editing,
    partnership_files,
    partnership_groups,
    partnership_review,
    partnership_timeline,
    partnerships,
    people,
    registers,
    registration,
    relays,
    shortlist_editing,
    shortlists,
    sitemap,
    static_files,
    steering,
    submission,
    territories,
    territory_editing,
    themes,
    threads,
    workspace,
)
from views.addresses import KeyConverter, SlugConverter

PUBLIC_PAGES = (
    pages,
    language,
    static_files,
    health,
    directory,
    completion,
    organizations,
    offers,
    needs,
    territories,
    partnerships,
    partnership_files,
    themes,
    meetups,
    matches,
    comparison,
    contract_routes,
    exposure,
    sitemap,
    alert_links,
)
ACCOUNT_PAGES = (account, oidc, memberships, claims, people, demo)

ENTRY_PAGES = (
    workspace,
    registration,
    submission,
    offer_editing,
    federations,
    need_editing,
    need_groups,
    my_territories,
    relays,
    shortlists,
    consortiums,
    consortium_building,
    consortium_invitations,
    consortium_answers,
    shortlist_editing,
    logos,
    moderation,
    imports,
    territory_editing,
    steering,
    registers,
    need_documents,
    interests,
    partnership_editing,
    partnership_groups,
    partnership_timeline,
    partnership_review,
    introductions,
    threads,
    attachments,
    outcomes,
    alerts,
    opportunities,
)


def register_blueprints(app: Flask) -> None:
    """Attach every blueprint, the declared access matrix and the error pages."""
    app.url_map.converters["slug"] = SlugConverter
    app.url_map.converters["int"] = KeyConverter
    for module in (*PUBLIC_PAGES, *ACCOUNT_PAGES, *ENTRY_PAGES):
        app.register_blueprint(module.bp)
    entry_filters.init_app(app)
    access.init_app(app)
    errors.init_app(app)
