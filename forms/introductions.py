"""Shapes of what people type to be put in touch: a request, an answer, a message, an outcome."""

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import Field, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from forms.choices import Pairs, SelectChoice, choices_from, choices_of
from forms.once import OnceForm
from forms.texts import TOO_LONG, line_field, strip
from services.attachment_types import ACCEPT
from services.attachments import MAX_BYTES, MAX_FILES
from services.contents import clean_line, clean_text
from services.introduction_decisions import NOTE_LENGTH
from services.introduction_threads import SentFile
from services.introductions import MESSAGE_LENGTH
from vocabulary.exchanges import DeclineReason, OutcomeStage, Side

NO_RELAY: Final = ""
NOT_NOW: Final = ""


def _message_field(label: str, description: str = "") -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        filters=[strip],
        validators=[
            DataRequired(_l("Écrivez votre message.")),
            Length(max=MESSAGE_LENGTH, message=TOO_LONG),
        ],
    )


def _text_of(field: TextAreaField) -> str:
    return clean_text(field.data or "", MESSAGE_LENGTH)


class RequestForm(OnceForm):
    """A request to be put in touch; an actor also chooses which offer it answers with."""

    offer = RadioField(
        _l("Avec quelle proposition ?"),
        validators=[InputRequired(_l("Choisissez une proposition."))],
    )
    message = _message_field(
        _l("Votre message"),
        _l(
            "Qui vous êtes, ce qui vous intéresse, ce que vous attendez de l’échange. "
            "N’y mettez ni prix ni offre : ce n’est pas une consultation."
        ),
    )
    relay = SelectField(_l("Par l’intermédiaire de"), default=NO_RELAY)

    def offer_choices(self, offers: Pairs) -> None:
        """Give the offers to choose from; none: the offer is known and there is no field."""
        if offers:
            self.offer.choices = choices_from(offers)
        else:
            del self.offer

    def relay_choices(self, structures: Pairs) -> None:
        """Give the federating structures through which the contact may come; none: no field."""
        if structures:
            self.relay.choices = [
                SelectChoice(NO_RELAY, _l("Personne : contact direct")),
                *choices_from(structures),
            ]
        else:
            del self.relay

    def text(self) -> str:
        """Return the message."""
        return _text_of(self.message)

    def chosen_relay(self) -> str:
        """Return the slug of the structure chosen, empty without one."""
        return str(self.relay.data or "") if self.relay else ""


class MessageForm(OnceForm):
    """A message in a thread, with files."""

    body = _message_field(_l("Votre message"))
    files = MultipleFileField(_l("Joindre des fichiers"), render_kw={"accept": ACCEPT})

    def text(self) -> str:
        """Return the message."""
        return _text_of(self.body)

    def sent_files(self) -> list[SentFile]:
        """Return the files sent; each is read to just above the limit."""
        sent: list[FileStorage] = [
            file for file in self.files.data or [] if isinstance(file, FileStorage)
        ]
        return [
            SentFile(file.filename or "", file.stream.read(MAX_BYTES + 1))
            for file in sent[: MAX_FILES + 1]
            if file.filename
        ]


class AcceptForm(OnceForm):
    """Yes to a request."""


class WithdrawForm(OnceForm):
    """A request taken back."""


class ContactForm(OnceForm):
    """Becoming the contact of one's side."""


class DeclineForm(OnceForm):
    """No to a request, with a reason from the list and a few words."""

    reason = SelectField(
        _l("Motif"),
        choices=[
            SelectChoice("", _l("Choisissez un motif")),
            *choices_of(DeclineReason),
        ],
        validators=[InputRequired(_l("Choisissez un motif : l’autre partie le lit."))],
    )
    note = StringField(
        _l("Précision"),
        id="decline-note",
        description=_l("Lue par l’autre partie."),
        filters=[strip],
        validators=[Length(max=NOTE_LENGTH, message=TOO_LONG)],
    )

    def chosen_reason(self) -> DeclineReason:
        """Return the reason."""
        return DeclineReason(self.reason.data)

    def text(self) -> str:
        """Return the few words."""
        return clean_line(self.note.data or "", NOTE_LENGTH)


STAGE_CHOICES: Final = choices_of(OutcomeStage)


def _note_field() -> StringField:
    return line_field(_l("Précision"), NOTE_LENGTH)


class StageForm(OnceForm):
    """What came of an introduction, from its thread."""

    stage = SelectField(
        _l("Où en est-on ?"),
        choices=[SelectChoice("", _l("Choisissez")), *STAGE_CHOICES],
        validators=[InputRequired(_l("Dites où en sont les choses."))],
    )
    note = _note_field()

    def chosen_stage(self) -> OutcomeStage:
        """Return the stage."""
        return OutcomeStage(self.stage.data)

    def text(self) -> str:
        """Return the few words."""
        return clean_line(self.note.data or "", NOTE_LENGTH)


class DueForm(OnceForm):
    """All the outcomes asked of a person's organisations; a line left open is asked again."""

    def stage_field(self, introduction_id: int, side: Side) -> Field:
        """Return the field of one line."""
        field: Field = self[line_name("stage", introduction_id, side)]
        return field

    def note_field(self, introduction_id: int, side: Side) -> Field:
        """Return the field of the few words of one line."""
        field: Field = self[line_name("note", introduction_id, side)]
        return field

    def answer(self, introduction_id: int, side: Side) -> tuple[OutcomeStage, str] | None:
        """Return what was answered on one line, ``None`` when it was left open."""
        stage = self.stage_field(introduction_id, side).data
        if not stage:
            return None
        note = self.note_field(introduction_id, side).data or ""
        return OutcomeStage(stage), clean_line(note, NOTE_LENGTH)


def line_name(kind: str, introduction_id: int, side: Side) -> str:
    """Return the name of a field of one line."""
    return f"{kind}-{introduction_id}-{side.value}"


def due_form(lines: Iterable[tuple[int, Side]]) -> DueForm:
    """Return a form with two fields for each line, filled with what was sent."""
    fields: dict[str, Any] = {}
    choices = [SelectChoice(NOT_NOW, _l("Plus tard")), *STAGE_CHOICES]
    for introduction_id, side in lines:
        fields[line_name("stage", introduction_id, side)] = SelectField(
            _l("Où en est-on ?"), choices=choices, default=NOT_NOW
        )
        fields[line_name("note", introduction_id, side)] = _note_field()
    shape: type[DueForm] = type("FilledDueForm", (DueForm,), fields)
    return shape()
