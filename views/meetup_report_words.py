"""The figures of meetup days in words: for the report's page, its PDF and its workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from flask_babel import format_date, format_decimal, format_percent, gettext, ngettext

from extensions.template_context import hour_at, label_of, long_date
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_clock import date_at_place
from services.meetup_report import DayFigures
from services.meetup_report_rows import Account, ReportRow
from vocabulary.exchanges import Side
from vocabulary.labels import N_
from vocabulary.meetups import DayState

NOTHING_EARLIER: Final = N_("Aucune journée plus ancienne à laquelle comparer.")


class Standing(StrEnum):
    """Where a day stands, as its report says it."""

    CANCELLED = "cancelled"
    UNPLANNED = "unplanned"
    COMING = "coming"
    RUNNING = "running"
    OVER = "over"
    ASKED = "asked"

    @property
    def has_report(self) -> bool:
        """Tell whether there is anything to report on."""
        return self not in {Standing.CANCELLED, Standing.UNPLANNED, Standing.COMING}

    @property
    def may_close(self) -> bool:
        """Tell whether participants are asked, or could be, what came of their meetings."""
        return self in {Standing.OVER, Standing.ASKED}


def standing_of(
    day: MeetupDay, found: DayFigures, *, end: datetime | None, now: datetime
) -> Standing:
    """Return where a day stands at ``now``; ``end`` is that of its last slot."""
    if day.state is DayState.CANCELLED:
        return Standing.CANCELLED
    if not found.planned:
        return Standing.UNPLANNED
    if found.asked:
        return Standing.ASKED
    if end is not None and end <= now:
        return Standing.OVER
    return Standing.COMING if date_at_place(day, now) < day.held_on else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the comparison: its name, and its figures in the order of ``measures``."""

    day: MeetupDay
    title: str
    values: tuple[str, ...]


def measures() -> tuple[str, ...]:
    """Return the names of what is compared."""
    return tuple(name for name, _value in _values(DayFigures()))


def columns(days: Sequence[MeetupDay], figures: dict[int, DayFigures]) -> list[Column]:
    """Return one column for each day."""
    return [
        Column(
            day=day,
            title=format_date(day.held_on, "MMMM y"),
            values=tuple(value for _name, value in _values(figures[day.id])),
        )
        for day in days
    ]


def _values(found: DayFigures) -> Iterator[tuple[str, str]]:
    yield gettext("Participants attendus ou venus sans prévenir"), _number(found.coming)
    yield gettext("Participants venus"), _share(found.arrived, found.attendance)
    yield gettext("Personnes venues"), _number(found.people_arrived)
    yield gettext("Rendez-vous prévus"), _number(found.planned)
    yield gettext("Rendez-vous par participant (médiane)"), _mean(found.median_meetings)
    yield gettext("Rendez-vous tenus"), _number(found.held)
    yield gettext("Rendez-vous non tenus"), _number(found.not_held)
    yield gettext("Rendez-vous dont on ne sait rien"), _number(found.untold)
    yield gettext("Comptes rendus qui diffèrent"), _number(found.disputed)
    yield gettext("Utilité (de 1 à 5)"), _mean(found.satisfaction)
    yield gettext("Réponses au questionnaire du soir"), _rate(found.answer_rate)
    yield gettext("Mises en relation"), _number(found.introductions)
    yield gettext("Expérimentations, contrats compris"), _number(found.experiments)
    yield gettext("Contrats"), _number(found.contracts)
    yield gettext("Partenariats nés"), _number(len(found.born))


def lead(day: MeetupDay, standing: Standing, found: DayFigures) -> str:
    """Return the day in one sentence."""
    match standing:
        case Standing.CANCELLED:
            return str(gettext("La journée a été annulée : il n’y a pas de bilan."))
        case Standing.UNPLANNED:
            return str(gettext("Aucun planning n’est publié : il n’y a pas encore de bilan."))
        case Standing.COMING:
            return _coming(day, found)
        case Standing.RUNNING:
            return _running(found)
        case Standing.OVER | Standing.ASKED:
            return _over(standing, found)


def _coming(day: MeetupDay, found: DayFigures) -> str:
    planned = ngettext("%(num)s rendez-vous prévu", "%(num)s rendez-vous prévus", found.planned)
    expected = ngettext(
        "%(num)s participant attendu", "%(num)s participants attendus", found.coming
    )
    return str(
        gettext(
            "La journée se tient le %(date)s : %(planned)s, %(expected)s. Le bilan commence "
            "à l’ouverture des portes.",
            date=long_date(day.held_on),
            planned=planned,
            expected=expected,
        )
    )


def _running(found: DayFigures) -> str:
    planned = ngettext(
        "%(num)s rendez-vous est prévu", "%(num)s rendez-vous sont prévus", found.planned
    )
    return str(
        gettext(
            "%(planned)s, %(came)s : ce qui s’est tenu et ce qui en sort se lira à la fin de la "
            "journée.",
            planned=planned,
            came=_came(found),
        )
    )


