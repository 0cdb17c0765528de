"""What applying a file of invitees would do: a verdict for each line, nothing written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.organization import Organization
from services.meetup_availability import Stretch, union
from services.meetup_invitee_cells import InviteeLine, LineReader, kind_side
from services.meetup_invitee_columns import guess_columns, has_bodies, positions_of
from services.meetup_invitee_plans import (
    PARTICIPANT_COLUMNS,
    PERSON_COLUMNS,
    Facts,
    InviteePlan,
    InviteeVerdict,
    KnownBody,
)
from services.meetup_places import free_places
from services.meetup_registration import Body
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState

_CHUNK: Final = 400
_GONE: Final = frozenset(
    {ParticipantState.CANCELLED, ParticipantState.REFUSED, ParticipantState.DECLINED}
)
# Problems that staff solve by the settings of the day, with the setting each is about.
DAY_FULL: Final = N_("La journée est complète : toutes ses places (%(count)s) sont prises.")
SEATS_FULL: Final = N_(
    "« %(name)s » a déjà %(count)s personnes, le nombre de places par structure."
)
_SETTINGS: Final[Mapping[str, str]] = {DAY_FULL: "capacity", SEATS_FULL: "seats_per_organization"}
# Keys of the notes of a line: the setting that refuses it, and a body of which no theme is known.
FULL: Final = "full"
NO_THEME: Final = "no_theme"


def analyse_invitees(
    session: Session, day: MeetupDay, batch: MeetupInviteeBatch
) -> dict[int, InviteePlan]:
    """Compare every line with the list of the day; write verdicts and notes, return the plans.

    Without a column for the bodies no line is judged: staff choose the column first.
    """
    rows = [(line.number, line.cells) for line in batch.lines]
    found = judge_invitees(session, day, rows, batch.headers, mapping_of(batch))
    plans = {}
    for line, plan in zip(batch.lines, found, strict=True):
        line.verdict, line.notes = plan.verdict.value, plan.notes
        plans[line.id] = plan
    session.flush()
    return plans


def mapping_of(batch: MeetupInviteeBatch) -> Mapping[str, str]:
    """Return which header holds each field: as chosen, else as its title says."""
    return batch.mapping or guess_columns(batch.headers)


def judge_invitees(
    session: Session,
    day: MeetupDay,
    rows: Sequence[tuple[int, Sequence[str]]],
    headers: Sequence[str],
    mapping: Mapping[str, str],
) -> list[InviteePlan]:
    """Return what each row, a number with its cells, would do."""
    if not has_bodies(mapping):
        return [InviteePlan(InviteeVerdict.UNREAD, {}) for _row in rows]
    positions, reader = positions_of(headers, mapping), LineReader(day)
    parsed = [reader.read({one: cells[at] for one, at in positions.items()}) for _, cells in rows]
    analysis = _Analysis(session, day, [one.facts for one in parsed])
    plans = [analysis.plan(row[0], line) for row, line in zip(rows, parsed, strict=True)]
    for row, plan in zip(rows, plans, strict=True):
        if plan.body and plan.body.first_line == row[0] and not plan.body.has_themes:
            plan.notes[NO_THEME] = True
    return plans


class _Analysis:
    """The list of the day, the directory's entries named, and the lines read so far."""

    def __init__(self, session: Session, day: MeetupDay, facts: Sequence[Facts]) -> None:
        self._day = day
        self._free = free_places(session, day)
        participants = session.scalars(
            select(MeetupParticipant)
            .where(MeetupParticipant.day_id == day.id)
            .options(
                selectinload(MeetupParticipant.attendees),
                selectinload(MeetupParticipant.absences),
            )
        ).all()
        self._by_name = {one.name_key: one for one in participants}
        self._by_body = {one.organization_id: one for one in participants if one.organization_id}
        self._holders = {
            person.email: (person, one)
            for one in participants
            for person in one.attendees
            if person.email
        }
        self._sirens, self._names = _entries(session, facts)
        self._bodies: dict[str, KnownBody] = {}
        self._addresses: dict[str, tuple[int, str, str]] = {}

    def plan(self, number: int, parsed: InviteeLine) -> InviteePlan:
        """Return what one line would do."""
        if parsed.problems:
            return _refused(parsed)
        facts = parsed.facts
        body = self._body(facts, number)
        # The first reason is enough: the others would follow from it.
        any(self._refusals(facts, body, parsed))
        return _refused(parsed) if parsed.problems else self._accepted(number, facts, body)

    def _body(self, facts: Facts, number: int) -> KnownBody:
        entry = self._sirens.get(facts.get("siren", "")) or self._names.get(name_key(facts["name"]))
        key = f"#{entry.id}" if entry is not None else name_key(facts["name"])
        if key in self._bodies:
            return self._bodies[key]
        known = self._by_body.get(entry.id) if entry is not None else None
        known = known or self._by_name.get(name_key(facts["name"]))
        side = known.side if known is not None else None
        if side is None and entry is not None:
            side = Body.of(entry).side
        if side is None and "kind" in facts:
            side = kind_side(facts["kind"])
        return KnownBody(
            participant=known,
            organization=entry,
            side=side or facts.get("side"),
            name=known.name if known is not None else (entry.name if entry else facts["name"]),
            first_line=number,
            people={name_key(one.name): 0 for one in known.attendees} if known else {},
            is_confirmed=known is not None and known.state == ParticipantState.CONFIRMED,
            has_themes=bool(known.themes if known is not None else entry and entry.themes),
        )

    def _refusals(self, facts: Facts, body: KnownBody, line: InviteeLine) -> Iterator[bool]:
        yield self._refuse_side(facts, body, line)
        yield self._refuse_state(facts, body, line)
        yield self._refuse_address(facts, body, line)
        yield self._refuse_seats(facts, body, line)

    def _refuse_side(self, facts: Facts, body: KnownBody, line: InviteeLine) -> bool:
        if body.side is None:
            line.refuse(
                N_("« %(name)s » n’est pas dans l’annuaire : écrivez son côté ou son type."),
                name=body.name,
            )
        elif facts.get("side") not in {None, body.side}:
            line.refuse(
                N_("« %(name)s » est du côté « %(side)s »."), name=body.name, side=body.side.label
            )
        return bool(line.problems)

    def _refuse_state(self, facts: Facts, body: KnownBody, line: InviteeLine) -> bool:
        known = body.participant
        if known is not None and known.state in _GONE:
            line.refuse(
                N_("« %(name)s » : %(state)s. Reprenez sa fiche à la main."),
                name=body.name,
                state=known.state.label.lower(),
            )
            return True
        registers = facts.get("state") is ParticipantState.CONFIRMED and not body.is_confirmed
        if registers and self._free is not None and self._free <= 0:
            line.refuse(DAY_FULL, count=str(self._day.capacity))
        return bool(line.problems)

    def _refuse_address(self, facts: Facts, body: KnownBody, line: InviteeLine) -> bool:
        email = facts.get("email")
        if not email:
            return False
        if email in self._addresses:
            number, name, person = self._addresses[email]
            if name != body.name:
                line.refuse(
                    N_("« %(email)s » est déjà à la ligne %(line)s, pour « %(name)s »."),
                    email=email,
                    line=str(number),
                    name=name,
                )
            elif person != name_key(facts["person"]):
                line.refuse(
                    N_("« %(email)s » est déjà à la ligne %(line)s, sous un autre nom."),
                    email=email,
                    line=str(number),
                )
            return bool(line.problems)
        _person, holder = self._holders.get(email, (None, None))
        if holder is not None and holder is not body.participant and holder.state not in _GONE:
            line.refuse(
                N_("« %(email)s » vient déjà pour « %(name)s »."), email=email, name=holder.name
            )
        return bool(line.problems)

    def _refuse_seats(self, facts: Facts, body: KnownBody, line: InviteeLine) -> bool:
        person = facts.get("person")
        if not person or self._attendee(facts, body) is not None:
            return False
        if name_key(person) in body.people:
            return False
        seats = self._day.seats_per_organization
        if len(body.people) >= seats:
            line.refuse(SEATS_FULL, name=body.name, count=str(seats))
        return bool(line.problems)

    def _attendee(self, facts: Facts, body: KnownBody) -> MeetupAttendee | None:
        """Return the person of the body that the line is about, by address, then by name."""
        if body.participant is None or "person" not in facts:
            return None
        people = body.participant.attendees
        email = facts.get("email")
        by_address = next((one for one in people if email and one.email == email), None)
        key = name_key(facts["person"])
        return by_address or next((one for one in people if name_key(one.name) == key), None)

    def _accepted(self, number: int, facts: Facts, body: KnownBody) -> InviteePlan:
        key = f"#{body.organization.id}" if body.organization else name_key(facts["name"])
        self._bodies.setdefault(key, body)
        body.has_themes |= bool(facts.get("themes"))
        notes: dict[str, Any] = {"body": body.name}
        if body.organization is not None:
            notes["slug"] = body.organization.slug
        person = name_key(facts["person"]) if "person" in facts else ""
        earlier = body.people.get(person, 0) if person else body.first_line
        is_same_body_again = body.first_line != number
        if is_same_body_again and (earlier if person else not self._says_more(facts)):
            return InviteePlan(
                InviteeVerdict.DUPLICATE, {**notes, "line": earlier or body.first_line}
            )
        attendee = self._attendee(facts, body)
        adds_person = bool(person) and attendee is None
        if person:
            body.people[person] = number
        if email := facts.get("email"):
            self._addresses[email] = (number, body.name, person)
        changes = tuple(_changes(facts, body, attendee))
        if facts.get("state") is ParticipantState.CONFIRMED and not body.is_confirmed:
            body.is_confirmed = True
            self._free = None if self._free is None else self._free - 1
            changes = (*changes, "state")
        verdict = InviteeVerdict.NEW
        if body.participant is not None and not adds_person:
            verdict = InviteeVerdict.CHANGED if changes else InviteeVerdict.UNCHANGED
        notes["fields"] = list(changes) if verdict is InviteeVerdict.CHANGED else []
        return InviteePlan(verdict, notes, facts, body, attendee, adds_person, changes)

    @staticmethod
    def _says_more(facts: Facts) -> bool:
        return bool(facts.keys() - {"name", "siren", "side", "kind", "state"})


