"""Files of partnerships: the list, the groups of one with their meetings, a calendar."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from models.partnership import Partnership, WorkingGroupMeeting
from services.cells import neutralise
from services.partnership_pages import PartnershipView, is_shown
from services.plain_text import plain_text
from vocabulary.regions import REGIONS
from vocabulary.themes import all_themes

LIST_COLUMNS: Final = (
    "nom",
    "quartier",
    "code du quartier",
    "communes",
    "région",
    "programme",
    "thèmes",
    "membres",
    "début",
    "fin",
    "présentation",
    "source",
    "exemple fictif",
    "adresse",
)
GROUP_COLUMNS: Final = (
    "groupe",
    "thème",
    "membres",
    "animation",
    "réunion du",
    "lieu",
    "ordre du jour",
    "compte rendu",
)
UNSTATED: Final = "non précisé"
# RFC 5545 §3.1: a line holds at most 75 octets, the fold is a line end and one blank.
FOLD: Final = 75


def list_rows(partnerships: Iterable[Partnership], *, base: str) -> Iterator[list[str]]:
    """Yield one row of French text per partnership; ``base`` starts their addresses."""
    for one in partnerships:
        territory = one.territory
        region = REGIONS.get(territory.region_code) if territory else None
        cells = [
            one.name,
            territory.name if territory else "",
            territory.code if territory else "",
            " | ".join(commune.name for commune in territory.communes) if territory else "",
            region.name if region else "",
            one.programme,
            " | ".join(_theme(code) for code in one.themes),
            " | ".join(row.organization.name for row in one.members if is_shown(row)),
            one.started_on.isoformat() if one.started_on else "",
            one.ended_on.isoformat() if one.ended_on else "",
            plain_text(one.summary),
            one.source,
            "oui" if one.is_demo else "",
            f"{base}/{one.slug}",
        ]
        yield [neutralise(cell) for cell in cells]


def group_rows(view: PartnershipView) -> Iterator[list[str]]:
    """Yield one row per meeting of each group, one alone for a group that never met."""
    for shown in view.groups:
        group = shown.group
        start = [
            group.name,
            _theme(group.theme) if group.theme else UNSTATED,
            " | ".join(row.organization.name for row in shown.members) or UNSTATED,
            " | ".join(row.organization.name for row in shown.members if row.is_lead),
        ]
        meetings: Sequence[WorkingGroupMeeting | None] = shown.meetings or (None,)
        for meeting in meetings:
            yield [neutralise(cell) for cell in (*start, *_meeting_cells(view, meeting))]


def _meeting_cells(view: PartnershipView, meeting: WorkingGroupMeeting | None) -> list[str]:
    if meeting is None:
        return ["", "", "", ""]
    is_open = view.may_read_minutes(meeting)
    return [
        meeting.held_on.isoformat(),
        meeting.place,
        plain_text(meeting.agenda) if is_open else "",
        plain_text(meeting.minutes) if is_open else "",
    ]


def _theme(code: str) -> str:
    theme = all_themes().get(code)
    return theme.label if theme else code


def meetings_calendar(view: PartnershipView, *, url: str, host: str, now: datetime) -> bytes:
    """Return the meetings as an iCalendar file (RFC 5545): whole days, no hour is known."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tour de table//Partenariats//FR"]
    for shown in view.groups:
        for meeting in shown.meetings:
            agenda = plain_text(meeting.agenda) if view.may_read_minutes(meeting) else ""
            lines += [
                "BEGIN:VEVENT",
                f"UID:reunion-{meeting.id}@{host}",
                f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
                f"DTSTART;VALUE=DATE:{meeting.held_on:%Y%m%d}",
                f"SUMMARY:{_escaped(f'{shown.group.name} · {view.partnership.name}')}",
                *([f"LOCATION:{_escaped(meeting.place)}"] if meeting.place else []),
                *([f"DESCRIPTION:{_escaped(agenda)}"] if agenda else []),
                f"URL:{url}",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """Return the line folded so that no part passes ``FOLD`` octets, never inside a character."""
    parts, size = [""], 0
    for mark in line:
        width = len(mark.encode())
        if size + width > FOLD:
            parts.append(" ")
            size = 1
        parts[-1] += mark
        size += width
    return "\r\n".join(parts) + "\r\n"
