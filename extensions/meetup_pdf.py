"""Printed matter of a meetup day: agendas, cards of the tables, badges.

What is printed of a whole day is in French, whatever language staff read: it is for everybody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from extensions.mailbox import public_address
from extensions.meetup_agenda_words import item_details, item_place, item_title, table_words
from extensions.pdf import compile_pdf, page_data, render_pdf
from extensions.template_context import hour_at, label_of, long_date, zone_label
from extensions.wording import listed
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee
from services.meetup_agenda_lines import Agenda, AgendaItem
from services.meetup_agendas import agendas_of_day
from services.meetup_badges import badge_code
from services.meetup_table_cards import TableCard, TableLine, table_cards
from vocabulary.prints import PrintKind

Facts = dict[str, Any]
LANGUAGE: Final = "fr"
_TEMPLATES: Final = {PrintKind.AGENDAS: "meetup_agendas", PrintKind.BADGES: "meetup_badges"}
# All eight masks are made and weighed otherwise, for a code that any reader reads as well.
_QR_MASK = 2


def agenda_pdf(agenda: Agenda) -> bytes:
    """Return the agenda of one participant."""
    day = agenda.day
    title = gettext("Agenda : %(name)s", name=agenda.participant.name)
    data = _day_data(day, str(title), [_agenda(agenda)], [])
    return render_pdf("meetup_agendas", data, zone=day.zone)


def badge_pdf(agenda: Agenda, person: MeetupAttendee) -> bytes:
    """Return the badge of one person, on a sheet of its own."""
    with force_locale(LANGUAGE):
        data = _badges_data(agenda.day, [_badge(agenda, person)])
        return set_pages(PrintKind.BADGES, page_data(data, zone=agenda.day.zone))


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """What a document of a whole day is made from: its kind, all its words, and their mark."""

    kind: PrintKind
    text: str
    fingerprint: str

    def pdf(self) -> bytes:
        """Return the document."""
        return set_pages(self.kind, self.text)


def printed_day(session: Session, day: MeetupDay, kind: PrintKind) -> PrintedDay:
    """Return what all the agendas and table cards, or all the badges, are made from."""
    agendas = agendas_of_day(session, day)
    with force_locale(LANGUAGE):
        if kind is PrintKind.AGENDAS:
            title = gettext("%(day)s : agendas et tables", day=day.title)
            lines = _agenda_facts(agendas)
            data = _day_data(day, str(title), lines, table_cards(session, day))
        else:
            lines = _badge_facts(agendas)
            data = _badges_data(day, lines)
        return PrintedDay(kind, page_data(data, zone=day.zone), _mark(lines))


def fingerprints(agendas: Sequence[Agenda]) -> dict[PrintKind, str]:
    """Return the mark of what each document of a whole day would say now.

    The cards of the tables say what the agendas say.
    """
    with force_locale(LANGUAGE):
        return {
            PrintKind.AGENDAS: _mark(_agenda_facts(agendas)),
            PrintKind.BADGES: _mark(_badge_facts(agendas)),
        }


def _mark(lines: Sequence[Facts]) -> str:
    return sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()


def set_pages(kind: PrintKind, text: str) -> bytes:
    """Return the tagged PDF of what ``page_data`` made, the codes of the badges drawn.

    It needs nothing of the application: a process of its own may do it.
    """
    if kind is PrintKind.BADGES:
        data = json.loads(text)
        for badge in data["badges"]:
            badge["qr"] = _qr_code(badge["scan"])
        text = json.dumps(data, ensure_ascii=False)
    return compile_pdf(_TEMPLATES[kind], text)


def _agenda_facts(agendas: Sequence[Agenda]) -> list[Facts]:
    return [_agenda(agenda) for agenda in agendas]


def _badge_facts(agendas: Sequence[Agenda]) -> list[Facts]:
    return [_badge(agenda, person) for agenda in agendas for person in agenda.participant.attendees]


def _badges_data(day: MeetupDay, badges: Sequence[Facts]) -> Facts:
    return {"title": str(gettext("Badges : %(day)s", day=day.title)), "badges": list(badges)}


def _day_data(
    day: MeetupDay, title: str, agendas: Sequence[Facts], cards: Sequence[TableCard]
) -> Facts:
    return {
        "title": title,
        "subject": f"{day.title}, {long_date(day.held_on)}",
        "words": {
            "columns": [gettext("Heures"), gettext("Lieu"), gettext("Programme")],
            "card-columns": [gettext("Heures"), gettext("Rendez-vous")],
        },
        "agendas": list(agendas),
        "tables": [_card(day, card) for card in cards],
    }


def _agenda(agenda: Agenda) -> Facts:
    day, participant = agenda.day, agenda.participant
    people = [person.name for person in participant.attendees]
    facts = [
        [gettext("Journée"), f"{day.title}, {long_date(day.held_on)}"],
        [gettext("Lieu"), ", ".join(part for part in (day.place, day.address) if part)],
    ]
    if people:
        facts.append([gettext("Pour"), listed(people)])
    return {
        "name": participant.name,
        "facts": facts,
        "notice": _notice(agenda),
        "lines": [_line(item, day) for item in agenda.items],
        "end": gettext(
            "Les heures sont celles du lieu de la journée (%(zone)s).",
            zone=zone_label(day.time_zone),
        ),
    }


def _notice(agenda: Agenda) -> str:
    if not agenda.is_published:
        return str(gettext("Les rendez-vous ne sont pas encore publiés."))
    if not agenda.meetings:
        return str(gettext("Aucun rendez-vous n’a pu être placé pour cette participation."))
    return ""


def _line(item: AgendaItem, day: MeetupDay) -> Facts:
    return {
        "kind": item.kind.value,
        "hours": _hours(item, day),
        "place": item_place(item),
        "title": item_title(item),
        "details": item_details(item),
    }


def _hours(item: AgendaItem, day: MeetupDay) -> str:
    return f"{hour_at(item.starts_at, day.zone)} – {hour_at(item.ends_at, day.zone)}"


def _card(day: MeetupDay, card: TableCard) -> Facts:
    return {
        "table": gettext("Table %(table)s", table=card.table.label),
        "room": card.table.room.name,
        "lines": [_card_line(day, line) for line in card.lines],
    }


def _card_line(day: MeetupDay, line: TableLine) -> Facts:
    slot, zone = line.slot, day.zone
    names = listed([one.name for one in line.people])
    return {
        "hours": f"{hour_at(slot.starts_at, zone)} – {hour_at(slot.ends_at, zone)}",
        "title": f"{line.title} : {names}" if line.title else names,
    }


def _badge(agenda: Agenda, person: MeetupAttendee) -> Facts:
    participant = agenda.participant
    return {
        "name": person.name,
        "job": person.job_title,
        "body": participant.name,
        "side": label_of(participant.side),
        "side-code": participant.side.value,
        "day": agenda.day.title,
        "first": _first_meeting(agenda),
        "code": badge_code(person.badge_key),
        "scan": public_address(
            "meetup_presence.scan", slug=agenda.day.slug, badge_key=person.badge_key
        ),
    }


def _first_meeting(agenda: Agenda) -> str:
    if not agenda.meetings:
        return ""
    first = agenda.meetings[0]
    hour = hour_at(first.starts_at, agenda.day.zone)
    place = table_words(first.table, first.room)
    return str(gettext("Premier rendez-vous : %(hour)s, %(place)s", hour=hour, place=place))


def _qr_code(address: str) -> str:
    """Return the code as SVG: the address that notes an arrival, read by any telephone."""
    import segno  # noqa: PLC0415 - for the pages that print badges

    code = segno.make(address, error="m", micro=False, mask=_QR_MASK)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=4, omitsize=True, xmldecl=False, nl=False)
    return drawn.getvalue().decode()
