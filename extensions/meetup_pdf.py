"""Printed matter of a meetup day: agendas, cards of the tables, badges."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask_babel import gettext

from extensions.mailbox import public_address
from extensions.meetup_agenda_words import item_details, item_place, item_title, table_words
from extensions.pdf import render_pdf
from extensions.template_context import hour_at, label_of, long_date
from extensions.wording import listed
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee
from services.meetup_agenda_lines import Agenda, AgendaItem
from services.meetup_badges import badge_code
from services.meetup_table_cards import TableCard, TableLine

Facts = dict[str, Any]
# All eight masks are made and weighed otherwise, for a code that any reader reads as well.
_QR_MASK = 2


def agenda_pdf(agenda: Agenda) -> bytes:
    """Return the agenda of one participant."""
    title = gettext("Agenda : %(name)s", name=agenda.participant.name)
    return render_pdf("meetup_agendas", _day_data(agenda.day, str(title), [agenda], []))


def agendas_pdf(day: MeetupDay, agendas: Sequence[Agenda], cards: Sequence[TableCard]) -> bytes:
    """Return all the agendas of a day, one a page or more, then the card of each table."""
    title = gettext("%(day)s : agendas et tables", day=day.title)
    return render_pdf("meetup_agendas", _day_data(day, str(title), agendas, cards))


def badges_pdf(
    day: MeetupDay, agendas: Sequence[Agenda], *, only: MeetupAttendee | None = None
) -> bytes:
    """Return the badges of the people of some agendas, or of one person, eight a sheet."""
    badges = [
        _badge(agenda, person)
        for agenda in agendas
        for person in agenda.participant.attendees
        if only is None or person.id == only.id
    ]
    title = gettext("Badges : %(day)s", day=day.title)
    return render_pdf("meetup_badges", {"title": str(title), "badges": badges})


def _day_data(
    day: MeetupDay, title: str, agendas: Sequence[Agenda], cards: Sequence[TableCard]
) -> Facts:
    return {
        "title": title,
        "subject": f"{day.title}, {long_date(day.held_on)}",
        "words": {
            "columns": [gettext("Heures"), gettext("Lieu"), gettext("Programme")],
            "card-columns": [gettext("Heures"), gettext("Rendez-vous")],
        },
        "agendas": [_agenda(agenda) for agenda in agendas],
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
            "Les heures sont celles du lieu de la journée (%(zone)s).", zone=day.time_zone
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
        "qr": _qr_code(agenda.day, person),
    }


def _first_meeting(agenda: Agenda) -> str:
    if not agenda.meetings:
        return ""
    first = agenda.meetings[0]
    hour = hour_at(first.starts_at, agenda.day.zone)
    place = table_words(first.table, first.room)
    return str(gettext("Premier rendez-vous : %(hour)s, %(place)s", hour=hour, place=place))


def _qr_code(day: MeetupDay, person: MeetupAttendee) -> str:
    """Return the code as SVG: the address that notes an arrival, read by any telephone."""
    import segno  # noqa: PLC0415 - for the pages that print badges

    address = public_address("meetup_presence.scan", slug=day.slug, badge_key=person.badge_key)
    code = segno.make(address, error="m", micro=False, mask=_QR_MASK)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=4, omitsize=True, xmldecl=False, nl=False)
    return drawn.getvalue().decode()
