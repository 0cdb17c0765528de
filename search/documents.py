"""What is put into the index: one flat document for each published entry."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from vocabulary.themes import all_themes, with_parents


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """One published entry as the engines see it; texts are plain, without markup.

    ``id`` is ``"<subject kind>:<primary key>"``, as ``"solutions:12"``. ``keywords`` holds what
    should find the entry without being its prose: theme labels and synonyms, place names,
    name of the organisation. ``facets`` maps a facet to every value the entry has.
    """

    id: str
    kind: str
    title: str
    body: str = ""
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    updated_on: date

    def fingerprint(self) -> str:
        """Return a short digest of the content: equal documents have equal fingerprints."""
        facets = sorted((name, tuple(values)) for name, values in self.facets.items())
        content = (self.id, self.kind, self.title, self.body, self.keywords, facets)
        text = repr((*content, self.updated_on.isoformat())).encode("utf-8", "backslashreplace")
        return hashlib.blake2b(text, digest_size=8).hexdigest()


def document_id(kind: str, key: int | str) -> str:
    """Return the identifier of the document about entry ``key`` of ``kind``."""
    return f"{kind}:{key}"


def split_document_id(identifier: str) -> tuple[str, str]:
    """Return the kind and the key inside a document identifier."""
    kind, _, key = identifier.partition(":")
    return kind, key


def theme_keywords(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the labels of ``codes`` and of their axes, and the synonyms of ``codes``.

    An axis is reached through any of its themes; its synonyms would be too broad there.
    """
    known = all_themes()
    chosen = sorted({code for code in codes if code in known})
    words = [known[code].label for code in sorted(with_parents(chosen))]
    words += [synonym for code in chosen for synonym in known[code].synonyms]
    return tuple(dict.fromkeys(words))
