"""The access matrix: for each endpoint, who may call it. Enforced on every request, and tested.

``access.init_app`` refuses to start on a route that is not declared here.
"""

from enum import Enum
from typing import Final


class Access(Enum):
    """The right a route asks for; those on one organisation are checked where it is loaded."""

    PUBLIC = "anyone"
    SIGNED_IN = "any signed-in person"
    TEAM = "approved members of the organisation"
    EDITOR = "approved members of the organisation, and staff"
    OWNER = "owners of the organisation, and staff"
    STAFF = "ANRU staff and administrators"
    ADMINISTRATOR = "administrators"
    DEMO = "anyone, while the demonstration is on"


# What each role gets from a route, per right: « yes », or the page that hides it.
# A visitor is led to the sign-in page by a GET and refused (403) otherwise.
ROLES: Final = ("public", "member", "editor", "owner", "staff", "administrator")
GRANTS: Final[dict[Access, frozenset[str]]] = {
    Access.PUBLIC: frozenset(ROLES),
    Access.DEMO: frozenset(ROLES),
    Access.SIGNED_IN: frozenset(ROLES[1:]),
    Access.TEAM: frozenset({"editor", "owner"}),
    Access.EDITOR: frozenset({"editor", "owner", "staff", "administrator"}),
    Access.OWNER: frozenset({"owner", "staff", "administrator"}),
    Access.STAFF: frozenset({"staff", "administrator"}),
    Access.ADMINISTRATOR: frozenset({"administrator"}),
}
# Staff reach these only with a second factor, outside the demonstration.
PRIVILEGED: Final = frozenset({Access.EDITOR, Access.OWNER, Access.STAFF, Access.ADMINISTRATOR})


