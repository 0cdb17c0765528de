"""What the pages of experiences share: reading a place, wording the differences of two contents."""

from typing import Final

from flask_babel import gettext as _

from extensions.database import db_session
from models.evidence import Experience
from services.contents import clean_line
from services.experience_contents import ExperienceContent
from services.experiences import speaking_organizations
from services.places import exact_commune_label, find_quarters, resolve_commune
from views.access import current_person
from views.change_rows import ChangeRow
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.labels import N_

_LABELS: Final = {
    "title": N_("Titre"),
    "what": N_("Ce qui a été fait"),
    "place": N_("Où"),
    "year": N_("Année"),
    "result": N_("Ce qui a été obtenu"),
    "limits": N_("Limites"),
}


def speaks_for_territory() -> bool:
    """Tell whether the signed-in person may write an experience, for some authority."""
    person = current_person()
    return person is not None and bool(speaking_organizations(db_session(), person))


def read_place(typed: str) -> tuple[str, int | None]:
    """Return the name of the place typed and the quarter it means for sure.

    A place that is not recognised is kept in the author's words.
    """
    words = clean_line(typed)
    if not words:
        return "", None
    session = db_session()
    code = normalise_quarter_code(words.rsplit("(", 1)[-1].rstrip(") "))
    quarters = find_quarters(session, code if is_quarter_code(code) else words)
    if len(quarters) == 1:
        quarter = quarters[0]
        communes = ", ".join(commune.name for commune in quarter.communes)
        name = quarter.name or quarter.code
        return clean_line(f"{name} ({communes})" if communes else name), quarter.id
    found = resolve_commune(session, words)
    return (exact_commune_label(found[0]) if len(found) == 1 else words), None


def place_words(experience: Experience) -> str:
    """Return the words that ``read_place`` reads back as the place of an experience."""
    quarter = experience.territory
    return f"{quarter.name} ({quarter.code})" if quarter is not None else experience.place


def content_rows(before: ExperienceContent, after: ExperienceContent) -> list[ChangeRow]:
    """Return one row for each field that differs."""
    return [
        ChangeRow(
            label=str(_(label)),
            is_list=False,
            is_picture=False,
            before=_shown(getattr(before, name)),
            after=_shown(getattr(after, name)),
            runs=(),
        )
        for name, label in _LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(value: object) -> str:
    return str(value) if value else str(_("non renseigné"))
