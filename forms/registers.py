"""Shapes of the pages around the register: calls and meetings, corrections, ties, documents."""

from datetime import datetime
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, DateTimeLocalField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from forms.account import plain_line, squeeze
from forms.choices import SelectChoice
from forms.once import OnceForm
from forms.texts import TOO_LONG
from services.attachments import MAX_BYTES
from services.contents import clean_text
from services.interests import NATURE_LENGTH
from vocabulary.exchanges import RegisterEvent

PARTNER_LENGTH: Final = 200
SAID_LENGTH: Final = 4_000
REASON_LENGTH: Final = 300
ALL_NEEDS: Final = "tous"
THIS_NEED: Final = "ce-besoin"
_KINDS: Final = {"appel": RegisterEvent.CALL, "reunion": RegisterEvent.MEETING}


def _plain(text: str | None) -> str:
    return clean_text(text or "", SAID_LENGTH + 1)


def _asked_line(label: Any, limit: int, *, required: Any, description: Any = "") -> StringField:  # noqa: ANN401 - lazy texts
    """Return a line that must be filled in, in canonical form, without invisible characters."""
    return StringField(
        label,
        description=description,
        filters=[squeeze],
        validators=[DataRequired(required), Length(max=limit, message=TOO_LONG), plain_line],
    )


class LogContactForm(OnceForm):
    """A call or a meeting: with whom, what was said, and when if it was not just now."""

    partner = _asked_line(
        _l("Avec qui"),
        PARTNER_LENGTH,
        required=_l("Dites avec qui vous avez échangé."),
        description=_l("Un acteur que le registre connaît, ou un autre nom."),
    )
    said = TextAreaField(
        _l("Ce qui s’est dit"),
        description=_l("Ce que vous avez appris, et ce que vous avez dit de votre besoin."),
        filters=[_plain],
        validators=[
            DataRequired(_l("Résumez ce qui s’est dit, même en une phrase.")),
            Length(max=SAID_LENGTH, message=TOO_LONG),
        ],
    )
    happened_at = DateTimeLocalField(
        _l("Quand, si ce n’est pas maintenant"),
        description=_l("Heure de Paris."),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        validators=[Optional()],
    )

    def instant(self) -> datetime | None:
        """Return when it took place, without a zone; ``None`` for just now."""
        moment: datetime | None = self.happened_at.data
        return moment


def event_of_button(pressed: str) -> RegisterEvent | None:
    """Return what the button that was pressed logs."""
    return _KINDS.get(pressed)


class CorrectionForm(OnceForm):
    """Why a line was a mistake."""

    reason = _asked_line(
        _l("Pourquoi cette ligne est une erreur"),
        REASON_LENGTH,
        required=_l("Dites en quelques mots ce qui était faux."),
    )


class DeclarationForm(OnceForm):
    """A tie with an actor, for this need or for all those of the declaring body."""

    about = _asked_line(
        _l("Avec quel acteur"),
        PARTNER_LENGTH,
        required=_l("Nommez l’acteur avec lequel ce lien existe."),
        description=_l("Son nom exact dans l’annuaire."),
    )
    nature = _asked_line(
        _l("Quel lien"),
        NATURE_LENGTH,
        required=_l("Dites en quelques mots de quel lien il s’agit."),
        description=_l("Par exemple : « ancien salarié », « actionnaire ». Ne nommez personne."),
    )


class NeedDeclarationForm(DeclarationForm):
    """A tie declared from the page of a need."""

    scope = SelectField(
        _l("Ce lien vaut pour"),
        choices=[
            SelectChoice(THIS_NEED, _l("ce besoin seulement")),
            SelectChoice(ALL_NEEDS, _l("tous les besoins de votre organisme")),
        ],
        default=THIS_NEED,
    )

    def is_for_all(self) -> bool:
        """Tell whether the tie holds for every need."""
        return bool(self.scope.data == ALL_NEEDS)


class NeedDocumentForm(OnceForm):
    """A document that the buyer gives about its need."""

    file = FileField(
        _l("Document"),
        description=_l("PDF, texte, tableur, présentation ou image. 5 Mo au plus."),
        validators=[FileRequired(_l("Choisissez un fichier."))],
    )
    is_public = BooleanField(
        _l("Le rendre lisible par tous sur la page du besoin"),
        description=_l("Sinon, seuls les acteurs contactés le reçoivent, tous."),
    )

    def sent_file(self) -> tuple[str, bytes]:
        """Return the name and the bytes of the file; more than the limit is cut just above it."""
        file: FileStorage = self.file.data
        return file.filename or "", file.stream.read(MAX_BYTES + 1)

    def show_error(self, name: str | None, message: str) -> None:
        """Put a refusal beside the file, whatever it is about."""
        del name
        self.file.errors = [*self.file.errors, message]
