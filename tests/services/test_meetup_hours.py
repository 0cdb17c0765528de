"""Hours of a file: when somebody is away, however it is written, by the clocks of the place."""

from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from services.import_cells import WrongCell
from services.meetup_hours import HoursReader, hours_words
from tests.factories.meetups import make_day, make_slots


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """A day from 9:00 to 17:00 in Guadeloupe, far from the clocks of the server."""
    found = make_day(empty_session, time_zone="America/Guadeloupe")
    make_slots(empty_session, found, 8, minutes=45, pause=15)
    return found


def read(day: MeetupDay, cell: str, *, says_there: bool = False) -> list[str]:
    """Return when somebody is away, in words."""
    away = HoursReader(day).away(cell, says_there=says_there)
    return [hours_words(day, one) for one in away]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("après 16h", ["après 16h00"]),
        ("Après 16 h", ["après 16h00"]),
        ("APRÈS 16H00", ["après 16h00"]),
        ("apres 16:00", ["après 16h00"]),
        ("à partir de 14h30", ["après 14h30"]),
        ("dès 14 heures 30", ["après 14h30"]),
        ("avant 10h", ["avant 10h00"]),
        ("jusqu'à 11h", ["avant 11h00"]),
        ("jusqu’à midi", ["avant 12h00"]),
        ("9h-10h30", ["09h00-10h30"]),
        ("9-10h30", ["09h00-10h30"]),
        ("9 h 00 – 10 h 30", ["09h00-10h30"]),
        ("de 9h à 10h30", ["09h00-10h30"]),
        ("entre 9h et 10h30", ["09h00-10h30"]),
        ("9h/10h30", ["09h00-10h30"]),
        ("matin", ["avant 13h00"]),
        ("le matin", ["avant 13h00"]),
        ("après-midi", ["après 13h00"]),
        ("l’après midi", ["après 13h00"]),
        ("avant 10h et après 16h", ["avant 10h00", "après 16h00"]),
        ("9h-10h ; 14h-15h | après 16h", ["09h00-10h00", "14h00-15h00", "après 16h00"]),
        ("entre 9h et 10h et entre 14h et 15h", ["09h00-10h00", "14h00-15h00"]),
        ("absente après 16h", ["après 16h00"]),
        ("pas disponible avant 10h", ["avant 10h00"]),
        ("disponible après 14h", ["avant 14h00"]),
        ("uniquement le matin", ["après 13h00"]),
        ("arrive à 10h", ["avant 10h00"]),
        ("départ 16h", ["après 16h00"]),
        ("après 20h", ["après 20h00"]),
        ("non", []),
        ("aucune", []),
        ("-", []),
    ],
)
def test_when_somebody_is_away(day: MeetupDay, cell: str, words: list[str]) -> None:
    assert read(day, cell) == words


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("après 14h", ["avant 14h00"]),
        ("jusqu’à 11h", ["après 11h00"]),
        ("matin", ["après 13h00"]),
        ("10h-12h et 14h-16h", ["avant 10h00", "12h00-14h00", "après 16h00"]),
        ("pas avant 10h", ["avant 10h00"]),
        ("indisponible après 16h", ["après 16h00"]),
        ("toute la journée", []),
        ("oui", []),
    ],
)
def test_when_somebody_is_there(day: MeetupDay, cell: str, words: list[str]) -> None:
    assert read(day, cell, says_there=True) == words


@pytest.mark.parametrize("cell", ["vers midi", "9h", "25h-26h", "14h75-15h", "16", "?", "h-h"])
def test_what_is_not_hours_gets_examples(day: MeetupDay, cell: str) -> None:
    with pytest.raises(WrongCell, match="« après 16h », « avant 10h » ou « 9h-10h30 »"):
        read(day, cell)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("20h-21h", "est hors de la journée, qui va de %(start)s à %(end)s"),
        ("10h-9h", "la fin vient avant le début"),
        ("après 6h", "Indisponible toute la journée"),
        ("journée", "Indisponible toute la journée"),
        ("matin et après-midi", "Indisponible toute la journée"),
    ],
)
def test_hours_that_cannot_be_are_told(day: MeetupDay, cell: str, words: str) -> None:
    with pytest.raises(WrongCell) as caught:
        read(day, cell)
    assert words in caught.value.message


def test_somebody_never_there_cannot_be_met(day: MeetupDay) -> None:
    with pytest.raises(WrongCell, match="toute la journée"):
        read(day, "non", says_there=True)


def test_hours_are_those_of_the_place(day: MeetupDay) -> None:
    [away] = HoursReader(day).away("9h-10h", says_there=False)
    assert (away.starts_at, away.ends_at) == (day.at(time(9)), day.at(time(10)))
    assert away.starts_at.hour == 13


def test_the_end_of_a_day_on_which_the_clocks_change_is_its_midnight(
    empty_session: Session,
) -> None:
    day = make_day(empty_session, "Heure d’hiver", held_on=date(2027, 10, 31))
    make_slots(empty_session, day, 8)
    [away] = HoursReader(day).away("après 11h", says_there=False)
    assert away.ends_at - away.starts_at == day.at(time(23)) - day.at(time(10))
    assert read(day, hours_words(day, away)) == ["après 11h00"]


@pytest.mark.parametrize("cell", ["après 16h", "avant 10h", "9h-10h30", "matin | après 16h"])
def test_what_is_exported_is_read_back(day: MeetupDay, cell: str) -> None:
    words = read(day, cell)
    assert read(day, " | ".join(words)) == words


def test_a_day_without_programme_takes_hours(empty_session: Session) -> None:
    assert read(make_day(empty_session), "journée") == ["journée"]
