"""The access matrix: for each endpoint, who may call it. Enforced on every request, and tested.

One module a subject; ``access.init_app`` refuses to start on a route that none declares.
"""

from collections.abc import Mapping
from typing import Final

from views.matrix import accounts, directory, entries, exchanges, meetups, partnerships, site
from views.matrix.rights import GRANTS, PRIVILEGED, ROLES, Access

__all__ = [
    "BY_SIGNED_LINK",
    "GRANTS",
    "MATRIX",
    "PRIVILEGED",
    "ROLES",
    "Access",
    "merge_rights",
]


def merge_rights(*subjects: Mapping[str, Access]) -> dict[str, Access]:
    """Return the rights of all subjects.

    Raises:
        ValueError: two subjects declare the same endpoint.
    """
    found: dict[str, Access] = {}
    for rights in subjects:
        twice = sorted(found.keys() & rights.keys())
        if twice:
            message = f"declared by two subjects of the access matrix: {', '.join(twice)}"
            raise ValueError(message)
        found |= rights
    return found


MATRIX: Final = merge_rights(
    site.RIGHTS,
    directory.RIGHTS,
    accounts.RIGHTS,
    entries.RIGHTS,
    exchanges.RIGHTS,
    partnerships.RIGHTS,
    meetups.RIGHTS,
)

# Their POST takes no token of a form: the link, signed, is the proof, and mail services post there
# without any session when a reader stops a message in one click (RFC 8058).
BY_SIGNED_LINK: Final = frozenset({"alert_links.stop", "alert_links.stop_digest"})
