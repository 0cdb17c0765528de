"""Shapes of what staff write about a meetup day: the day itself, a copy, a cancellation."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from forms.choices import SelectChoice
from forms.seen import DayField, SeenForm
from forms.texts import TOO_LONG, strip
from services.content_checks import Problem
from services.errors import RuleViolation
from services.meetup_clock import instant_at_place
from services.meetup_copies import CopyChoices
from services.meetup_day_contents import (
    BOUNDS,
    FIELD_LABELS,
    MAX_ADDRESS,
    MAX_PLACE,
    MAX_TEXT,
    MAX_TITLE,
    DayContent,
)
from services.meetup_states import MAX_REASON
from vocabulary.time_zones import METROPOLE, TIME_ZONES

BAD_MOMENT: Final = _l("Cette date et cette heure ne se lisent pas.")
# As browsers send and read them.
MOMENT_FORMATS: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
BAD_NUMBER: Final = _l("Ce n’est pas un nombre entier.")
_LONGEST_NUMBER: Final = 9


class CountField(IntegerField):
    """A whole number; anything else stays as typed beside a French message."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number.

        Raises:
            ValueError: it is not one.
        """
        typed = (valuelist[0] if valuelist else "").strip()
        if len(typed) > _LONGEST_NUMBER:
            raise ValueError(BAD_NUMBER)
        try:
            super().process_formdata([typed] if typed else [])
        except ValueError as error:
            raise ValueError(BAD_NUMBER) from error


class MomentField(DateTimeLocalField):
    """A day and an hour by the clocks of the place; anything else stays as typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read them.

        Raises:
            ValueError: they are none.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(BAD_MOMENT) from error


def _label(name: str) -> Any:  # noqa: ANN401 - a lazy text
    """Return what a field is called; its sentence is extracted where it is written."""
    return _l(FIELD_LABELS[name])


def _count(name: str, description: Any, *, is_needed: bool = True) -> CountField:  # noqa: ANN401 - a lazy text
    least, most = BOUNDS[name]
    needed = InputRequired(_l("Donnez un nombre."))
    # A new day opens with numbers that hold; those who know better change them.
    usual: Any = DayContent.__dataclass_fields__[name].default
    return CountField(
        _label(name),
        description=description,
        default=usual,
        validators=[needed if is_needed else Optional()],
        render_kw={"min": least, "max": most, "inputmode": "numeric"},
    )


def _text(name: str, description: Any, *, wanted: Any = None) -> TextAreaField:  # noqa: ANN401 - lazy texts
    needed = [InputRequired(wanted)] if wanted else []
    return TextAreaField(
        _label(name),
        description=description,
        filters=[strip],
        validators=[*needed, Length(max=MAX_TEXT, message=TOO_LONG)],
    )


SAME_SIDE_HELP: Final = _l(
    "Sinon, un territoire souhaite rencontrer des acteurs de l’innovation, et l’inverse. "
    "Vous-mêmes pouvez toujours réunir qui vous voulez."
)


