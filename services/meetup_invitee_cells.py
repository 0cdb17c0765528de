"""Columns and cells of a file of invitees: what a line says of a body and one of its people."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from models.meetup import MeetupDay
from services.contents import MAX_NAME, clean_line, clean_text
from services.import_cells import WrongCell, read_kind, read_number_cell, read_themes
from services.meetup_availability import NOON, Stretch, overlap, span_of, union
from services.meetup_people import NAME_LENGTH
from services.meetup_registration import NOTE_LENGTH, PRESENTATION_LENGTH
from services.quarter_files import clean_codes
from services.registration import SIREN_LENGTH
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.kinds import INNOVATION_KINDS, OrganizationKind
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import ParticipantState, ParticipantVisibility

QUARTER_CODE_LENGTH: Final = 8
MOST_MEETINGS: Final = 40
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_SPAN: Final = re.compile(
    r"(?:de )?(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à|a)\s*(\d{1,2})\s*[h:]\s*(\d{2})?",
    re.IGNORECASE,
)
_YES: Final = frozenset({"oui", "x", "1", "vrai", "yes", "true"})
_NO: Final = frozenset({"", "non", "0", "faux", "no", "false"})


class InviteeField(LabelledEnum):
    """What a column of a file of invitees may hold."""

    NAME = "name", N_("structure")
    SIREN = "siren", N_("siren")
    SIDE = "side", N_("côté")
    KIND = "kind", N_("type")
    STATE = "state", N_("état")
    GIVEN_NAME = "given_name", N_("prénom")
    PERSON = "person", N_("nom de la personne")
    JOB = "job", N_("fonction")
    EMAIL = "email", N_("adresse")
    LANGUAGE = "language", N_("langue")
    THEMES = "themes", N_("thèmes")
    TERRITORIES = "territories", N_("territoires")
    STEP_FREE = "step_free", N_("table sans marche")
    HEARING_LOOP = "hearing_loop", N_("boucle magnétique")
    ACCESS_NOTE = "access_note", N_("besoins d’accessibilité")
    AWAY = "away", N_("indisponibilités")
    MOST = "most", N_("rendez-vous au plus")
    PRESENTATION = "presentation", N_("présentation")
    VISIBILITY = "visibility", N_("qui voit sa venue")
    STAFF_NOTE = "staff_note", N_("note de l’équipe")


# Beside our own words: those of the files that circulate, without case or accents.
_OTHER_NAMES: Final[Mapping[InviteeField, frozenset[str]]] = {
    InviteeField.NAME: frozenset(
        {"nom de la structure", "organisation", "organisme", "entreprise", "raison sociale"}
    ),
    InviteeField.SIDE: frozenset({"cote de la table", "camp"}),
    InviteeField.KIND: frozenset({"type de structure", "type d acteur", "categorie"}),
    InviteeField.STATE: frozenset({"statut", "reponse"}),
    InviteeField.PERSON: frozenset(
        {"nom", "personne", "contact", "prenom et nom", "nom et prenom", "interlocuteur"}
    ),
    InviteeField.JOB: frozenset({"poste", "titre"}),
    InviteeField.EMAIL: frozenset(
        {"adresse electronique", "courriel", "email", "e mail", "mail", "adresse mail"}
    ),
    InviteeField.THEMES: frozenset({"theme", "thematique", "thematiques"}),
    InviteeField.TERRITORIES: frozenset({"territoire", "quartier", "quartiers", "code qpv"}),
    InviteeField.ACCESS_NOTE: frozenset({"accessibilite", "besoins", "besoin d accessibilite"}),
    InviteeField.AWAY: frozenset({"indisponibilite", "indisponible", "absences", "absence"}),
    InviteeField.PRESENTATION: frozenset({"objet", "attentes"}),
    InviteeField.STAFF_NOTE: frozenset({"note", "notes", "remarque", "remarques"}),
}
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


def fields_of_headers(headers: Sequence[str]) -> dict[InviteeField, int]:
    """Return the position of the column of each field; a header stands for one field."""
    keys = [name_key(header) for header in headers]
    found: dict[InviteeField, int] = {}
    for column in InviteeField:
        names = {name_key(column.label), *_OTHER_NAMES.get(column, ())}
        position = next((at for at, key in enumerate(keys) if key in names), None)
        if position is not None and position not in found.values():
            found[column] = position
    return found


def read_line(cells: Mapping[InviteeField, str], day: MeetupDay) -> InviteeLine:
    """Read the cells of one line; an empty cell says nothing and erases nothing."""
    line = InviteeLine()
    person = f"{cells.get(InviteeField.GIVEN_NAME, '')} {cells.get(InviteeField.PERSON, '')}"
    cells = {**cells, InviteeField.PERSON: person}
    readers: Mapping[InviteeField, Callable[[str], Any]] = {
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
        InviteeField.AWAY: lambda cell: _away(cell, day),
        InviteeField.MOST: _most,
        InviteeField.PRESENTATION: lambda cell: clean_text(cell, PRESENTATION_LENGTH),
        InviteeField.VISIBILITY: _visibility,
        InviteeField.STAFF_NOTE: lambda cell: clean_text(cell, NOTE_LENGTH),
    }
    for column, read in readers.items():
        cell = cells.get(column, "").strip()
        if not cell:
            continue
        try:
            line.facts[column.value] = read(cell)
        except WrongCell as problem:
            line.refuse(problem.message, **problem.params)
    _check_whole(line)
    return line


def _check_whole(line: InviteeLine) -> None:
    facts = line.facts
    if "name" not in facts and not any("nom" in one["message"] for one in line.problems):
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
        raise WrongCell(N_("Adresse électronique illisible : « %(value)s »."), value=cell[:60])
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
        raise WrongCell(N_("Nombre de rendez-vous illisible : « %(value)s »."), value=cell[:20])
    return number


def _visibility(cell: str) -> ParticipantVisibility:
    known = {name_key(one.label): one for one in ParticipantVisibility}
    found = known.get(name_key(cell))
    if found is None:
        raise WrongCell(N_("Visibilité inconnue : « %(value)s »."), value=cell[:60])
    return found


def _away(cell: str, day: MeetupDay) -> tuple[Stretch, ...]:
    """Read « matin », « 9h-10h30 » or several of them, by the clocks of the place."""
    whole = span_of(day)
    parts = [part.strip() for part in re.split(r"[|;,\n]", cell) if part.strip()]
    stretches = [_stretch(part, day, whole) for part in parts]
    for part, stretch in zip(parts, stretches, strict=True):
        if whole is not None and not overlap(whole, stretch):
            raise WrongCell(
                N_("« %(value)s » est hors de la journée, qui va de %(start)s à %(end)s."),
                value=part[:40],
                start=_clock(whole.starts_at, day),
                end=_clock(whole.ends_at, day),
            )
    found = union(stretches)
    if day.slots and all(any(overlap(slot, one) for one in found) for slot in day.slots):
        raise WrongCell(N_("Indisponible toute la journée : il faut au moins un créneau."))
    return found


def _stretch(part: str, day: MeetupDay, whole: Stretch | None) -> Stretch:
    noon, key = day.at(NOON), name_key(part)
    if key in {"matin", "le matin", "matinee"}:
        return _made(part, whole.starts_at if whole else day.at(time(0)), noon)
    if key in {"apres midi", "l apres midi", "aprem"}:
        return _made(part, noon, whole.ends_at if whole else day.at(time(23, 59)))
    found = _SPAN.fullmatch(part)
    if found is None:
        raise _unreadable(part)
    hours = [int(found[1]), int(found[2] or 0), int(found[3]), int(found[4] or 0)]
    try:
        return _made(part, day.at(time(hours[0], hours[1])), day.at(time(hours[2], hours[3])))
    except ValueError as error:
        raise _unreadable(part) from error


def _made(part: str, start: datetime, end: datetime) -> Stretch:
    try:
        return Stretch(start, end)
    except ValueError as error:
        raise WrongCell(
            N_("« %(value)s » : cette journée n’en a pas, ou la fin vient avant le début."),
            value=part[:40],
        ) from error


def _unreadable(part: str) -> WrongCell:
    return WrongCell(
        N_("Indisponibilité illisible : « %(value)s ». Écrivez « 9h-10h30 » ou « matin »."),
        value=part[:40],
    )


def _clock(instant: datetime, day: MeetupDay) -> str:
    return f"{instant.astimezone(day.zone):%Hh%M}"
