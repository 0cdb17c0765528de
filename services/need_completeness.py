"""How complete a need is, and which answers would help actors most to reply."""

from collections.abc import Callable
from typing import Final

from services.completeness import Advice, Completeness
from services.content_checks import SHORTEST_DESCRIPTION
from services.contents import NeedContent
from vocabulary.labels import N_

# Points say how much an answer weighs in a match or in the decision to reply; they make 100.
# ``step`` is the field where the answer is given.
_CRITERIA: Final[tuple[tuple[Advice, Callable[[NeedContent], bool]], ...]] = (
    (
        Advice("themes", N_("Choisissez les thèmes."), 20, "themes"),
        lambda content: bool(content.themes),
    ),
    (
        Advice("description", N_("Décrivez le besoin en quelques lignes."), 20, "description"),
        lambda content: len(content.description) >= SHORTEST_DESCRIPTION,
    ),
    (
        Advice("outcome", N_("Dites quel résultat vous attendez."), 15, "outcome"),
        lambda content: bool(content.outcome),
    ),
    (
        Advice("closes_on", N_("Fixez une date limite de réponse."), 10, "closes_on"),
        lambda content: content.closes_on is not None,
    ),
    (
        Advice("amount", N_("Donnez un ordre de grandeur du montant."), 10, "amount_min"),
        lambda content: content.amount_min is not None or content.amount_max is not None,
    ),
    (
        Advice("nature", N_("Précisez la nature de l’achat."), 10, "nature"),
        lambda content: content.nature is not None,
    ),
    (
        Advice("appetite", N_("Dites quelle place vous laissez à l’essai."), 10, "appetite"),
        lambda content: content.appetite is not None,
    ),
    (
        Advice("starts_on", N_("Indiquez le démarrage souhaité."), 5, "starts_on"),
        lambda content: content.starts_on is not None,
    ),
)


def need_completeness(content: NeedContent) -> Completeness:
    """Return how much of the need is filled, and what is missing, the heaviest first."""
    missing = [advice for advice, is_met in _CRITERIA if not is_met(content)]
    lost = sum(advice.points for advice in missing)
    return Completeness(
        percent=100 - lost,
        advice=tuple(sorted(missing, key=lambda advice: (-advice.points, advice.code))),
    )
