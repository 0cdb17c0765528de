"""Who may call what: looking up and matching, open to anyone."""

from typing import Final

from views.matrix.rights import Access

RIGHTS: Final[dict[str, Access]] = {
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
    "partnerships.index": Access.PUBLIC,
    "partnerships.show": Access.PUBLIC,
    "partnership_files.export": Access.PUBLIC,
    "partnership_files.sheet": Access.PUBLIC,
    "partnership_files.groups": Access.PUBLIC,
    "partnership_files.calendar": Access.PUBLIC,
    "partnership_files.document": Access.PUBLIC,
    "themes.index": Access.PUBLIC,
    "themes.show": Access.PUBLIC,
    "meetups.index": Access.PUBLIC,
    "meetups.show": Access.PUBLIC,
    "meetups.calendar": Access.PUBLIC,
    "meetups.event": Access.PUBLIC,
    "contract_routes.advise": Access.PUBLIC,
    "contract_routes.note": Access.PUBLIC,
    "contract_routes.note_pdf": Access.PUBLIC,
    "contract_routes.rules": Access.PUBLIC,
    "matches.explore": Access.PUBLIC,
    "matches.need": Access.PUBLIC,
    "matches.territory": Access.PUBLIC,
    "matches.offer": Access.PUBLIC,
    "matches.organization": Access.PUBLIC,
}
