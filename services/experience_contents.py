"""What an authority says in a « retour d’expérience », as a form, a draft and a page hold it."""

import json
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Final

from models.evidence import Experience
from services.contents import clean_line, clean_text
from services.errors import Conflict
from vocabulary.labels import N_

MAX_TITLE: Final = 200
MAX_TEXT: Final = 2_000
CHANGED: Final = N_("Quelqu’un a modifié ce retour entre-temps.")


@dataclass(frozen=True, slots=True)
class ExperienceContent:
    """What an authority says: what was done, where, with what result, within which limits."""

    title: str = ""
    what: str = ""
    result: str = ""
    limits: str = ""
    place: str = ""
    territory_id: int | None = None
    year: int | None = None

    @classmethod
    def of(cls, row: Experience) -> "ExperienceContent":
        """Return what the columns hold."""
        return cls(**{one.name: getattr(row, one.name) for one in fields(cls)})

    def cleaned(self) -> "ExperienceContent":
        """Return the content as it is stored."""
        return ExperienceContent(
            title=clean_line(self.title, MAX_TITLE),
            what=clean_text(self.what, MAX_TEXT),
            result=clean_text(self.result, MAX_TEXT),
            limits=clean_text(self.limits, MAX_TEXT),
            place=clean_line(self.place),
            territory_id=self.territory_id,
            year=self.year,
        )

    def stamp(self) -> str:
        """Return a digest: a form shown over another content is refused."""
        return sha256(json.dumps(asdict(self), ensure_ascii=False).encode()).hexdigest()

    def write_to(self, row: Experience) -> None:
        """Put the content into the columns."""
        for one in fields(self):
            setattr(row, one.name, getattr(self, one.name))


class StaleExperience(Conflict):
    """The form was filled in over an older content; ``stored`` is the one there now."""

    def __init__(self, stored: ExperienceContent) -> None:
        super().__init__(CHANGED)
        self.stored = stored
