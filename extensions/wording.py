"""Small pieces of French sentences: lists, labels inside a sentence, spaces that do not break."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from flask_babel import format_date, gettext

from vocabulary.labels import LabelledEnum

_BEFORE: Final = re.compile(r" (?=[»:;?!%]|k€|€)")
_ACRONYM: Final = re.compile(r"\b[A-Z]{2,}")


def tied(sentence: str) -> str:
    """Return ``sentence`` with the spaces of French typography made unbreakable."""
    return _BEFORE.sub("\u00a0", str(sentence)).replace("« ", "«\u00a0")


def quoted(text: str) -> str:
    """Return ``text`` between French quotation marks."""
    return f"« {text} »"


def listed(texts: Sequence[str]) -> str:
    """Return « a », « a et b » or « a, b et c »."""
    if len(texts) < 2:  # noqa: PLR2004 - one text stands alone
        return "".join(texts)
    return str(gettext("%(first)s et %(last)s", first=", ".join(texts[:-1]), last=texts[-1]))


def as_lower(label: str) -> str:
    """Return a label as it reads inside a sentence: « moins de 40 k€ HT », « PME »."""
    return label if _ACRONYM.match(label) else label[:1].lower() + label[1:]


def label_of_value(kind: type[LabelledEnum], value: object) -> str:
    """Return the translated label of a stored value, nothing without one."""
    return str(gettext(kind(str(value)).label)) if value else ""


def long_day(value: object) -> str:
    """Return an ISO day in full words, nothing without one."""
    if not value:
        return ""
    text = str(format_date(date.fromisoformat(str(value)), "d MMMM y"))
    return text.replace("1 ", gettext("1er "), 1) if text.startswith("1 ") else text


def as_texts(value: object) -> tuple[str, ...]:
    """Return a parameter that holds texts."""
    return value if isinstance(value, tuple) else ()


def as_number(value: object) -> int:
    """Return a parameter that holds a number."""
    return value if isinstance(value, int) else 0
