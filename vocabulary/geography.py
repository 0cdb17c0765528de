"""Official geographic codes as text: communes, departments, regions, quarters.

Codes are text because zeros lead them (``01053``), letters occur inside them (``2A004``,
``QN02A01M``) and region codes 01 to 06 collide with department codes.
"""

import re
from typing import Final

QPV_2015: Final = re.compile(r"QP(\d{3}|02[AB])(\d{3})")
QPV_2024: Final = re.compile(r"QN(\d{3}|02[AB])(\d{2})([A-Z])")
_COMMUNE = re.compile(r"(\d{2}|2[AB])\d{3}")


def normalise_quarter_code(code: str) -> str:
    """Return a quarter code in capitals without blanks."""
    return "".join(code.split()).upper()


def is_quarter_code(code: str) -> bool:
    """Tell whether ``code`` has the shape of a quarter code of either generation."""
    return QPV_2015.fullmatch(code) is not None or QPV_2024.fullmatch(code) is not None


def is_2024_quarter_code(code: str) -> bool:
    """Tell whether ``code`` belongs to the generation in force since 2024."""
    return QPV_2024.fullmatch(code) is not None


def is_commune_code(code: str) -> bool:
    """Tell whether ``code`` has the shape of an INSEE commune code."""
    return code.isascii() and _COMMUNE.fullmatch(code) is not None


def department_of_commune(code: str) -> str:
    """Return the department code inside a commune code: three characters overseas."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]
