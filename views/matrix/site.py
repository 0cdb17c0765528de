"""Who may call what: files, supervision, plain pages, the demonstration."""

from typing import Final

from views.matrix.rights import Access

RIGHTS: Final[dict[str, Access]] = {
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
    # What was shown (views/exposure.py)
    "exposure.show": Access.PUBLIC,
    "exposure.export": Access.PUBLIC,
    # Demonstration
    "demo.mailbox": Access.DEMO,
    "demo.message": Access.DEMO,
    "demo.calendar": Access.DEMO,
    "demo.clear": Access.DEMO,
}
