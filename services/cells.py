"""Cells of exported files: a spreadsheet must show them, never run them."""

from typing import Final

# OWASP, « CSV injection »: what spreadsheets may take for a formula.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"


def neutralise(cell: str) -> str:
    """Return ``cell`` with a leading apostrophe where a spreadsheet would run it."""
    return _GUARD + cell if cell.startswith((*_DANGEROUS, _GUARD)) else cell


def restore(cell: str) -> str:
    """Return the text that ``neutralise`` was given; an apostrophe it did not add stays."""
    added = cell.startswith(_GUARD) and cell[1:].startswith((*_DANGEROUS, _GUARD))
    return cell[1:] if added else cell