MATRIX: Final[dict[str, Access]] = {
    # Files
    "static": Access.PUBLIC,
    "static_files.vendor": Access.PUBLIC,
    "static_files.outline": Access.PUBLIC,
    # Supervision
    "health.live": Access.PUBLIC,
    "health.ready": Access.PUBLIC,
    # Public pages
    "pages.home": Access.PUBLIC,
    "pages.about": Access.PUBLIC,
    "pages.accessibility": Access.PUBLIC,
    "pages.legal": Access.PUBLIC,
    "pages.privacy": Access.PUBLIC,
    "language.switch": Access.PUBLIC,
    "sitemap.show": Access.PUBLIC,
    "sitemap.robots": Access.PUBLIC,
    # Looking up
    "directory.search": Access.PUBLIC,
    "directory.export": Access.PUBLIC,
    "directory.points": Access.PUBLIC,
    "completion.places": Access.PUBLIC,
    "completion.terms": Access.PUBLIC,
    "completion.offers": Access.PUBLIC,
    "completion.organizations": Access.PUBLIC,
    "comparison.show": Access.PUBLIC,
    "comparison.export": Access.PUBLIC,
    "organizations.show": Access.PUBLIC,
    "offers.show": Access.PUBLIC,
    "territories.index": Access.PUBLIC,
    "territories.show": Access.PUBLIC,
    "needs.show": Access.PUBLIC,
    "partnerships.show": Access.PUBLIC,
    "themes.index": Access.PUBLIC,
    "themes.show": Access.PUBLIC,
    "meetups.index": Access.PUBLIC,
    "meetups.show": Access.PUBLIC,
    "contract_routes.advise": Access.PUBLIC,
    "contract_routes.note": Access.PUBLIC,
    "contract_routes.note_pdf": Access.PUBLIC,
    "contract_routes.rules": Access.PUBLIC,
    "matches.explore": Access.PUBLIC,
    "matches.need": Access.PUBLIC,
    "matches.territory": Access.PUBLIC,
    "matches.offer": Access.PUBLIC,
    "matches.organization": Access.PUBLIC,
    # Signing up and in (Flask-Security)
    "security.register": Access.PUBLIC,
    "security.send_confirmation": Access.PUBLIC,
    "security.confirm_email": Access.PUBLIC,
    "security.login": Access.PUBLIC,
    "security.logout": Access.PUBLIC,
    "security.forgot_password": Access.PUBLIC,
    "security.reset_password": Access.PUBLIC,
    "security.tf_select": Access.PUBLIC,
    "security.two_factor_token_validation": Access.PUBLIC,
    "security.two_factor_rescue": Access.PUBLIC,
    "security.mf_recovery": Access.PUBLIC,
    "security.wan_signin": Access.PUBLIC,
    "security.wan_signin_response": Access.PUBLIC,
    "security.change_email_confirm": Access.PUBLIC,
    "oidc.start": Access.PUBLIC,
    "oidc.callback": Access.PUBLIC,
    # One's own account (Flask-Security, views/account.py)
    "security.verify": Access.SIGNED_IN,
    "security.change_password": Access.SIGNED_IN,
    "security.change_email": Access.SIGNED_IN,
    "security.two_factor_setup": Access.SIGNED_IN,
    "security.two_factor_setup_validate": Access.SIGNED_IN,
    "security.mf_recovery_codes": Access.SIGNED_IN,
    "security.wan_register": Access.SIGNED_IN,
    "security.wan_register_response": Access.SIGNED_IN,
    "security.wan_delete": Access.SIGNED_IN,
    "security.wan_verify": Access.SIGNED_IN,
    "security.wan_verify_response": Access.SIGNED_IN,
    "account.mail_sent": Access.PUBLIC,
    "account.show": Access.SIGNED_IN,
    "account.end_sessions": Access.SIGNED_IN,
    # Memberships and claims (views/memberships.py, views/claims.py)
    "memberships.invitations": Access.SIGNED_IN,
    "memberships.invitation": Access.SIGNED_IN,
    "memberships.answer": Access.SIGNED_IN,
    "memberships.withdraw": Access.SIGNED_IN,
    "memberships.join": Access.SIGNED_IN,
    "memberships.team": Access.EDITOR,
    "memberships.leave": Access.TEAM,
    "memberships.invite": Access.OWNER,
    "memberships.decide": Access.OWNER,
    "memberships.change_role": Access.OWNER,
    "memberships.remove": Access.OWNER,
    "claims.claim": Access.SIGNED_IN,
    "claims.prove": Access.SIGNED_IN,
    "claims.queue": Access.STAFF,
    "claims.decide": Access.STAFF,
    # Administration (views/people.py)
    "people.index": Access.ADMINISTRATOR,
    "people.set_role_of": Access.ADMINISTRATOR,
    # Registering (views/workspace.py, views/registration.py, views/submission.py)
    "workspace.home": Access.SIGNED_IN,
    "registration.start": Access.SIGNED_IN,
    "registration.create": Access.SIGNED_IN,
    "registration.identity": Access.EDITOR,
    "registration.texts": Access.EDITOR,
    "registration.area": Access.EDITOR,
    "registration.offers": Access.EDITOR,
    "registration.presence": Access.EDITOR,
    "registration.preview": Access.EDITOR,
    "registration.live_preview": Access.EDITOR,
    "submission.overview": Access.EDITOR,
    "submission.review": Access.EDITOR,
    "submission.submit": Access.EDITOR,
    "submission.reopen": Access.EDITOR,
    "submission.discard": Access.EDITOR,
    "submission.confirm": Access.EDITOR,
    "submission.withdraw": Access.OWNER,
    "submission.delete": Access.OWNER,
    "logos.show": Access.PUBLIC,
    # Offers and federations (views/offer_editing.py, views/federations.py)
    "offer_editing.create": Access.EDITOR,
    "offer_editing.edit": Access.EDITOR,
    "offer_editing.preview": Access.EDITOR,
    "offer_editing.act": Access.EDITOR,
    "offer_editing.remove": Access.OWNER,
    "federations.members": Access.EDITOR,
    "federations.invite": Access.OWNER,
    "federations.remove": Access.OWNER,
    "federations.memberships": Access.EDITOR,
    "federations.answer": Access.OWNER,
    # Selections (views/shortlists.py, views/shortlist_editing.py)
    "shortlists.index": Access.SIGNED_IN,
    "shortlists.create": Access.SIGNED_IN,
    "shortlists.add": Access.SIGNED_IN,
    "shortlists.show": Access.TEAM,
    "shortlists.export": Access.TEAM,
    "shortlist_editing.rename": Access.TEAM,
    "shortlist_editing.act": Access.TEAM,
    "shortlist_editing.delete": Access.TEAM,
    "shortlist_editing.change_items": Access.TEAM,
    "shortlist_editing.note": Access.TEAM,
    # The sourcing register (views/registers.py, views/need_documents.py, views/interests.py)
    "registers.show": Access.EDITOR,
    "registers.export": Access.EDITOR,
    "registers.log": Access.EDITOR,
    "registers.correct": Access.EDITOR,
    "need_documents.index": Access.EDITOR,
    "need_documents.withdraw": Access.EDITOR,
    "need_documents.show": Access.PUBLIC,
    "interests.of_need": Access.EDITOR,
    "interests.of_organization": Access.EDITOR,
    "interests.end": Access.EDITOR,
    # Moderation (views/moderation.py, views/territory_editing.py)
    "moderation.queue": Access.STAFF,
    "moderation.review": Access.STAFF,
    "moderation.hide": Access.STAFF,
    "moderation.restore": Access.STAFF,
    "moderation.hidden": Access.STAFF,
    "moderation.journal": Access.STAFF,
    "territory_editing.edit": Access.STAFF,
    # Imports (views/imports.py)
    "imports.index": Access.STAFF,
    "imports.show": Access.STAFF,
    "imports.map_columns": Access.STAFF,
    "imports.decide": Access.STAFF,
    "imports.apply": Access.STAFF,
    "imports.undo": Access.STAFF,
    "imports.discard": Access.STAFF,
    "imports.refusals": Access.STAFF,
    # Demonstration
    "demo.mailbox": Access.DEMO,
    "demo.message": Access.DEMO,
    "demo.clear": Access.DEMO,
}
