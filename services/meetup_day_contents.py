"""What is written about a meetup day: compared before it is saved, checked field by field."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from models.meetup import MeetupDay
from services.content_checks import Problem
from services.contents import clean_line, clean_text
from services.meetup_clock import date_at_place
from vocabulary.labels import N_
from vocabulary.time_zones import METROPOLE, TIME_ZONES, zones_of_commune

MAX_TITLE: Final = 200
MAX_PLACE: Final = 200
MAX_ADDRESS: Final = 300
MAX_TEXT: Final = 5_000
# A date further away is a slip of the finger.
MAX_YEARS_AHEAD: Final = 5
# The least and the most of each number, beside its name on the form.
BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "capacity": (2, 5_000),
    "seats_per_organization": (1, 50),
    "wish_days": (1, 60),
    "wishes_per_participant": (1, 100),
    "least_meetings": (0, 40),
    "most_meetings": (1, 40),
    "fairness": (0, 20),
}
FIELD_LABELS: Final[dict[str, str]] = {
    "title": N_("Nom de la journée"),
    "held_on": N_("Date"),
    "time_zone": N_("Heure du lieu"),
    "place": N_("Lieu"),
    "address": N_("Adresse"),
    "commune_code": N_("Commune"),
    "summary": N_("Pourquoi venir"),
    "accessibility": N_("Accessibilité du lieu"),
    "asked": N_("Ce qui est demandé, et pourquoi"),
    "capacity": N_("Nombre de participants"),
    "seats_per_organization": N_("Personnes par organisation"),
    "needs_approval": N_("Validation des inscriptions"),
    "registration_closes_at": N_("Fin des inscriptions"),
    "wishes_close_at": N_("Fin des souhaits"),
    "wish_days": N_("Délai de réponse à un souhait"),
    "wishes_per_participant": N_("Souhaits par participant"),
    "same_side_wishes": N_("Souhaits entre territoires ou entre acteurs"),
    "least_meetings": N_("Rendez-vous au moins"),
    "most_meetings": N_("Rendez-vous au plus"),
    "fairness": N_("Écart de trous accepté entre deux agendas"),
}


@dataclass(frozen=True, slots=True)
class DayContent:
    """What staff write about a day; its rooms, slots and programme are apart."""

    title: str
    held_on: date
    place: str
    summary: str
    time_zone: str = METROPOLE
    address: str = ""
    commune_code: str | None = None
    accessibility: str = ""
    asked: str = ""
    capacity: int | None = None
    seats_per_organization: int = 3
    needs_approval: bool = True
    registration_closes_at: datetime | None = None
    wishes_close_at: datetime | None = None
    wish_days: int = 7
    wishes_per_participant: int = 12
    same_side_wishes: bool = False
    least_meetings: int = 3
    most_meetings: int = 10
    fairness: int = 2

    @classmethod
    def of(cls, day: MeetupDay) -> Self:
        """Return what the columns hold."""
        return cls(**{name: getattr(day, name) for name in _NAMES_OF[cls]})

    def cleaned(self) -> Self:
        """Return the content as it is stored: lines on one line, texts without odd marks."""
        return replace(
            self,
            title=clean_line(self.title, MAX_TITLE),
            place=clean_line(self.place, MAX_PLACE),
            address=clean_line(self.address, MAX_ADDRESS),
            summary=clean_text(self.summary, MAX_TEXT),
            accessibility=clean_text(self.accessibility, MAX_TEXT),
            asked=clean_text(self.asked, MAX_TEXT),
        )

    def write_to(self, day: MeetupDay) -> None:
        """Put the content into the columns."""
        for name in _NAMES_OF[type(self)]:
            setattr(day, name, getattr(self, name))


_NAMES_OF: Final = {DayContent: tuple(item.name for item in fields(DayContent))}


@dataclass(frozen=True, slots=True)
class DayChange:
    """One field that differs between the stored content and the typed one."""

    name: str
    label: str
    before: Any
    after: Any


def stamp(content: DayContent) -> str:
    """Return a short digest: a form that carries another one is out of date."""
    values = [(name, _digested(getattr(content, name))) for name in _NAMES_OF[DayContent]]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def _digested(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def day_changes(before: DayContent, after: DayContent) -> list[DayChange]:
    """Return the fields that differ, in the order of the form."""
    return [
        DayChange(name, label, getattr(before, name), getattr(after, name))
        for name, label in FIELD_LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def day_problems(
    content: DayContent, *, now: datetime, stored: DayContent | None = None
) -> Sequence[Problem]:
    """Return what keeps the content from being saved, by field.

    A date that is already stored may be past: the texts of an old day can still be corrected.
    """
    if content.time_zone not in TIME_ZONES:
        return [Problem("time_zone", N_("Ce fuseau horaire n’est pas dans la liste."))]
    return [
        *_blank_problems(content),
        *_date_problems(content, now=now, stored=stored),
        *_zone_problems(content),
        *_number_problems(content),
    ]


def _blank_problems(content: DayContent) -> list[Problem]:
    wanted = {
        "title": N_("Donnez un nom à la journée."),
        "place": N_("Dites où la journée se tient."),
        "summary": N_("Dites en quelques phrases pourquoi venir."),
    }
    return [Problem(name, text) for name, text in wanted.items() if not getattr(content, name)]


def _date_problems(
    content: DayContent, *, now: datetime, stored: DayContent | None
) -> list[Problem]:
    scratch = MeetupDay(time_zone=content.time_zone, held_on=content.held_on)
    today = date_at_place(scratch, now)
    found: list[Problem] = []
    if stored is None or stored.held_on != content.held_on:
        if content.held_on < today:
            found.append(Problem("held_on", N_("Cette date est passée.")))
        if content.held_on.year > today.year + MAX_YEARS_AHEAD:
            message = N_("Cette date est dans plus de %(years)d ans.")
            found.append(Problem("held_on", message, {"years": MAX_YEARS_AHEAD}))
    for name in ("registration_closes_at", "wishes_close_at"):
        closes_at = getattr(content, name)
        if closes_at and closes_at.astimezone(scratch.zone).date() > content.held_on:
            found.append(Problem(name, N_("Cette date vient après la journée.")))
    return found


def _zone_problems(content: DayContent) -> list[Problem]:
    code = content.commune_code
    if code and content.time_zone not in zones_of_commune(code):
        message = N_("La commune choisie ne vit pas à cette heure-là.")
        return [Problem("time_zone", message)]
    return []


def _number_problems(content: DayContent) -> list[Problem]:
    found: list[Problem] = []
    for name, (least, most) in BOUNDS.items():
        value = getattr(content, name)
        if value is not None and not least <= value <= most:
            message = N_("Un nombre de %(least)d à %(most)d.")
            found.append(Problem(name, message, {"least": least, "most": most}))
    if content.least_meetings > content.most_meetings:
        message = N_("Pas plus que le nombre de rendez-vous au plus (%(most)d).")
        found.append(Problem("least_meetings", message, {"most": content.most_meetings}))
    return found
