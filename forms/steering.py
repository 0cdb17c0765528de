"""The filters of the steering pages: a period, a place, a theme, a sort of actor or of need."""

from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, ValidationError

from forms.choices import Choices, SelectChoice, choices_from, choices_of
from forms.contract_routes import parse_day
from forms.texts import strip
from vocabulary.exchanges import ExposureSurface, Side
from vocabulary.kinds import INNOVATION_KINDS, NeedKind, OrganizationKind
from vocabulary.regions import REGIONS
from vocabulary.themes import all_themes

ALL: Final = ""


def _all_or(choices: Choices, everything: str) -> Choices:
    return [SelectChoice(ALL, everything), *choices]


def _regions() -> Choices:
    return _all_or(choices_from((one.code, one.name) for one in REGIONS.values()), _l("Toutes"))


def _axes() -> Choices:
    axes = [(one.code, one.label) for one in all_themes().values() if one.parent is None]
    return _all_or(choices_from(axes), _l("Tous"))


class _PageForm(FlaskForm):
    """A form whose answers are in the address, to be shared; it changes nothing."""

    class Meta:
        """No token in an address that is shared."""

        csrf = False


class PeriodForm(_PageForm):
    """A period, both days included."""

    depuis = StringField(_l("Du"), filters=[strip])
    jusque = StringField(_l("Au"), filters=[strip])

    def validate_depuis(self, field: StringField) -> None:
        """Refuse what is no day."""
        _check_day(field)

    def validate_jusque(self, field: StringField) -> None:
        """Refuse what is no day, and an end before the start."""
        _check_day(field)
        since, until = parse_day(self.depuis.data or ""), parse_day(field.data or "")
        if since and until and until < since:
            raise ValidationError(_l("La fin de la période est avant son début."))

    def show_period(self, since: date, until: date) -> None:
        """Show the days that are counted, as a date field writes them."""
        self.depuis.data, self.jusque.data = since.isoformat(), until.isoformat()

    def period(self, *, since: date, until: date) -> tuple[date, date]:
        """Return the days typed, ``since`` and ``until`` where nothing was."""
        return parse_day(self.depuis.data or "") or since, parse_day(
            self.jusque.data or ""
        ) or until


class FunnelForm(PeriodForm):
    """What the funnel counts."""

    region = SelectField(_l("Région"), choices=_regions, default=ALL)
    axe = SelectField(_l("Axe"), choices=_axes, default=ALL)
    acteur = SelectField(
        _l("Type d’acteur"),
        choices=lambda: _all_or(
            choices_of(kind for kind in OrganizationKind if kind in INNOVATION_KINDS), _l("Tous")
        ),
        default=ALL,
    )
    besoin = SelectField(
        _l("Type de besoin"), choices=lambda: _all_or(choices_of(NeedKind), _l("Tous")), default=ALL
    )
    origine = SelectField(
        _l("Demande venue de"), choices=lambda: _all_or(choices_of(Side), _l("Tous")), default=ALL
    )

    def choices(self) -> dict[str, Any]:
        """Return the filters by the names of ``FunnelFilters``, the period left out."""
        return {
            "region": self.region.data or ALL,
            "axis": self.axe.data or ALL,
            "actor_kind": OrganizationKind(self.acteur.data) if self.acteur.data else None,
            "need_kind": NeedKind(self.besoin.data) if self.besoin.data else None,
            "from_side": Side(self.origine.data) if self.origine.data else None,
        }


class RadarForm(_PageForm):
    """Where and about what to look for gaps."""

    region = SelectField(_l("Région"), choices=_regions, default=ALL)
    axe = SelectField(_l("Axe"), choices=_axes, default=ALL)


class ExposureForm(PeriodForm):
    """Which showings to count."""

    liste = SelectField(
        _l("Où"),
        choices=lambda: _all_or(choices_of(ExposureSurface), _l("Toutes les listes")),
        default=ALL,
    )

    def surface(self) -> ExposureSurface | None:
        """Return the sort of list asked for, ``None`` for all."""
        return ExposureSurface(self.liste.data) if self.liste.data else None


def _check_day(field: StringField) -> None:
    if field.data and parse_day(field.data) is None:
        raise ValidationError(_l("Écrivez une date, par exemple 15/04/2026."))
