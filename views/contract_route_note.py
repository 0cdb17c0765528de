"""The note of the contract-route advisor as data for the PDF."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext

from extensions.template_context import long_date


def note_data(
    *,
    answer: dict[str, Any],
    facts: Sequence[tuple[str, str]],
    about: str,
    address: str,
    day: date,
) -> dict[str, Any]:
    """Return the data of ``templates/pdf/plain.typ`` for one answer."""
    sections: list[dict[str, Any]] = [
        {"heading": gettext("Ce qui a été répondu"), "facts": [list(fact) for fact in facts]}
    ]
    groups = (
        (gettext("Montages possibles"), answer["admissible"], True),
        (gettext("Montages à vérifier"), answer["to_verify"], True),
        (gettext("Montages exclus"), answer["excluded"], False),
    )
    for heading, routes, has_duties in groups:
        if routes:
            sections.append(_table(str(heading), routes, has_duties=has_duties))
    sections.extend(_lists(answer))
    return {
        "title": gettext("Note sur les montages contractuels"),
        "subject": about,
        "lead": gettext(
            "Note du %(day)s, par les règles version %(version)s. Elle se refait à l’adresse "
            "%(address)s",
            day=long_date(day),
            version=answer["version"],
            address=f"{current_app.config['PUBLIC_URL']}{address}",
        ),
        "sections": sections,
        "end": gettext(
            "À valider par l’acheteur. Cette note aide à préparer un choix : elle ne remplace ni "
            "le texte en vigueur ni l’avis d’un juriste."
        ),
    }


def _table(heading: str, routes: Sequence[dict[str, Any]], *, has_duties: bool) -> dict[str, Any]:
    """Return one table of routes; the duties of a closed route concern nobody."""
    columns = [gettext("Montage"), gettext("Pourquoi"), gettext("Textes")]
    rows = [[route["label"], _lines(route["reasons"]), _texts(route)] for route in routes]
    if has_duties:
        columns.insert(2, gettext("À respecter"))
        for row, route in zip(rows, routes, strict=True):
            row.insert(2, _lines(route.get("duties", ())))
    widths = [3, 5, 5, 5] if has_duties else [3, 7, 6]
    return {"heading": heading, "columns": columns, "rows": rows, "widths": widths}


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(f"– {text}" for text in texts)


def _texts(route: dict[str, Any]) -> str:
    return "\n".join([*route["articles"], _version(route)]).strip()


def _version(route: dict[str, Any]) -> str:
    if route["version_from"] is None:
        return ""
    return str(gettext("Version du %(day)s", day=long_date(route["version_from"])))


def _lists(answer: dict[str, Any]) -> list[dict[str, Any]]:
    changes = [f"{line['when']} : {' ; '.join(line['routes'])}" for line in answer["changes"]]
    unchecked = [*answer["unknown"], *answer["always_open"]]
    found = (
        (gettext("Ce qui changerait la réponse"), changes),
        (gettext("Ce qui n’a pas pu être vérifié"), unchecked),
    )
    return [{"heading": heading, "text": _lines(lines)} for heading, lines in found if lines]
