"""Shape of what a participant says of its meetings: one form, a few fields for each meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField
from wtforms.validators import AnyOf, Optional

from forms.choices import SelectChoice, choices_from, choices_of
from forms.introductions import STAGE_CHOICES
from forms.once import OnceForm
from forms.texts import line_field
from services.contents import clean_line
from services.meetup_outcomes import NOTE_LENGTH
from vocabulary.exchanges import OutcomeStage
from vocabulary.labels import N_
from vocabulary.meetups import MeetingReport

_LATER: Final = SelectChoice("", _l("Plus tard"))
_REPORT_CHOICES: Final = [_LATER, *choices_of(MeetingReport)]
_STAGES: Final = [_LATER, *STAGE_CHOICES]
_MARKS: Final = (
    N_("Pas utile"),
    N_("Peu utile"),
    N_("Assez utile"),
    N_("Utile"),
    N_("Très utile"),
)
_MARK_CHOICES: Final = [
    SelectChoice(str(mark), _l(label)) for mark, label in enumerate(_MARKS, start=1)
]
_UNTOLD: Final = SelectChoice("", _l("Non précisé"))


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What the form asks about one meeting."""

    meeting_id: int
    asks_report: bool
    asks_stage: bool
    needs: tuple[tuple[str, str], ...] = ()
    """Number and title of what the territory may say it was about; none: not asked."""
    offers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered about one meeting; numbers are those of the choices offered."""

    report: MeetingReport | None
    satisfaction: int | None
    stage: OutcomeStage | None
    note: str
    need_id: int | None
    offer_id: int | None


class MeetingsForm(OnceForm):
    """All the meetings of a participant; one that is left open is asked about again."""

    def line_field(self, kind: str, meeting_id: int) -> Field | None:
        """Return a field of one line, nothing where the line does not ask it."""
        field: Field | None = self._fields.get(field_name(kind, meeting_id))
        return field

    def answer(self, line: AskedLine) -> GivenAnswer | None:
        """Return what was answered about one meeting, nothing when the line was left open."""
        report = self._value("report", line)
        stage = self._value("stage", line)
        if not (report or stage):
            return None
        told = MeetingReport(report) if report else None
        mark = self._value("mark", line)
        was_held = told in {None, MeetingReport.HELD}
        return GivenAnswer(
            report=told,
            satisfaction=int(mark) if mark and was_held else None,
            stage=_stage(stage, told) if line.asks_stage else None,
            note=clean_line(self._value("note", line), NOTE_LENGTH),
            need_id=_number(self._value("need", line)),
            offer_id=_number(self._value("offer", line)),
        )

    def _value(self, kind: str, line: AskedLine) -> str:
        field = self.line_field(kind, line.meeting_id)
        return str(field.data or "") if field is not None else ""


def field_name(kind: str, meeting_id: int) -> str:
    """Return the name of a field of one line."""
    return f"{kind}-{meeting_id}"


def _stage(value: str, told: MeetingReport | None) -> OutcomeStage | None:
    """Return the stage said; a meeting that was held is one already."""
    if told is not None and told is not MeetingReport.HELD:
        return None
    if value:
        return OutcomeStage(value)
    return OutcomeStage.MEETING if told is not None else None


def _number(value: str) -> int | None:
    return int(value) if value else None


def meetings_form(lines: Sequence[AskedLine]) -> MeetingsForm:
    """Return a form with the fields of each line, filled with what was sent."""
    fields: dict[str, Any] = {}
    for line in lines:
        fields |= {field_name(kind, line.meeting_id): one for kind, one in _fields(line)}
    shape: type[MeetingsForm] = type("FilledMeetingsForm", (MeetingsForm,), fields)
    return shape()


def _fields(line: AskedLine) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if line.asks_report:
        found.append(
            ("report", SelectField(_l("Ce rendez-vous"), choices=_REPORT_CHOICES, default=""))
        )
        # WTForms takes a group of radio buttons left open for a wrong choice.
        marks = RadioField(
            _l("Était-il utile ?"),
            choices=_MARK_CHOICES,
            validate_choice=False,
            validators=[Optional(), AnyOf([mark.value for mark in _MARK_CHOICES])],
        )
        found.append(("mark", marks))
    if line.asks_stage:
        found.append(("stage", SelectField(_l("Où en est-on ?"), choices=_STAGES, default="")))
    note = line_field(
        _l("Précision"),
        NOTE_LENGTH,
        description=_l("Lue par l’autre participant et par l’organisateur."),
    )
    found.append(("note", note))
    if line.needs and line.offers:
        needs = SelectField(
            _l("À propos de votre besoin"), choices=[_UNTOLD, *choices_from(line.needs)], default=""
        )
        offers = SelectField(
            _l("et de leur proposition"), choices=[_UNTOLD, *choices_from(line.offers)], default=""
        )
        found += [("need", needs), ("offer", offers)]
    return found
