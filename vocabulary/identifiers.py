"""Checks on the numbers that identify French organisations: SIREN, SIRET, RNSR.

Sources: INSEE (SIREN and SIRET are Luhn-checked; La Poste's establishments, SIREN 356000000,
are checked by the sum of their digits); MESR for the RNSR number. All are text: a SIREN may
start with a zero.
"""

import re
from typing import Final

from stdnum import luhn

LA_POSTE_SIREN: Final = "356000000"
_SEPARATORS = re.compile(r"[\s\u00a0\u202f.\-]+")
# A year, or 0000 for the oldest units of the register, then five figures and a letter.
_RNSR = re.compile(r"(?:(?:19|20)\d{7}|0000\d{5})[A-Z]")


def compact(number: str) -> str:
    """Return ``number`` in capitals without the blanks, dots and hyphens people type."""
    return _SEPARATORS.sub("", number).upper()


def is_siren(number: str) -> bool:
    """Tell whether compacted ``number`` is a SIREN: nine digits with a Luhn check."""
    return _is_digits(number, 9) and luhn.is_valid(number)


def is_siret(number: str) -> bool:
    """Tell whether compacted ``number`` is a SIRET: Luhn, or La Poste's digit sum."""
    if not _is_digits(number, 14):
        return False
    if luhn.is_valid(number):
        return True
    return number.startswith(LA_POSTE_SIREN) and sum(map(int, number)) % 5 == 0


def is_rnsr(number: str) -> bool:
    """Tell whether compacted ``number`` has the shape of an RNSR number, as ``201622148J``."""
    return number.isascii() and _RNSR.fullmatch(number) is not None


def siren_of(number: str) -> str | None:
    """Return the SIREN inside a valid SIREN or SIRET, else ``None``."""
    if is_siren(number):
        return number
    return number[:9] if is_siret(number) else None


def _is_digits(number: str, length: int) -> bool:
    return len(number) == length and number.isascii() and number.isdigit()
