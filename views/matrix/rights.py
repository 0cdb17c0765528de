"""The rights that routes ask for, and which roles have each."""

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
    PARTICIPANT = "the people of a participant of a meetup day, signed in or by their mailed link"
    DEMO = "anyone, while the demonstration is on"


# What each role gets from a route, per right: « yes », or the page that hides it.
# A visitor is led to the sign-in page by a GET and refused (403) otherwise.
ROLES: Final = ("public", "member", "editor", "owner", "staff", "administrator")
GRANTS: Final[dict[Access, frozenset[str]]] = {
    Access.PUBLIC: frozenset(ROLES),
    Access.DEMO: frozenset(ROLES),
    Access.SIGNED_IN: frozenset(ROLES[1:]),
    Access.TEAM: frozenset({"editor", "owner"}),
    # Missing (404) for anybody else, visitors included: who takes part is nobody's business.
    Access.PARTICIPANT: frozenset({"editor", "owner"}),
    Access.EDITOR: frozenset({"editor", "owner", "staff", "administrator"}),
    Access.OWNER: frozenset({"owner", "staff", "administrator"}),
    Access.STAFF: frozenset({"staff", "administrator"}),
    Access.ADMINISTRATOR: frozenset({"administrator"}),
}
# Staff reach these only with a second factor, outside the demonstration.
PRIVILEGED: Final = frozenset({Access.EDITOR, Access.OWNER, Access.STAFF, Access.ADMINISTRATOR})
