"""One page of a list that is read already: its rows, its number, how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

from forms.shortlists import number_in

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ShownRows(Generic[Row]):
    """What is shown of a list; ``number`` is from 1, the last one when more was asked for."""

    rows: Sequence[Row]
    number: int
    pages: int
    is_asked: bool
    """The address names a page: what was folded away is open."""


def asked_page(rows: Sequence[Row], size: int, *, parameter: str = "page") -> ShownRows[Row]:
    """Return the page of ``rows`` that the address asks for, of ``size`` rows at most."""
    pages = max(1, -(-len(rows) // size))
    typed = request.args.get(parameter, "")
    number = min(max(1, number_in(typed) or 1), pages)
    return ShownRows(rows[(number - 1) * size : number * size], number, pages, bool(typed))
