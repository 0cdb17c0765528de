"""Keys under which names are compared and sorted, and slugs for addresses."""

import re
import unicodedata
from collections.abc import Callable

_OTHER = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae", "ß": "ss"})
MAX_SLUG = 80


def name_key(name: str) -> str:
    """Return ``name`` in lower case without accents, hyphens or punctuation."""
    folded = unicodedata.normalize("NFKD", name.translate(_LIGATURES).casefold())
    plain = "".join(mark for mark in folded if not unicodedata.combining(mark))
    return _OTHER.sub(" ", plain).strip()


def slugify(name: str) -> str:
    """Return ``name`` as part of an address: letters, digits and hyphens."""
    return name_key(name).replace(" ", "-")[:MAX_SLUG].strip("-") or "fiche"


def unique_slug(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a slug of ``name`` that ``is_taken`` refuses, numbered when needed."""
    base = slugify(name)
    slug, number = base, 2
    while is_taken(slug):
        slug, number = f"{base}-{number}", number + 1
    return slug