class DayForm(SeenForm):
    """A meetup day: what, when, where, for whom, and how meetings are shared out."""

    title = StringField(
        _label("title"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un nom à la journée.")),
            Length(max=MAX_TITLE, message=TOO_LONG),
        ],
    )
    held_on = DayField(_label("held_on"), validators=[InputRequired(_l("Choisissez une date."))])
    time_zone = SelectField(
        _label("time_zone"),
        description=_l("Toutes les heures de la journée sont celles de ce lieu."),
        choices=[SelectChoice(zone, _l(label)) for zone, label in TIME_ZONES.items()],
        default=METROPOLE,
        validate_choice=False,
    )
    place = StringField(
        _label("place"),
        description=_l("Le bâtiment ou la salle, comme on le dit à quelqu’un qui vient."),
        filters=[strip],
        validators=[
            InputRequired(_l("Dites où la journée se tient.")),
            Length(max=MAX_PLACE, message=TOO_LONG),
        ],
    )
    address = StringField(
        _label("address"),
        filters=[strip],
        validators=[Length(max=MAX_ADDRESS, message=TOO_LONG)],
    )
    commune = StringField(
        _label("commune_code"),
        description=_l("Nom, code postal ou code INSEE."),
        filters=[strip],
        validators=[Length(max=MAX_PLACE, message=TOO_LONG)],
    )
    summary = _text(
        "summary",
        _l("Pour qui, sur quels sujets, ce qu’on en attend. Listes avec un tiret, **gras**."),
        wanted=_l("Dites en quelques phrases pourquoi venir."),
    )
    accessibility = _text(
        "accessibility",
        _l(
            "Marches, ascenseur, boucle magnétique, pièce calme, interprète, stationnement, "
            "transports ; ce qui manque aussi."
        ),
    )
    asked = _text(
        "asked",
        _l("Chaque renseignement demandé à l’inscription, et à quoi il sert. Public."),
    )
    capacity = _count(
        "capacity",
        _l("Les suivants vont sur une liste d’attente. Vide : tous ceux qui viennent."),
        is_needed=False,
    )
    seats_per_organization = _count("seats_per_organization", "")
    needs_approval = BooleanField(
        _l("L’équipe valide chaque inscription"),
        description=_l("Sinon, une inscription vaut aussitôt, dans la limite des places."),
        default=True,
    )
    registration_closes_at = MomentField(
        _label("registration_closes_at"),
        description=_l("Heure du lieu. Vide : jusqu’à la journée."),
        validators=[Optional()],
        format=MOMENT_FORMATS,
    )
    wishes_close_at = MomentField(
        _label("wishes_close_at"),
        description=_l("Heure du lieu. Vide : jusqu’à la journée."),
        validators=[Optional()],
        format=MOMENT_FORMATS,
    )
    wishes_per_participant = _count("wishes_per_participant", "")
    wish_days = _count("wish_days", _l("En jours ; ensuite, le souhait n’est plus proposé."))
    same_side_wishes = BooleanField(
        _l("Permettre les souhaits entre deux territoires ou entre deux acteurs"),
        description=SAME_SIDE_HELP,
        default=False,
    )
    least_meetings = _count(
        "least_meetings", _l("Garanti à chacun quand ses souhaits le permettent.")
    )
    most_meetings = _count("most_meetings", _l("Pour un même participant dans la journée."))
    fairness = _count(
        "fairness",
        _l(
            "Un trou : des créneaux sans rendez-vous entre deux rendez-vous. Avec 2, personne n’a "
            "plus de deux trous de plus qu’un autre."
        ),
    )

    def show(self, content: DayContent, *, commune: str) -> None:
        """Fill the form; instants are shown by the clocks of the place."""
        zone = ZoneInfo(content.time_zone)
        for name in DayContent.__dataclass_fields__:
            if name in self:
                self[name].data = getattr(content, name)
        for name in ("registration_closes_at", "wishes_close_at"):
            value = getattr(content, name)
            self[name].data = value.astimezone(zone).replace(tzinfo=None) if value else None
        self.commune.data = commune

    def validate_time_zone(self, field: SelectField) -> None:
        """Refuse a zone that is not of the list, what was sent being shown as it is."""
        if field.data not in TIME_ZONES:
            raise ValidationError(_("Ce fuseau horaire n’est pas dans la liste."))

    def content(self, commune_code: str | None) -> DayContent | None:
        """Return what was typed; nothing when an hour does not exist, which its field says."""
        zone = ZoneInfo(self.time_zone.data)
        names = [name for name in DayContent.__dataclass_fields__ if name in self]
        values: dict[str, Any] = {name: self[name].data for name in names}
        for name in ("registration_closes_at", "wishes_close_at"):
            try:
                values[name] = _instant(values[name], zone, name)
            except RuleViolation as refusal:
                self.show_error(name, _(refusal.message, **refusal.params))
        if self.errors:
            return None
        return DayContent(**values, commune_code=commune_code).cleaned()

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            name = "commune" if problem.field == "commune_code" else problem.field
            self.show_error(name, _(problem.message, **problem.params))


def _instant(typed: datetime | None, zone: ZoneInfo, name: str) -> datetime | None:
    if typed is None:
        return None
    return instant_at_place(typed.date(), typed.time(), zone, field=name)


class CreateDayForm(DayForm):
    """A new day; what it takes over when it is a copy."""

    source = HiddenField()
    copy_rooms = BooleanField(_l("Les salles et leurs tables"), default=True)
    copy_slots = BooleanField(_l("Les créneaux, aux mêmes heures"), default=True)
    copy_programme = BooleanField(_l("Le programme, aux mêmes heures"), default=True)
    copy_invitees = BooleanField(
        _l("Les organisations, à inviter de nouveau"),
        description=_l(
            "Avec les noms et adresses de leurs représentants. Aucun courriel ne part avant que "
            "vous n’envoyiez les invitations."
        ),
        default=False,
    )

    def choices(self) -> CopyChoices:
        """Return what is taken over."""
        return CopyChoices(
            rooms=bool(self.copy_rooms.data),
            slots=bool(self.copy_slots.data),
            programme=bool(self.copy_programme.data),
            invitees=bool(self.copy_invitees.data),
        )


class CancelDayForm(SeenForm):
    """Why a day is cancelled."""

    reason = TextAreaField(
        _l("Pourquoi la journée n’a pas lieu"),
        description=_l("Public, et dans le courriel envoyé à chacun. Ne nommez personne."),
        filters=[strip],
        validators=[
            InputRequired(_l("Dites pourquoi : chacun le lira.")),
            Length(max=MAX_REASON, message=TOO_LONG),
        ],
    )


class PickDayForm(SeenForm):
    """Which earlier day is copied."""

    modele = RadioField(_l("Journée à reprendre"), validators=[Optional()])
