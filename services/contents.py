"""The whole content of an entry, as it is drafted, compared and published."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import Enum
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    AreaLevel,
    ContractRoute,
    ExperimentAppetite,
    Maturity,
    NeedKind,
    NeedNature,
    OfferType,
    OrganizationKind,
    PriceRange,
)
from vocabulary.regions import DEPARTMENTS, REGIONS
from vocabulary.themes import all_themes

MAX_NAME: Final = 200
MAX_PITCH: Final = 300
MAX_DESCRIPTION: Final = 5_000
MAX_THEMES: Final = 8
MAX_LABELS: Final = 10
MAX_LABEL: Final = 80
MAX_REFERENCES: Final = 30
MAX_RESULT: Final = 1_000
MAX_OUTCOME: Final = 1_000
MAX_QUARTERS: Final = 10
# Euros before tax: beyond a billion, somebody leant on the keyboard.
MAX_AMOUNT: Final = 1_000_000_000
SIZES: Final = ("1-9", "10-49", "50-249", "250-4999", "5000+")

_E = TypeVar("_E", bound=Enum)
# Marks that turn the direction of a text around: in a name they only serve to deceive.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_line(text: str, limit: int = MAX_NAME) -> str:
    """Return ``text`` on one line: no control, surrogate or direction mark, blanks folded."""
    return " ".join(_printable(text, keep="\t\n").split())[:limit].strip()


def clean_text(text: str, limit: int = MAX_DESCRIPTION) -> str:
    """Return ``text`` with its line ends normalised and without unprintable characters."""
    plain = _printable(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n")
    lines = "\n".join(line.rstrip() for line in plain.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()[:limit]


def _printable(text: str, keep: str) -> str:
    composed = unicodedata.normalize("NFC", _BIDI.sub("", text))
    return "".join(
        mark for mark in composed if mark in keep or unicodedata.category(mark) not in {"Cc", "Cs"}
    )


def new_uid() -> str:
    """Return the identifier that follows one reference from revision to revision."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class ReferenceContent:
    """One deployment as its author declares it; how well it is established is not theirs to say."""

    uid: str
    place: str = ""
    commune_code: str | None = None
    territory_id: int | None = None
    year: int | None = None
    client: str = ""
    result: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a stored reference; what is unknown or of the wrong type is dropped."""
        return cls(
            uid=_text(data, "uid", 32) or new_uid(),
            place=_text(data, "place"),
            commune_code=_text(data, "commune_code", 5) or None,
            territory_id=_number(data, "territory_id"),
            year=_number(data, "year"),
            client=_text(data, "client"),
            result=clean_text(str(data.get("result") or ""), MAX_RESULT),
        )

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was filled in."""
        return not (self.place or self.client or self.result or self.year)


@dataclass(frozen=True, slots=True)
class OrganizationContent:
    """Everything an actor writes about itself; a field left blank is unknown, never a default."""

    kind: OrganizationKind
    name: str
    acronym: str = ""
    siren: str | None = None
    siret: str | None = None
    rnsr: str | None = None
    pitch: str = ""
    description: str = ""
    themes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    website: str = ""
    founded_year: int | None = None
    size: str = ""
    commune_code: str | None = None
    area_level: AreaLevel | None = None
    area_codes: tuple[str, ...] = ()
    logo: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a stored content; keys that are not of a content are ignored."""
        level = _member(AreaLevel, data.get("area_level"))
        return cls(
            kind=_member(OrganizationKind, data.get("kind")) or OrganizationKind.PME,
            name=_text(data, "name"),
            acronym=_text(data, "acronym", 60),
            siren=_text(data, "siren", 9) or None,
            siret=_text(data, "siret", 14) or None,
            rnsr=_text(data, "rnsr", 10) or None,
            pitch=_text(data, "pitch", MAX_PITCH),
            description=clean_text(str(data.get("description") or "")),
            themes=known_themes(_list(data, "themes")),
            labels=known_labels(_list(data, "labels")),
            website=_text(data, "website", 300),
            founded_year=_number(data, "founded_year"),
            size=size if (size := _text(data, "size", 20)) in SIZES else "",
            commune_code=_text(data, "commune_code", 5) or None,
            area_level=level,
            area_codes=known_area_codes(level, _list(data, "area_codes")),
            logo=_text(data, "logo", 64),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content as JSON values."""
        return _json(self)

    def changed(self, **values: Any) -> Self:  # noqa: ANN401 - the fields of the class
        """Return the content with some fields replaced, read again so that it stays coherent."""
        return type(self).from_dict(replace(self, **values).to_dict())


