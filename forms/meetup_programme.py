"""Shapes of the rooms, tables, slots and programme of a meetup day."""

import re
from datetime import time
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from forms.choices import choices_of
from forms.entry_fields import RowList
from forms.meetup_days import CountField
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip
from services.meetup_programme import MAX_TEXT, MAX_TITLE, SessionContent
from services.meetup_rooms import (
    MAX_ACCESS,
    MAX_LABEL,
    MAX_ROOM,
    MOST_SEATS,
    MOST_TABLES,
    RoomContent,
    TableContent,
    TablesWanted,
)
from services.meetup_slots import MOST_SLOTS, Rhythm, SlotRow
from vocabulary.meetups import SessionKind

BAD_HOUR: Final = _l("Cette heure ne se lit pas : 9:30 ou 14:00.")
_NEED_HOUR: Final = _l("Donnez une heure.")
# « 12:30-14:00 », « 12 h 30 – 14 h », « 12h30 à 14h ».
_HOUR: Final = r"(\d{1,2})\s*[:hH]\s*(\d{2})?"
_BREAK: Final = re.compile(rf"\s*{_HOUR}\s*(?:-|–|à|a)\s*{_HOUR}\s*")
_LAST_HOUR, _LAST_MINUTE = 23, 59


class HourField(TimeField):
    """An hour of the day; anything else stays as typed beside a French message."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the hour.

        Raises:
            ValueError: it is not one.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(BAD_HOUR) from error


class ErrorsByField(OnceForm):
    """A form whose rows have their refusals above it."""

    def show_error(self, name: str | None, message: str) -> None:
        """Put a refusal beside its field, else above the form."""
        is_row = name in self and isinstance(self[name], RowList) if name else False
        super().show_error(None if is_row else name, message)


class RoomForm(ErrorsByField):
    """A room."""

    name = StringField(
        _l("Nom de la salle"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un nom à la salle.")),
            Length(max=MAX_ROOM, message=TOO_LONG),
        ],
    )
    accessibility = StringField(
        _l("Accès"),
        description=_l("Étage, ascenseur, bruit, lumière : ce qu’on veut savoir avant d’y aller."),
        filters=[strip],
        validators=[Length(max=MAX_ACCESS, message=TOO_LONG)],
    )

    def content(self) -> RoomContent:
        """Return what was typed about the room."""
        return RoomContent(self.name.data or "", self.accessibility.data or "")


class TablesForm(ErrorsByField):
    """Several tables added at once: « 24 tables de 4 places »."""

    count = CountField(
        _l("Nombre de tables"),
        validators=[InputRequired(_l("Donnez un nombre."))],
        render_kw={"min": 1, "max": MOST_TABLES, "inputmode": "numeric"},
    )
    seats = CountField(
        _l("Places à chacune"),
        default=4,
        validators=[InputRequired(_l("Donnez un nombre."))],
        render_kw={"min": 2, "max": MOST_SEATS, "inputmode": "numeric"},
    )
    is_step_free = BooleanField(_l("Accessibles de plain-pied"), default=True)
    has_hearing_loop = BooleanField(_l("Équipées d’une boucle magnétique"))

    def wanted(self) -> TablesWanted:
        """Return what is asked for."""
        return TablesWanted(
            count=self.count.data or 0,
            seats=self.seats.data or 0,
            is_step_free=bool(self.is_step_free.data),
            has_hearing_loop=bool(self.has_hearing_loop.data),
        )


class NewRoomForm(RoomForm, TablesForm):
    """A room with its first tables; a room without any holds a part of the programme."""

    count = CountField(
        _l("Nombre de tables"),
        description=_l("0 pour une salle de plénière ou d’atelier."),
        default=0,
        validators=[InputRequired(_l("Donnez un nombre."))],
        render_kw={"min": 0, "max": MOST_TABLES, "inputmode": "numeric"},
    )


class TableRow(Form):
    """A table that stands: its name, what it offers, whether it goes."""

    table_id = HiddenField()
    # Not « label »: the row, a field itself, has one.
    table_name = StringField(
        _l("Nom"), filters=[strip], validators=[Length(max=MAX_LABEL, message=TOO_LONG)]
    )
    seats = CountField(_l("Places"), validators=[Optional()])
    is_step_free = BooleanField(_l("Plain-pied"))
    has_hearing_loop = BooleanField(_l("Boucle magnétique"))
    is_removed = BooleanField(_l("Retirer"))


class EditRoomForm(RoomForm):
    """A room and its tables, changed together."""

    tables = RowList(FormField(TableRow), label=_l("Tables"), max_entries=MOST_TABLES)
    forgets_plans = BooleanField(_l("Supprimer aussi les plannings gardés qui s’en servent"))

    def contents(self) -> list[TableContent]:
        """Return the tables as typed."""
        return [
            TableContent(
                table_id=number_of(row.table_id.data),
                label=row.table_name.data or "",
                seats=row.seats.data or 0,
                is_step_free=bool(row.is_step_free.data),
                has_hearing_loop=bool(row.has_hearing_loop.data),
            )
            for row in self.tables
        ]

    def removed(self) -> set[int]:
        """Return the tables that go."""
        return {number_of(row.table_id.data) for row in self.tables if row.is_removed.data}


def number_of(typed: Any) -> int:  # noqa: ANN401 - what a hidden field sent
    """Return the number that a hidden field sent, 0 for anything that names no row."""
    text = str(typed or "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


class RhythmForm(ErrorsByField):
    """Slots laid out from a rhythm."""

    first = HourField(_l("De"), default=lambda: time(9), validators=[InputRequired(_NEED_HOUR)])
    last = HourField(_l("À"), default=lambda: time(12, 30), validators=[InputRequired(_NEED_HOUR)])
    minutes = CountField(
        _l("Durée d’un rendez-vous (minutes)"),
        default=20,
        validators=[InputRequired(_l("Donnez un nombre."))],
    )
    pause = CountField(
        _l("Pause entre deux (minutes)"),
        default=5,
        validators=[InputRequired(_l("Donnez un nombre."))],
    )
    breaks = StringField(
        _l("Coupures"),
        description=_l("Par exemple 10:30-10:45, 12:30-14:00."),
        filters=[strip],
        validators=[Length(max=300, message=TOO_LONG)],
    )
    table_limit = CountField(
        _l("Tables utilisables"),
        description=_l("Vide : toutes."),
        validators=[Optional()],
    )
    avoids_programme = BooleanField(
        _l("Laisser libres les temps communs du programme"), default=True
    )
    replaces = BooleanField(_l("Remplacer les créneaux actuels"))
    forgets_plans = BooleanField(_l("Supprimer aussi les plannings gardés qui s’en servent"))

    def validate_breaks(self, field: StringField) -> None:
        """Refuse what is no stretch of hours, naming it."""
        self.read_breaks(field.data or "")

    @staticmethod
    def read_breaks(typed: str) -> tuple[tuple[time, time], ...]:
        """Return the breaks that were typed.

        Raises:
            ValidationError: one of them is not « from-to ».
        """
        found = []
        for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", typed))):
            hours = _BREAK.fullmatch(part)
            numbers = [int(one or 0) for one in hours.groups()] if hours else []
            if not numbers or max(numbers[::2]) > _LAST_HOUR or max(numbers[1::2]) > _LAST_MINUTE:
                message = _l("« %(part)s » ne se lit pas : 12:30-14:00.", part=part)
                raise ValidationError(message)
            starts, ends = numbers[:2], numbers[2:]
            found.append((time(starts[0], starts[1]), time(ends[0], ends[1])))
        return tuple(found)

    def rhythm(self) -> Rhythm:
        """Return the rhythm."""
        return Rhythm(
            first=self.first.data or time(),
            last=self.last.data or time(),
            minutes=self.minutes.data or 0,
            pause=self.pause.data or 0,
            breaks=self.read_breaks(self.breaks.data or ""),
            table_limit=self.table_limit.data,
            avoids_programme=bool(self.avoids_programme.data),
        )


class SlotRowForm(Form):
    """One slot; a row without hours is none."""

    slot_id = HiddenField()
    starts = HourField(_l("De"), validators=[Optional()])
    ends = HourField(_l("À"), validators=[Optional()])
    table_limit = CountField(_l("Tables utilisables"), validators=[Optional()])
    is_removed = BooleanField(_l("Retirer"))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - of WTForms
        """Refuse one hour without the other."""
        is_valid = super().validate(extra_validators)
        if is_valid and not self.is_removed.data and bool(self.starts.data) != bool(self.ends.data):
            missing = self.ends if self.starts.data else self.starts
            missing.errors = [*missing.errors, _NEED_HOUR]
            return False
        return is_valid


class SlotsForm(ErrorsByField):
    """All the slots of a day, written together; ``seen`` is the version of the day shown."""

    seen = HiddenField()
    rows = RowList(FormField(SlotRowForm), label=_l("Créneaux"), max_entries=MOST_SLOTS + 3)
    forgets_plans = BooleanField(_l("Supprimer aussi les plannings gardés qui s’en servent"))

    def slots(self) -> list[SlotRow]:
        """Return the slots that stay or are new."""
        return [
            SlotRow(
                slot_id=number_of(row.slot_id.data) or None,
                starts=row.starts.data,
                ends=row.ends.data,
                table_limit=row.table_limit.data,
            )
            for row in self.rows
            if not row.is_removed.data and row.starts.data is not None
        ]


class SessionForm(ErrorsByField):
    """A part of the programme."""

    kind = SelectField(_l("Nature"), choices=lambda: choices_of(SessionKind))
    title = StringField(
        _l("Titre"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un titre.")),
            Length(max=MAX_TITLE, message=TOO_LONG),
        ],
    )
    starts = HourField(_l("De"), validators=[InputRequired(_NEED_HOUR)])
    ends = HourField(_l("À"), validators=[InputRequired(_NEED_HOUR)])
    room_id = SelectField(_l("Salle"), validators=[Optional()])
    capacity = CountField(
        _l("Places"),
        description=_l("Pour un atelier ou des présentations ; vide : sans limite."),
        validators=[Optional()],
        render_kw={"min": 1, "inputmode": "numeric"},
    )
    text = TextAreaField(
        _l("Présentation"),
        filters=[strip],
        validators=[Length(max=MAX_TEXT, message=TOO_LONG)],
    )

    def show(self, content: SessionContent) -> None:
        """Fill the form."""
        self.kind.data, self.title.data = content.kind.value, content.title
        self.starts.data, self.ends.data = content.starts, content.ends
        self.room_id.data = str(content.room_id or "")
        self.capacity.data, self.text.data = content.capacity, content.text

    def content(self) -> SessionContent:
        """Return what was typed."""
        return SessionContent(
            kind=SessionKind(self.kind.data),
            title=self.title.data or "",
            starts=self.starts.data or time(),
            ends=self.ends.data or time(),
            text=self.text.data or "",
            room_id=number_of(self.room_id.data) or None,
            capacity=self.capacity.data,
        )


class RemovalForm(ErrorsByField):
    """Taking something away, with the plans that use it when said so."""

    forgets_plans = BooleanField(_l("Supprimer aussi les plannings gardés qui s’en servent"))
