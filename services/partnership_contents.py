"""What is written about a partnership, its groups, meetings and steps: compared before saved."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final, Self

from models.partnership import (
    Partnership,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
)
from services.content_diff import FieldChange, Shape, element_runs, word_runs
from services.contents import clean_line, clean_text, known_themes
from vocabulary.labels import N_
from vocabulary.themes import all_themes

MAX_NAME: Final = 200
MAX_SOURCE: Final = 300
MAX_LONG_TEXT: Final = 5_000
PRECISIONS: Final[Mapping[str, str]] = {
    "day": N_("Le jour"),
    "month": N_("Le mois"),
    "year": N_("L’année"),
}


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class PartnershipContent:
    """What a moderator reads again when it changes on a public page."""

    name: str
    programme: str = ""
    summary: str = ""
    themes: tuple[str, ...] = ()
    territory_id: int | None = None
    started_on: date | None = None
    ended_on: date | None = None
    results: str = ""
    source: str = ""
    source_checked_on: date | None = None

    @classmethod
    def of(cls, partnership: Partnership) -> Self:
        """Return what the columns hold: the public version of a public page."""
        names = [item.name for item in fields(cls)]
        return cls.from_dict({name: getattr(partnership, name) for name in names})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a content, cleaned; keys that are not of a content are ignored."""
        territory_id = data.get("territory_id")
        return cls(
            name=clean_line(str(data.get("name") or ""), MAX_NAME),
            programme=clean_line(str(data.get("programme") or ""), MAX_NAME),
            summary=clean_text(str(data.get("summary") or ""), MAX_LONG_TEXT),
            themes=known_themes(data.get("themes") or ()),
            territory_id=territory_id if isinstance(territory_id, int) else None,
            started_on=_day(data.get("started_on")),
            ended_on=_day(data.get("ended_on")),
            results=clean_text(str(data.get("results") or ""), MAX_LONG_TEXT),
            source=clean_line(str(data.get("source") or ""), MAX_SOURCE),
            source_checked_on=_day(data.get("source_checked_on")),
        )

    def write_to(self, partnership: Partnership) -> None:
        """Put the content into the columns."""
        for item in fields(self):
            value = getattr(self, item.name)
            setattr(partnership, item.name, list(value) if item.name == "themes" else value)


@dataclass(frozen=True, slots=True)
class GroupContent:
    """A working group with its members, those of the partnership only."""

    name: str
    theme: str = ""
    description: str = ""
    members: tuple[int, ...] = ()
    leads: tuple[int, ...] = ()

    @classmethod
    def of(cls, group: WorkingGroup) -> Self:
        """Return what is stored of the group."""
        return cls(
            name=group.name,
            theme=group.theme or "",
            description=group.description,
            members=tuple(sorted(row.organization_id for row in group.members)),
            leads=tuple(sorted(row.organization_id for row in group.members if row.is_lead)),
        )


@dataclass(frozen=True, slots=True)
class MeetingContent:
    """A meeting: the agenda is written before, the minutes after."""

    held_on: date | None = None
    place: str = ""
    agenda: str = ""
    minutes: str = ""
    is_public: bool = False

    @classmethod
    def of(cls, meeting: WorkingGroupMeeting) -> Self:
        """Return what is stored of the meeting."""
        return cls(**{item.name: getattr(meeting, item.name) for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class MilestoneContent:
    """A step of the timeline, as exact as what is known of its date."""

    happened_on: date | None = None
    precision: str = "day"
    title: str = ""
    text: str = ""
    source: str = ""

    @classmethod
    def of(cls, milestone: PartnershipMilestone) -> Self:
        """Return what is stored of the step."""
        return cls(**{item.name: getattr(milestone, item.name) for item in fields(cls)})


AnyContent = PartnershipContent | GroupContent | MeetingContent | MilestoneContent
CONTENT_FIELDS: Final[Mapping[str, tuple[str, Shape]]] = {
    "name": (N_("Nom"), Shape.TEXT),
    "programme": (N_("Programme"), Shape.TEXT),
    "theme": (N_("Thème"), Shape.THEMES),
    "summary": (N_("De quoi il s’agit"), Shape.PROSE),
    "description": (N_("Ce que fait le groupe"), Shape.PROSE),
    "themes": (N_("Thèmes"), Shape.THEMES),
    "territory_id": (N_("Quartier"), Shape.TEXT),
    "started_on": (N_("Début"), Shape.TEXT),
    "ended_on": (N_("Fin"), Shape.TEXT),
    "results": (N_("Résultats"), Shape.PROSE),
    "members": (N_("Membres"), Shape.LIST),
    "leads": (N_("Animation"), Shape.LIST),
    "held_on": (N_("Date"), Shape.TEXT),
    "happened_on": (N_("Date"), Shape.TEXT),
    "precision": (N_("Précision de la date"), Shape.TEXT),
    "place": (N_("Lieu"), Shape.TEXT),
    "agenda": (N_("Ordre du jour"), Shape.PROSE),
    "minutes": (N_("Compte rendu"), Shape.PROSE),
    "is_public": (N_("Compte rendu public"), Shape.TEXT),
    "title": (N_("Titre"), Shape.TEXT),
    "text": (N_("Précisions"), Shape.PROSE),
    "source": (N_("Source"), Shape.TEXT),
    "source_checked_on": (N_("Source vérifiée le"), Shape.TEXT),
}


def as_json(content: AnyContent) -> dict[str, Any]:
    """Return the content as JSON values; days become ISO texts."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in asdict(content).items()
    }


def stamp(content: AnyContent) -> str:
    """Return a short digest of the content: a form that carries another one is out of date."""
    text = json.dumps(as_json(content), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changes_between(before: AnyContent | None, after: AnyContent) -> list[FieldChange]:
    """Return the fields that differ, in the order of the forms."""
    changes: list[FieldChange] = []
    for item in fields(after):
        label, shape = CONTENT_FIELDS[item.name]
        old = getattr(before, item.name) if before is not None else None
        new = getattr(after, item.name)
        if (old or None) == (new or None):
            continue
        if shape is Shape.PROSE:
            runs = word_runs(old or "", new or "")
        elif shape in {Shape.LIST, Shape.THEMES}:
            runs = element_runs(_listed(old), _listed(new))
        else:
            runs = ()
        changes.append(FieldChange(item.name, label, shape, old, new, runs))
    return changes


def _listed(value: object) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def known_theme(code: str) -> str:
    """Return the code if it names a theme, else nothing."""
    return code if code in all_themes() else ""