@dataclass(frozen=True, slots=True)
class OfferContent:
    """Everything an offer says; a question that its type does not ask is always blank."""

    type: OfferType
    title: str
    pitch: str = ""
    description: str = ""
    themes: tuple[str, ...] = ()
    area_level: AreaLevel | None = None
    area_codes: tuple[str, ...] = ()
    maturity: Maturity | None = None
    routes: tuple[str, ...] = ()
    price_range: PriceRange | None = None
    references: tuple[ReferenceContent, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a stored content; answers to questions that the type does not ask are dropped."""
        kind = _member(OfferType, data.get("type")) or OfferType.SOLUTION
        level = _member(AreaLevel, data.get("area_level"))
        maturity = _member(Maturity, data.get("maturity"))
        price = _member(PriceRange, data.get("price_range"))
        routes = _in_order(ContractRoute, _list(data, "routes"))
        return cls(
            type=kind,
            title=_text(data, "title"),
            pitch=_text(data, "pitch", MAX_PITCH),
            description=clean_text(str(data.get("description") or "")),
            themes=known_themes(_list(data, "themes")),
            area_level=level,
            area_codes=known_area_codes(level, _list(data, "area_codes")),
            maturity=maturity if kind in TYPES_WITH_MATURITY else None,
            routes=routes if kind in TYPES_WITH_ROUTES else (),
            price_range=price if kind in TYPES_WITH_PRICE else None,
            references=_references(data.get("references")),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content as JSON values."""
        return _json(self)

    def changed(self, **values: Any) -> Self:  # noqa: ANN401 - the fields of the class
        """Return the content with some fields replaced, read again so that it stays coherent."""
        return type(self).from_dict(replace(self, **values).to_dict())


@dataclass(frozen=True, slots=True)
class NeedContent:
    """Everything a need says; the first quarter is its own, the others get a need like it."""

    kind: NeedKind
    title: str
    quarters: tuple[str, ...] = ()
    description: str = ""
    outcome: str = ""
    themes: tuple[str, ...] = ()
    wanted_kinds: tuple[str, ...] = ()
    appetite: ExperimentAppetite | None = None
    nature: NeedNature | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    closes_on: date | None = None
    starts_on: date | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a stored content; keys that are not of a content are ignored."""
        quarters = dict.fromkeys(_list(data, "quarters"))
        return cls(
            kind=_member(NeedKind, data.get("kind")) or NeedKind.SOURCING,
            title=_text(data, "title"),
            quarters=tuple(clean_line(code, 10) for code in quarters)[:MAX_QUARTERS],
            description=clean_text(str(data.get("description") or "")),
            outcome=clean_text(str(data.get("outcome") or ""), MAX_OUTCOME),
            themes=known_themes(_list(data, "themes")),
            wanted_kinds=_in_order(OrganizationKind, _list(data, "wanted_kinds")),
            appetite=_member(ExperimentAppetite, data.get("appetite")),
            nature=_member(NeedNature, data.get("nature")),
            amount_min=_number(data, "amount_min"),
            amount_max=_number(data, "amount_max"),
            closes_on=_day(data, "closes_on"),
            starts_on=_day(data, "starts_on"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content as JSON values."""
        return _json(self)

    def changed(self, **values: Any) -> Self:  # noqa: ANN401 - the fields of the class
        """Return the content with some fields replaced, read again so that it stays coherent."""
        return type(self).from_dict(replace(self, **values).to_dict())


Content = OrganizationContent | OfferContent | NeedContent


def known_themes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the known themes among ``codes``, each once, in the order of the vocabulary."""
    wanted = set(codes)
    return tuple(code for code in all_themes() if code in wanted)[:MAX_THEMES]


def known_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the labels cleaned, each once, blanks dropped."""
    cleaned = (clean_line(label, MAX_LABEL) for label in labels)
    return tuple(dict.fromkeys(label for label in cleaned if label))[:MAX_LABELS]


def known_area_codes(level: AreaLevel | None, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that have a meaning at ``level``, sorted; none for the whole country."""
    if level is AreaLevel.REGIONS:
        return tuple(sorted(set(codes) & set(REGIONS)))
    if level is AreaLevel.DEPARTMENTS:
        return tuple(sorted(set(codes) & set(DEPARTMENTS)))
    return ()


def _references(value: object) -> tuple[ReferenceContent, ...]:
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    read = (ReferenceContent.from_dict(row) for row in rows if isinstance(row, Mapping))
    unique = {row.uid: row for row in read if not row.is_blank}
    return tuple(unique.values())[:MAX_REFERENCES]


def _json(content: Content) -> dict[str, Any]:
    values = {item.name: getattr(content, item.name) for item in fields(content)}
    return {name: _json_value(value) for name, value in values.items()}


def _json_value(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [asdict(row) if isinstance(row, ReferenceContent) else row for row in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def _text(data: Mapping[str, Any], name: str, limit: int = MAX_NAME) -> str:
    value = data.get(name)
    return clean_line(value, limit) if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _day(data: Mapping[str, Any], name: str) -> date | None:
    try:
        return date.fromisoformat(str(data.get(name) or ""))
    except ValueError:
        return None


def _list(data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name)
    if not isinstance(value, list | tuple):
        return []
    return [item for item in value if isinstance(item, str)]


def _member(kind: type[_E], value: object) -> _E | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _in_order(kind: type[Enum], values: Iterable[str]) -> tuple[str, ...]:
    wanted = set(values)
    return tuple(str(member.value) for member in kind if member.value in wanted)