def _came(found: DayFigures) -> str:
    if not found.arrived:
        return str(gettext("aucune arrivée n’est notée"))
    return str(
        ngettext(
            "%(num)s participant sur %(coming)s est arrivé",
            "%(num)s participants sur %(coming)s sont arrivés",
            found.arrived,
            coming=found.coming,
        )
    )


def _over(standing: Standing, found: DayFigures) -> str:
    """Return what was noted and what was said, and which of the two is missing."""
    if not (found.arrived or found.answered or found.held):
        silent = gettext(
            "La journée est terminée, mais rien n’a été noté : ni arrivée à l’accueil, ni réponse."
        )
        return str(silent)
    if standing is Standing.OVER:
        return str(
            gettext(
                "La journée est terminée : %(came)s. Les questions ne sont pas encore posées.",
                came=_came(found),
            )
        )
    came = ngettext(
        "%(num)s participant est venu", "%(num)s participants sont venus", found.arrived
    )
    held = ngettext(
        "%(num)s rendez-vous sur %(planned)s est dit tenu",
        "%(num)s rendez-vous sur %(planned)s sont dits tenus",
        found.held,
        planned=found.planned,
    )
    if not found.arrived:
        came = gettext("Aucune arrivée n’a été notée à l’accueil")
    return str(gettext("%(came)s ; %(held)s ; %(led)s.", came=came, held=held, led=_led(found)))


def _led(found: DayFigures) -> str:
    if not found.experiments:
        return str(gettext("aucun n’a encore mené à une expérimentation"))
    return str(
        ngettext(
            "%(num)s a mené à une expérimentation ou plus loin, dont %(contracts)s à un contrat",
            "%(num)s ont mené à une expérimentation ou plus loin, dont %(contracts)s à un contrat",
            found.experiments,
            contracts=found.contracts,
        )
    )


def _number(value: int) -> str:
    return str(format_decimal(value))


def _mean(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(round(value, 1)))


def _rate(value: float | None) -> str:
    return "–" if value is None else str(format_percent(value, "#,##0 %"))


def _share(value: int, rate: float | None) -> str:
    return _number(value) if rate is None else f"{_number(value)} ({_rate(rate)})"


def row_head() -> list[str]:
    """Return the columns of the file of meetings."""
    return [
        gettext("heure"),
        gettext("salle"),
        gettext("table"),
        gettext("territoires"),
        gettext("acteurs"),
        gettext("besoin"),
        gettext("proposition"),
        gettext("tenu"),
        gettext("dit par le territoire"),
        gettext("dit par l’acteur"),
        gettext("utilité pour le territoire"),
        gettext("utilité pour l’acteur"),
        gettext("suite selon le territoire"),
        gettext("suite selon l’acteur"),
        gettext("suite retenue"),
        gettext("les comptes rendus diffèrent"),
        gettext("précisions"),
        gettext("mise en relation"),
    ]


def row_cells(row: ReportRow, day: MeetupDay) -> list[str]:
    """Return one meeting as the cells of ``row_head``."""
    meeting = row.meeting
    sides = [row.of(Side.TERRITORY), row.of(Side.ACTOR)]
    return [
        hour_at(meeting.slot.starts_at, day.zone) if meeting.slot else "",
        meeting.table.room.name if meeting.table else "",
        meeting.table.label if meeting.table else "",
        *(_names(accounts) for accounts in sides),
        meeting.need.title if meeting.need else "",
        meeting.offer.title if meeting.offer else "",
        _held(meeting.is_held),
        *(_joined(one.report and label_of(one.report) for one in side) for side in sides),
        *(_joined(one.satisfaction and str(one.satisfaction) for one in side) for side in sides),
        *(_joined(one.stage and label_of(one.stage) for one in side) for side in sides),
        label_of(meeting.stage) if meeting.stage else "",
        gettext("oui") if meeting.is_disputed else "",
        _joined(one.note for one in row.accounts),
        str(meeting.introduction_id or ""),
    ]


def told(row: ReportRow) -> list[tuple[MeetupParticipant, str]]:
    """Return what each participant says of a meeting, in a few words."""
    return [(one.participant, _account_words(one)) for one in row.accounts]


def _account_words(account: Account) -> str:
    told_words = [label_of(one) for one in (account.report, account.stage) if one is not None]
    return " · ".join([*told_words, *([account.note] if account.note else [])]) or gettext(
        "pas encore répondu"
    )


def _names(accounts: Sequence[Account]) -> str:
    return " | ".join(one.participant.name for one in accounts)


def _joined(values: "Iterator[str | int | None]") -> str:
    return " | ".join(str(value) for value in values if value)


def _held(is_held: bool | None) -> str:  # noqa: FBT001 - the flag is the datum
    if is_held is None:
        return ""
    return str(gettext("oui") if is_held else gettext("non"))
