"""The access matrix: for each endpoint, who may call it. Enforced on every request, and tested.

``access.init_app`` refuses to start on a route that is not declared here.
"""

from enum import Enum
from typing import Final


class Access(Enum):
    """The coarse right a route asks for; rights on one object are checked where it is loaded."""

    PUBLIC = "anyone"
    SIGNED_IN = "any signed-in person"
    STAFF = "ANRU staff and administrators"
    ADMINISTRATOR = "administrators"
    DEMO = "anyone, while the demonstration is on"


MATRIX: Final[dict[str, Access]] = {
    # Files
    "static": Access.PUBLIC,
    "static_files.vendor": Access.PUBLIC,
    "static_files.outline": Access.PUBLIC,
    # Public pages
    "pages.home": Access.PUBLIC,
    "pages.about": Access.PUBLIC,
    "pages.accessibility": Access.PUBLIC,
    "pages.legal": Access.PUBLIC,
    "pages.privacy": Access.PUBLIC,
    "language.switch": Access.PUBLIC,
    # Looking up
    "directory.search": Access.PUBLIC,
    "directory.export": Access.PUBLIC,
    "directory.points": Access.PUBLIC,
    "completion.places": Access.PUBLIC,
    "completion.terms": Access.PUBLIC,
    "organizations.show": Access.PUBLIC,
    "offers.show": Access.PUBLIC,
    "territories.show": Access.PUBLIC,
    "needs.show": Access.PUBLIC,
    "partnerships.show": Access.PUBLIC,
    "themes.index": Access.PUBLIC,
    "themes.show": Access.PUBLIC,
    "meetups.index": Access.PUBLIC,
    "meetups.show": Access.PUBLIC,
    "matches.explore": Access.PUBLIC,
    "matches.need": Access.PUBLIC,
    "matches.territory": Access.PUBLIC,
    "matches.offer": Access.PUBLIC,
    "matches.organization": Access.PUBLIC,
    # Accounts and memberships (views/account.py and Flask-Security)
    # Registering (views/workspace.py, views/registration.py, views/offer_editing.py, ...)
    # Moderation (views/moderation.py)
    # Imports (views/imports.py)
    # Demonstration
    "demo.mailbox": Access.DEMO,
}
