"""The three reasons of a match, as a page and a mail say them."""

from typing import Final

from extensions.match_words import Written, area_sentence, phase_sentence, reason_sentence
from matching.explain import Reason
from matching.ranking import Match
from matching.weights import Component, Direction

SHOWN_REASONS: Final = 3


def match_reasons(line: Match, written: Written) -> list[str]:
    """Return the three reasons of a card: the subject, the moment, deeds, the place, the date.

    That the actor declared to work there is a condition, not points; it says more than that the
    entry is up to date, which comes last.
    """
    strongest = line.explanation.strongest
    said = [reason_sentence(reason, written) for reason in strongest if not _is_date(reason)]
    dates = [reason_sentence(reason, written) for reason in strongest if _is_date(reason)]
    is_offer_side = line.score.direction is Direction.OFFER_TO_NEED
    moment = phase_sentence(line.need.phase) if is_offer_side else ""
    if moment and moment not in said:
        said.insert(min(len(said), SHOWN_REASONS - 1), moment)
    ordered = [*said, area_sentence(line.need, line.offer), *dates]
    return [sentence for sentence in ordered if sentence][:SHOWN_REASONS]


def _is_date(reason: Reason) -> bool:
    return reason.component is Component.FRESHNESS
