"""The organisers' list of participants: filtered, counted, exported; a fixed number of queries."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence, MeetupAttendee, MeetupParticipant
from models.meetup_wish import MeetupWish
from services.cells import neutralise
from services.meetup_availability import Stretch, free_slots
from services.meetup_hours import hours_words
from services.meetup_profiles import stands_for_nothing
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import ParticipantState, WishState
from vocabulary.themes import all_themes

PAGE_SIZE: Final = 30
_DEAD_WISHES: Final = (WishState.WITHDRAWN,)
_GONE: Final = (ParticipantState.CANCELLED, ParticipantState.REFUSED, ParticipantState.DECLINED)


class Lack(LabelledEnum):
    """What a participant has not said yet, or what staff have not done."""

    NOT_INVITED = "a-inviter", N_("Invitation à envoyer")
    NO_ANSWER = "sans-reponse", N_("Invités sans réponse")
    NO_ADDRESS = "sans-adresse", N_("Sans personne ni adresse")
    NO_WISH = "sans-souhait", N_("Sans souhait")
    NO_THEME = "sans-theme", N_("Sans thème")
    NO_AVAILABILITY = "sans-disponibilite", N_("Sans disponibilité annoncée")
    ACCESSIBILITY = "accessibilite", N_("Avec un besoin d’accessibilité")


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What of the list is looked at; empty fields ask for nothing."""

    state: ParticipantState | None = None
    side: Side | None = None
    lack: Lack | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A participant of the list with what was counted of it."""

    participant: MeetupParticipant
    wishes: int
    wished: int
    free: int | None
    says_nothing: bool
    """No suggestion can rest on what it declared or publishes."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list."""

    lines: Sequence[Line]
    total: int
    page: int
    pages: int


def participant_list(
    session: Session, day: MeetupDay, wanted: ListFilter, *, page: int, today: date
) -> ListPage:
    """Return one page of the participants, by name; ``today``, needs are open or not."""
    query = _matching(day, wanted, today)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    ordered = query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return ListPage(_lines(session, day, ordered, today), total, page, pages)


def state_counts(session: Session, day: MeetupDay) -> dict[ParticipantState, int]:
    """Return how many participants stand in each state."""
    rows = session.execute(
        select(MeetupParticipant.state, func.count())
        .where(MeetupParticipant.day_id == day.id)
        .group_by(MeetupParticipant.state)
    )
    return {row[0]: row[1] for row in rows}


def _matching(day: MeetupDay, wanted: ListFilter, today: date) -> Select[MeetupParticipant]:
    query = select(MeetupParticipant).where(MeetupParticipant.day_id == day.id)
    if wanted.state is not None:
        query = query.where(MeetupParticipant.state == wanted.state)
    if wanted.side is not None:
        query = query.where(MeetupParticipant.side == wanted.side)
    if wanted.lack is not None:
        query = query.where(*_lacking(wanted.lack, today))
    if wanted.text:
        query = query.where(_holding(wanted.text))
    return query


def _holding(text: str) -> ColumnElement[bool]:
    typed = text.strip()
    person = exists().where(
        MeetupAttendee.participant_id == MeetupParticipant.id,
        or_(
            MeetupAttendee.name.icontains(typed, autoescape=True),
            MeetupAttendee.email.icontains(typed, autoescape=True),
        ),
    )
    return or_(MeetupParticipant.name_key.contains(name_key(typed), autoescape=True), person)


def _lacking(lack: Lack, today: date) -> tuple[ColumnElement[bool], ...]:
    one = MeetupParticipant
    invited = one.state == ParticipantState.INVITED
    coming = one.state == ParticipantState.CONFIRMED
    addresses = exists().where(
        MeetupAttendee.participant_id == one.id, MeetupAttendee.email.is_not(None)
    )
    wishes = has_wishes()
    absences = exists().where(MeetupAbsence.participant_id == one.id)
    return {
        Lack.NOT_INVITED: (invited, one.invited_at.is_(None)),
        Lack.NO_ANSWER: (invited, one.invited_at.is_not(None)),
        Lack.NO_ADDRESS: (~addresses,),
        Lack.NO_WISH: (coming, ~wishes),
        Lack.NO_THEME: (one.state.not_in(_GONE), stands_for_nothing(today=today)),
        Lack.NO_AVAILABILITY: (coming, ~absences),
        Lack.ACCESSIBILITY: (
            or_(
                one.needs_step_free.is_(True),
                one.needs_hearing_loop.is_(True),
                one.accessibility_note != "",
            ),
        ),
    }[lack]


