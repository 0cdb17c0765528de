"""Why two participants of a meetup day would have something to say to each other, in words."""

from collections.abc import Mapping
from typing import Final

from extensions.match_reasons import SHOWN_REASONS, match_reasons
from extensions.match_words import reason_sentence
from matching.ranking import Match
from matching.weights import Component

# All that a participant outside the directory declares.
_SUBJECT: Final = frozenset({Component.THEMES, Component.TEXT})


def meeting_reasons(line: Match, written: Mapping[str, str], *, is_declared: bool) -> list[str]:
    """Return up to three reasons; of a declared body only what it declared is spoken of."""
    if not is_declared:
        return match_reasons(line, written)
    reasons = [one for one in line.explanation.strongest if one.component in _SUBJECT]
    return [reason_sentence(one, written) for one in reasons][:SHOWN_REASONS]
