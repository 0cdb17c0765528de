"""Hours as people write them in a file: « après 16 h », « matin », « 9h-10h30 et 14h-15h ».

Some say when they are away, some when they are there; the column tells which is meant, unless the
words do: « disponible après 14h » in any column, « pas avant 10h », « arrive à 9h30 ». What is
read is when somebody is away, as instants, by the clocks of the place of the day.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from models.meetup import MeetupDay
from services.import_cells import WrongCell
from services.meetup_availability import NOON, Stretch, Timed, overlap, span_of, union, without
from vocabulary.labels import N_

_MIDNIGHT: Final = time(0)
_MIDDAY: Final = time(12)
# In lower case, without accents; « 9-10h30 »: the first of two hours may go without its letter.
_HOUR: Final = (
    r"(?:(?P<{0}h>[01]?\d|2[0-3]) ?(?:heures?|h|:) ?(?P<{0}m>[0-5]\d)?|(?P<{0}midi>midi))"
)
_FIRST: Final = (
    r"(?:(?P<ah>[01]?\d|2[0-3])(?: ?(?:heures?|h|:) ?(?P<am>[0-5]\d)?)?|(?P<amidi>midi))"
)
_RANGE: Final = re.compile(rf"(?:de |entre )?{_FIRST} ?(?:-|/|\ba\b|jusqu'a) ?{_HOUR.format('b')}")
_FROM: Final = re.compile(rf"(?:apres|des|depuis|a partir de|a compter de|>) ?{_HOUR.format('a')}")
_UNTIL: Final = re.compile(rf"(?:avant|jusqu'a|jusque|<) ?{_HOUR.format('a')}")
_ARRIVES: Final = re.compile(rf"arrivee? (?:a |vers )?{_HOUR.format('a')}")
_LEAVES: Final = re.compile(rf"(?:depart|part|repart|quitte) (?:a |vers )?{_HOUR.format('a')}")
_IS_AWAY: Final = re.compile(
    r"(?:indisponibles?|absente?s?|non disponibles?|pas disponibles?|pas la|pas|sauf|hors) "
)
_IS_THERE: Final = re.compile(
    r"(?:uniquement |seulement )?(?:disponibles?|presente?s?|libres?) (?:uniquement |seulement )?"
    r"|uniquement |seulement "
)
_ARTICLE: Final = re.compile(r"(?:en |le |la |l')")
_BETWEEN: Final = re.compile(r"\bentre ([^,;|]{1,12}?) et ")
_PARTS: Final = re.compile(r"[|;,+&\n]| et | puis | ainsi que ")
_DASHES: Final = str.maketrans({"–": "-", "—": "-", "’": "'", "\t": " ", "\r": "\n"})
_MORNING: Final = frozenset({"matin", "matinee", "matins"})
_AFTERNOON: Final = frozenset({"apres midi", "aprem", "apres midis"})
_WHOLE: Final = frozenset(
    {"oui", "journee", "toute la journee", "journee entiere", "toute journee"}
)
_NO: Final = frozenset({"non", "aucune", "aucun", "jamais"})
_NOTHING: Final = frozenset({"", "-", "neant", "rien", "0"})


@dataclass(frozen=True, slots=True)
class _Said:
    """Stretches that words name: when somebody is there, or is away."""

    stretch: Stretch
    is_there: bool
    # « après 20h » on a day that ends at 17h is true, and says nothing; « 20h-21h » is a mistake.
    is_open: bool = False


class HoursReader:
    """Reads the hours of many lines for one day; what was read once is not read again."""

    def __init__(self, day: MeetupDay) -> None:
        self._day = day
        self._span = span_of(day)
        self._slots = [Stretch(one.starts_at, one.ends_at) for one in day.slots]
        self._known: dict[tuple[str, bool], tuple[Stretch, ...]] = {}
        self._bounds = day_bounds(day)
        noon = day.at(NOON)
        self._halves = (
            (_WHOLE, self._bounds),
            (_MORNING, Stretch(self._bounds.starts_at, noon)),
            (_AFTERNOON, Stretch(noon, self._bounds.ends_at)),
        )

    def away(self, cell: str, *, says_there: bool) -> tuple[Stretch, ...]:
        """Return when somebody is away; ``says_there``: the column says when they are there.

        Raises:
            WrongCell: words that are not hours, hours outside the day, or nothing left of it.
        """
        key = (cell, says_there)
        if key not in self._known:
            self._known[key] = self._read(cell, says_there=says_there)
        return self._known[key]

    def check_some_left(self, away: tuple[Stretch, ...]) -> None:
        """Refuse somebody who can be met in no slot at all.

        Raises:
            WrongCell: every slot is taken.
        """
        if self._slots and all(any(overlap(slot, one) for one in away) for slot in self._slots):
            raise WrongCell(N_("Indisponible toute la journée : il faut au moins un créneau."))

    def _read(self, cell: str, *, says_there: bool) -> tuple[Stretch, ...]:
        said = list(self._said(cell, says_there=says_there))
        for one in said:
            if not one.is_open and self._span is not None and not overlap(self._span, one.stretch):
                raise self._outside(cell, self._span)
        there = [one.stretch for one in said if one.is_there]
        away = [one.stretch for one in said if not one.is_there]
        left_out = without([self._bounds], there) if there else ()
        found = union([*away, *left_out])
        self.check_some_left(found)
        return found

    def _said(self, cell: str, *, says_there: bool) -> Iterator[_Said]:
        for part in _parts(cell):
            words, is_there = part, says_there
            if away := _IS_AWAY.match(words):
                words, is_there = words[away.end() :], False
            elif there := _IS_THERE.match(words):
                words, is_there = words[there.end() :], True
            words = _ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words
            if words in _NO and is_there:
                yield _Said(self._bounds, is_there=False)
            elif words not in _NO | _NOTHING:
                yield self._named(words, cell, is_there=is_there)

    def _named(self, words: str, cell: str, *, is_there: bool) -> _Said:
        first, last = self._bounds.starts_at, self._bounds.ends_at
        half = words.replace("-", " ")
        for names, stretch in self._halves:
            if half in names:
                return _Said(stretch, is_there)
        if found := _RANGE.fullmatch(words):
            return _Said(_made(cell, self._at(found, "a"), self._at(found, "b")), is_there)
        for pattern, there in ((_FROM, is_there), (_LEAVES, False)):
            if found := pattern.fullmatch(words):
                return _Said(_made(cell, self._at(found, "a"), last), there, is_open=True)
        for pattern, there in ((_UNTIL, is_there), (_ARRIVES, False)):
            if found := pattern.fullmatch(words):
                return _Said(_made(cell, first, self._at(found, "a")), there, is_open=True)
        raise WrongCell(
            N_(
                "Horaire illisible : « %(value)s ». Écrivez par exemple « matin », « après 16h », "
                "« avant 10h » ou « 9h-10h30 »."
            ),
            value=cell[:40],
        )

    def _at(self, found: re.Match[str], name: str) -> datetime:
        if found[f"{name}midi"]:
            return self._day.at(_MIDDAY)
        return self._day.at(time(int(found[f"{name}h"]), int(found[f"{name}m"] or 0)))

    def _outside(self, cell: str, span: Stretch) -> WrongCell:
        return WrongCell(
            N_("« %(value)s » est hors de la journée, qui va de %(start)s à %(end)s."),
            value=cell[:40],
            start=_clock(span.starts_at, self._day),
            end=_clock(span.ends_at, self._day),
        )


def day_bounds(day: MeetupDay) -> Stretch:
    """Return the whole day by the clocks of its place, longer where its programme is.

    « Après 16h » lasts until then, whatever the programme becomes.
    """
    midnight = day.at(_MIDNIGHT) + timedelta(days=1)  # by the clocks, 23 to 25 hours later
    parts: list[Timed] = [*day.slots, *day.sessions]
    return Stretch(
        min([day.at(_MIDNIGHT), *(one.starts_at for one in parts)]),
        max([midnight, *(one.ends_at for one in parts)]),
    )


def hours_words(day: MeetupDay, away: Stretch) -> str:
    """Return when somebody is away as this module reads it: « 9h00-10h30 », « après 16h00 »."""
    bounds = day_bounds(day)
    start, end = _clock(away.starts_at, day), _clock(away.ends_at, day)
    if away.starts_at <= bounds.starts_at and away.ends_at >= bounds.ends_at:
        return "journée"
    if away.starts_at <= bounds.starts_at:
        return f"avant {end}"
    return f"après {start}" if away.ends_at >= bounds.ends_at else f"{start}-{end}"


def _made(cell: str, start: datetime, end: datetime) -> Stretch:
    try:
        return Stretch(start, end)
    except ValueError as error:
        raise WrongCell(
            N_("« %(value)s » : la fin vient avant le début."), value=cell[:40]
        ) from error


def _parts(cell: str) -> list[str]:
    """Return what a cell names, in lower case, without accents, one blank between words."""
    folded = unicodedata.normalize("NFKD", cell.casefold().translate(_DASHES))
    plain = "".join(mark for mark in folded if not unicodedata.combining(mark))
    # The « et » of « entre 9h et 10h » parts nothing.
    joined = _BETWEEN.sub(r"entre \1 a ", plain)
    return [" ".join(part.split()).strip(" .") for part in _PARTS.split(joined) if part.strip()]


def _clock(instant: datetime, day: MeetupDay) -> str:
    return f"{instant.astimezone(day.zone):%Hh%M}"
