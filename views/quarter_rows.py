"""Reads the quarters that somebody typed, one a row, and words those that are known."""

from collections.abc import Iterable, Sequence
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from extensions.database import db_session
from forms.choices import Choices, SelectChoice
from forms.needs import QuartersMixin
from models.geography import Commune
from models.territory import Territory
from services.contents import MAX_QUARTERS
from services.match_places import Place, find_place
from vocabulary.geography import is_quarter_code, normalise_quarter_code

MAX_NAMED: Final = 6


def quarter_label(territory: Territory) -> str:
    """Return the words that ``read_quarters`` reads back as this quarter."""
    return f"{territory.name} ({territory.code})"


def quarter_labels(codes: Sequence[str]) -> list[str]:
    """Return the labels of these quarters, in their order; one query."""
    found = db_session().scalars(select(Territory).where(Territory.code.in_(codes)))
    labels = {territory.code: quarter_label(territory) for territory in found}
    return [labels[code] for code in codes if code in labels]


def own_choices(territories: Iterable[Territory]) -> Choices:
    """Return quarters as the choices of a form, with their communes: names repeat."""
    return [
        SelectChoice(
            territory.code,
            f"{territory.name} ({', '.join(commune.name for commune in territory.communes)})",
        )
        for territory in territories
    ]


def read_quarters(form: QuartersMixin, ticked: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the codes of the quarters ticked and typed; rows that name none say why.

    Errors stay beside their row; the form as a whole is refused when ``form.quarters.errors``.
    """
    codes = list(ticked)
    problems: list[str] = []
    for row in form.quarters.entries:
        typed = str(row.data or "")
        if not typed:
            continue
        code, problem = _read(typed)
        if code in codes:
            problem = _("Le quartier %(code)s est indiqué deux fois.", code=code)
        if problem:
            row.errors = [*row.errors, problem]
            problems.append(problem)
        else:
            codes.append(code)
    if len(codes) > MAX_QUARTERS:
        problems.append(_("%(max)d quartiers au plus.", max=MAX_QUARTERS))
    if not codes and not problems:
        problems.append(_("Indiquez au moins un quartier."))
    form.quarters.errors = [*form.quarters.errors, *problems]
    return tuple(codes)


def _read(typed: str) -> tuple[str, str]:
    """Return the code of the quarter that the words mean for sure, or why there is none."""
    answer = find_place(db_session(), typed)
    place = answer.place
    if place is not None and place.quarter is not None:
        return place.quarter, ""
    if place is not None:
        return _of_commune(place)
    if answer.choices:
        names = ", ".join(choice.label for choice in answer.choices[:MAX_NAMED])
        message = _("« %(typed)s » peut désigner : %(names)s.", typed=typed[:60], names=names)
        return "", message
    if is_quarter_code(normalise_quarter_code(typed)):
        return "", _("Aucun quartier ne porte le code %(code)s.", code=typed[:20])
    return "", _("« %(typed)s » n’est ni un quartier ni une commune connus.", typed=typed[:60])


def _of_commune(place: Place) -> tuple[str, str]:
    code = place.code.rsplit("(", 1)[-1].rstrip(")")
    found = (
        db_session()
        .scalars(
            select(Territory)
            .join(Territory.communes)
            .where(Commune.code == code)
            .options(selectinload(Territory.communes))
            .order_by(Territory.name_key)
        )
        .all()
    )
    if len(found) == 1:
        return found[0].code, ""
    if not found:
        return "", _("%(name)s n’a pas de quartier prioritaire.", name=place.name)
    names = ", ".join(quarter_label(territory) for territory in found[:MAX_NAMED])
    return "", _("Précisez le quartier de %(name)s : %(names)s.", name=place.name, names=names)
