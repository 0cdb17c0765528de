"""The Whoosh schema: fields fed with terms already analysed, a card and the texts."""

import json
from array import array
from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final

from whoosh import __version__ as whoosh_version
from whoosh import fields, formats

from search.analysis import clean, fold, folded_words
from search.documents import SearchDocument
from search.ranking import ROOT, STEM, WORD
from search.terms import document_terms

# Raised whenever the analysis, the fields or the card change: older indexes are rebuilt.
SCHEMA_VERSION: Final = f"2/whoosh-{'.'.join(map(str, whoosh_version))}"

PLACE_TYPE: Final = "I"
PLACE_BYTES: Final = array(PLACE_TYPE).itemsize

ID: Final = "id"
NAME: Final = "name"
CARD: Final = "card"
TEXTS: Final = "texts"


class PlacesFormat(formats.Positions):
    """Positions as plain 32-bit numbers: several times faster to write and read than pickles."""

    def encode(self, poslist: Iterable[int]) -> bytes:
        """Return the bytes of a posting."""
        return array(PLACE_TYPE, poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Return the positions inside the bytes of a posting."""
        return array(PLACE_TYPE, valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many positions there are."""
        return len(valuestring) // PLACE_BYTES


class TermsField(fields.FieldType):
    """A field whose value is ``{term: (frequency, positions)}``: Whoosh analyses nothing."""

    def __init__(self, *, positions: bool, scorable: bool) -> None:
        self.format: Any = PlacesFormat() if positions else formats.Existence()
        self.scorable = scorable

    def index(
        self, value: Mapping[str, tuple[int, list[int]]], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """Yield what Whoosh posts for each term."""
        encode = self.format.encode
        for text, (frequency, positions) in value.items():
            yield text.encode(), frequency, float(frequency), encode(positions)


def schema() -> fields.Schema:
    """Return the schema of an index."""
    return fields.Schema(
        **{
            ID: fields.ID(unique=True),
            STEM: TermsField(positions=True, scorable=True),
            WORD: TermsField(positions=False, scorable=True),
            ROOT: TermsField(positions=False, scorable=True),
            NAME: TermsField(positions=False, scorable=False),
            CARD: fields.COLUMN(),
            TEXTS: fields.STORED(),
        }
    )


def whoosh_fields(document: SearchDocument) -> dict[str, Any]:
    """Return the values Whoosh stores for one document."""
    terms = document_terms(document)
    title = clean(document.title)
    keywords = tuple(clean(keyword) for keyword in document.keywords)
    return {
        ID: document.id,
        STEM: {t: (count, terms.positions[t]) for t, count in terms.stems.items()},
        WORD: {t: (count, []) for t, count in terms.words.items()},
        ROOT: {t: (count, []) for t, count in terms.roots.items()},
        NAME: {word: (1, []) for word in folded_words(title)},
        CARD: _card(document, title),
        TEXTS: (title, keywords, clean(document.body)),
    }


def _card(document: SearchDocument, title: str) -> bytes:
    facets = {name: list(dict.fromkeys(values)) for name, values in document.facets.items()}
    day = document.updated_on.toordinal()
    card = [document.id, document.kind, fold(title), day, facets, document.fingerprint()]
    return json.dumps(card, separators=(",", ":")).encode()