def _refused(line: InviteeLine) -> InviteePlan:
    notes: dict[str, Any] = {"problems": line.problems}
    if setting := next(
        (found for one in line.problems if (found := _SETTINGS.get(one["message"]))), None
    ):
        notes[FULL] = setting
    return InviteePlan(InviteeVerdict.REFUSED, notes)


def _changes(facts: Facts, body: KnownBody, attendee: MeetupAttendee | None) -> Iterator[str]:
    """Yield the facts that differ from what is stored."""
    known = body.participant
    for name, column in PARTICIPANT_COLUMNS.items():
        if name in facts and (known is None or getattr(known, column) != facts[name]):
            yield name
    if "away" in facts and facts["away"] != _announced(known):
        yield "away"
    for name, column in PERSON_COLUMNS.items():
        if name in facts and attendee is not None and getattr(attendee, column) != facts[name]:
            yield name


def _announced(participant: MeetupParticipant | None) -> tuple[Stretch, ...]:
    if participant is None:
        return ()
    return union(one for one in participant.absences if one.told_at is None)


def _entries(
    session: Session, facts: Sequence[Facts]
) -> tuple[dict[str, Organization], dict[str, Organization]]:
    """Return the published entries that the lines name, by SIREN and by name; homonyms by none."""
    sirens = {one["siren"] for one in facts if one.get("siren")}
    names = {name_key(one["name"]) for one in facts if one.get("name")}
    found: dict[int, Organization] = {}
    for column, values in ((Organization.siren, sirens), (Organization.name_key, names)):
        ordered = sorted(values)
        for start in range(0, len(ordered), _CHUNK):
            query = Organization.published().where(column.in_(ordered[start : start + _CHUNK]))
            found.update({one.id: one for one in session.scalars(query)})
    by_siren: dict[str, Organization] = {}
    by_name: dict[str, list[Organization]] = {}
    for _key, entry in sorted(found.items()):
        if entry.siren:
            by_siren.setdefault(entry.siren, entry)
        by_name.setdefault(entry.name_key, []).append(entry)
    return by_siren, {key: same[0] for key, same in by_name.items() if len(same) == 1}
