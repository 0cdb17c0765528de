"""Cells of a file of invitees: what a line says of a body and one of its people."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models.meetup import MeetupDay
from services.contents import MAX_NAME, clean_line, clean_text
from services.import_cells import WrongCell, read_kind, read_number_cell, read_themes
from services.meetup_availability import union
from services.meetup_hours import HoursReader
from services.meetup_invitee_columns import InviteeField
from services.meetup_people import NAME_LENGTH
from services.meetup_registration import NOTE_LENGTH, PRESENTATION_LENGTH
from services.quarter_files import clean_codes
from services.registration import SIREN_LENGTH
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.kinds import INNOVATION_KINDS, OrganizationKind
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState, ParticipantVisibility

QUARTER_CODE_LENGTH: Final = 8
MOST_MEETINGS: Final = 40
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_YES: Final = frozenset({"oui", "x", "1", "vrai", "yes", "true"})
_NO: Final = frozenset({"", "non", "0", "faux", "no", "false"})


_STATES: Final[Mapping[str, ParticipantState]] = {
    "invite": ParticipantState.INVITED,
    "invitee": ParticipantState.INVITED,
    "a inviter": ParticipantState.INVITED,
    "invite sans reponse": ParticipantState.INVITED,
    "inscrit": ParticipantState.CONFIRMED,
    "inscrite": ParticipantState.CONFIRMED,
    "confirme": ParticipantState.CONFIRMED,
    "confirmee": ParticipantState.CONFIRMED,
}
_SIDES: Final[Mapping[str, Side]] = {
    **{name_key(side.label): side for side in Side},
    "territoires": Side.TERRITORY,
    "acteurs": Side.ACTOR,
    "innovation": Side.ACTOR,
    "acteur de l innovation": Side.ACTOR,
    "innovateur": Side.ACTOR,
    "innovation actor": Side.ACTOR,
    "territory": Side.TERRITORY,
    "territorial": Side.TERRITORY,
    "actor": Side.ACTOR,
}
_LANGUAGES: Final[Mapping[str, str]] = {
    "fr": "fr",
    "francais": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
}


@dataclass(slots=True)
class InviteeLine:
    """What one line says: only the facts it gives, and the problems of its cells."""

    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, message: str, **params: str) -> None:
        """Note a reason to refuse the line."""
        self.problems.append({"message": message, "params": params})


class LineReader:
    """Reads the lines of one file, one by one, for one day."""

    def __init__(self, day: MeetupDay) -> None:
        self._hours = HoursReader(day)
        self._readers: Mapping[InviteeField, Callable[[str], Any]] = {
            **_READERS,
            InviteeField.AWAY: lambda cell: self._hours.away(cell, says_there=False),
            InviteeField.THERE: lambda cell: self._hours.away(cell, says_there=True),
        }

    def read(self, cells: Mapping[InviteeField, str]) -> InviteeLine:
        """Read the cells of one line; an empty cell says nothing and erases nothing."""
        line = InviteeLine()
        person = f"{cells.get(InviteeField.GIVEN_NAME, '')} {cells.get(InviteeField.PERSON, '')}"
        for column, cell in {**cells, InviteeField.PERSON: person}.items():
            read, text = self._readers.get(column), cell.strip()
            if read is None or not text:
                continue
            try:
                line.facts[column.value] = read(text)
            except WrongCell as problem:
                line.refuse(problem.message, **problem.params)
        self._join_hours(line)
        _check_whole(line, is_named=bool(cells.get(InviteeField.NAME, "").strip()))
        return line

    def _join_hours(self, line: InviteeLine) -> None:
        """Make one of what the two columns of hours say: when somebody is away."""
        found = [line.facts.pop(name) for name in ("away", "there") if name in line.facts]
        if found:
            line.facts["away"] = union(one for stretches in found for one in stretches)
        if len(found) > 1:
            try:
                self._hours.check_some_left(line.facts["away"])
            except WrongCell as problem:
                line.refuse(problem.message, **problem.params)


def _check_whole(line: InviteeLine, *, is_named: bool) -> None:
    facts = line.facts
    if not is_named:
        line.refuse(N_("Le nom de la structure manque."))
    if "email" in facts and "person" not in facts:
        line.refuse(N_("Une adresse sans nom de personne : écrivez les deux."))
    kind, side = facts.get("kind"), facts.get("side")
    if kind is not None and side is not None and kind_side(kind) is not side:
        line.refuse(
            N_("« %(kind)s » n’est pas du côté « %(side)s »."), kind=kind.label, side=side.label
        )


def kind_side(kind: OrganizationKind) -> Side:
    """Return the side of the table on which a kind of body sits."""
    return Side.ACTOR if kind in INNOVATION_KINDS else Side.TERRITORY


def _name(cell: str) -> str:
    name = _limited(cell, MAX_NAME)
    if not name_key(name):
        raise WrongCell(N_("Ce nom ne contient ni lettre ni chiffre."))
    return name


def _limited(cell: str, limit: int) -> str:
    text = clean_line(cell, limit + 1)
    if len(text) > limit:
        raise WrongCell(
            N_("« %(value)s… » dépasse %(count)s caractères."), value=text[:30], count=str(limit)
        )
    return text


def _side(cell: str) -> Side:
    side = _SIDES.get(name_key(cell))
    if side is None:
        raise WrongCell(
            N_("Côté inconnu : « %(value)s ». Écrivez « territoire » ou « acteur »."),
            value=cell[:60],
        )
    return side


def _kind(cell: str) -> OrganizationKind:
    kind: OrganizationKind = read_kind(cell)["kind"]
    return kind


def _state(cell: str) -> ParticipantState:
    state = _STATES.get(name_key(cell))
    if state is None:
        raise WrongCell(
            N_("État inconnu : « %(value)s ». Écrivez « invité » ou « inscrit »."), value=cell[:60]
        )
    return state


def _email(cell: str) -> str:
    address = cell.strip().lower()
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:  # noqa: PLR2004 - RFC 5321
        raise WrongCell(
            N_("Adresse électronique illisible : « %(value)s ». Écrivez « nom@exemple.fr »."),
            value=cell[:60],
        )
    return address


def _language(cell: str) -> str:
    language = _LANGUAGES.get(name_key(cell))
    if language is None:
        raise WrongCell(
            N_("Langue inconnue : « %(value)s ». Écrivez « fr » ou « en »."), value=cell[:20]
        )
    return language


def _yes(cell: str) -> bool:
    key = name_key(cell)
    if key in _YES or key in _NO:
        return key in _YES
    raise WrongCell(N_("« %(value)s » : écrivez « oui » ou « non »."), value=cell[:30])


def _most(cell: str) -> int:
    number = int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= 3 else 0  # noqa: PLR2004
    if not 1 <= number <= MOST_MEETINGS:
        raise WrongCell(
            N_("Nombre de rendez-vous illisible : « %(value)s ». Écrivez « 6 », %(most)s au plus."),
            value=cell[:20],
            most=str(MOST_MEETINGS),
        )
    return number


def _visibility(cell: str) -> ParticipantVisibility:
    known = {name_key(one.label): one for one in ParticipantVisibility}
    found = known.get(name_key(cell))
    if found is None:
        raise WrongCell(
            N_("Visibilité inconnue : « %(value)s ». Écrivez « %(example)s »."),
            value=cell[:60],
            example=ParticipantVisibility.PARTICIPANTS.label,
        )
    return found


_READERS: Final[Mapping[InviteeField, Callable[[str], Any]]] = {
    InviteeField.NAME: _name,
    InviteeField.SIREN: lambda cell: read_number_cell(cell, SIREN_LENGTH).get("siren"),
    InviteeField.SIDE: _side,
    InviteeField.KIND: _kind,
    InviteeField.STATE: _state,
    InviteeField.PERSON: lambda cell: _limited(cell, NAME_LENGTH),
    InviteeField.JOB: lambda cell: _limited(cell, NAME_LENGTH),
    InviteeField.EMAIL: _email,
    InviteeField.LANGUAGE: _language,
    InviteeField.THEMES: lambda cell: list(read_themes(cell)["themes"]),
    InviteeField.TERRITORIES: lambda cell: list(
        clean_codes(cell.upper().replace("|", ";"), QUARTER_CODE_LENGTH)
    ),
    InviteeField.STEP_FREE: _yes,
    InviteeField.HEARING_LOOP: _yes,
    InviteeField.ACCESS_NOTE: lambda cell: clean_text(cell, NOTE_LENGTH),
    InviteeField.MOST: _most,
    InviteeField.PRESENTATION: lambda cell: clean_text(cell, PRESENTATION_LENGTH),
    InviteeField.VISIBILITY: _visibility,
    InviteeField.STAFF_NOTE: lambda cell: clean_text(cell, NOTE_LENGTH),
}