def has_wishes() -> ColumnElement[bool]:
    """Return the condition of those who made a wish that they did not take back."""
    return exists().where(
        MeetupWish.wisher_id == MeetupParticipant.id, MeetupWish.state.not_in(_DEAD_WISHES)
    )


def _loaded(query: Select[MeetupParticipant]) -> Select[MeetupParticipant]:
    return query.options(
        joinedload(MeetupParticipant.organization),
        selectinload(MeetupParticipant.attendees),
        selectinload(MeetupParticipant.absences),
        selectinload(MeetupParticipant.session_seats),
    ).order_by(MeetupParticipant.name_key, MeetupParticipant.id)


def _lines(
    session: Session, day: MeetupDay, query: Select[MeetupParticipant], today: date
) -> list[Line]:
    found = session.execute(_loaded(query).add_columns(stands_for_nothing(today=today))).all()
    made, received = _wish_counts(session, day)
    has_slots = bool(day.slots)
    return [
        Line(
            one,
            made[one.id],
            received[one.id],
            len(free_slots(day, one)) if has_slots else None,
            bool(says_nothing),
        )
        for one, says_nothing in found
    ]


def _wish_counts(session: Session, day: MeetupDay) -> tuple[Counter[int], Counter[int]]:
    """Return how many wishes each made, and how many each received, in one query."""
    counts: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    sides = (MeetupWish.wisher_id, MeetupWish.wished_id)
    each = [
        select(literal(place), side, func.count())
        .where(MeetupWish.day_id == day.id, MeetupWish.state.not_in(_DEAD_WISHES))
        .group_by(side)
        for place, side in enumerate(sides)
    ]
    for place, key, count in session.execute(union_all(*each)):
        counts[place][key] = count
    return counts


EXPORT_COLUMNS: Final = (
    N_("structure"),
    N_("côté"),
    N_("type"),
    N_("état"),
    N_("nom de la personne"),
    N_("fonction"),
    N_("courriel"),
    N_("langue"),
    N_("thèmes"),
    N_("territoires"),
    N_("table sans marche"),
    N_("boucle magnétique"),
    N_("besoins d’accessibilité"),
    N_("indisponibilités"),
    N_("rendez-vous au plus"),
    N_("souhaits émis"),
    N_("souhaits reçus"),
    N_("présentation"),
    N_("qui voit sa venue"),
    N_("note de l’équipe"),
    N_("invité le"),
    N_("relancé le"),
    N_("a répondu le"),
)


def export_lines(
    session: Session, day: MeetupDay, wanted: ListFilter, *, today: date
) -> Iterator[list[str]]:
    """Yield one row a person, by body; a body without anybody has a row. Formulas are disarmed.

    The columns of people, of availability and of accessibility are those that an import reads.
    """
    for line in _lines(session, day, _matching(day, wanted, today), today):
        people: Sequence[MeetupAttendee | None] = line.participant.attendees or [None]
        for person in people:
            yield [neutralise(cell) for cell in _cells(day, line, person)]


def _cells(day: MeetupDay, line: Line, person: MeetupAttendee | None) -> list[str]:
    one = line.participant
    known = all_themes()
    return [
        one.name,
        one.side.label,
        one.kind.label if one.kind else "",
        one.state.label,
        person.name if person else "",
        person.job_title if person else "",
        (person.email or "") if person else "",
        person.language if person else "",
        " | ".join(known[code].label for code in one.themes if code in known),
        " | ".join(one.territory_codes),
        "oui" if one.needs_step_free else "",
        "oui" if one.needs_hearing_loop else "",
        one.accessibility_note,
        absence_words(day, one.absences),
        str(one.most_meetings or ""),
        str(line.wishes),
        str(line.wished),
        one.presentation,
        one.visibility.label,
        one.staff_note,
        _moment(day, one.invited_at),
        _moment(day, one.reminded_at),
        _moment(day, one.answered_at),
    ]


def absence_words(day: MeetupDay, absences: Sequence[MeetupAbsence]) -> str:
    """Return absences by the clocks of the place, as an import reads them: « 9h00-10h30 »."""
    return " | ".join(hours_words(day, Stretch(one.starts_at, one.ends_at)) for one in absences)


def _moment(day: MeetupDay, instant: datetime | None) -> str:
    return f"{instant.astimezone(day.zone):%d/%m/%Y %H:%M}" if instant else ""
