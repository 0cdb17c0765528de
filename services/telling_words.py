"""The words of a need or an offer that say something of its subject, analysed.

The search keeps « sans », months and numbers, which a visitor may look for. Between a need and an
offer they tell nothing, and « Mots en commun : sans, mai, six » is no reason anybody would accept.
Written for this project; on the graded needs the ranking is the same without them (ADR 6).
"""

from functools import cache
from typing import Final

from services.theme_detection import word_stems

_LINKS: Final = "sans pas avant après trop bien mieux moins toujours jamais souvent parfois près"
_LINKS_2: Final = "environ autour contre hors lors sous dont seul seule seuls seulement premier"
_LINKS_3: Final = "première premiers nouveau nouvelle nouveaux nouvelles"
_LINKS_4: Final = "aucun aucune rien fois fin bout"
_TIMES: Final = "an ans année années mois jour jours semaine semaines heure heures matin soir"
_TIMES_2: Final = "aujourd’hui demain janvier février mars avril mai juin juillet août septembre"
_TIMES_3: Final = "octobre novembre décembre"
_NUMBERS: Final = "deux trois quatre cinq six sept huit dix douze quinze vingt trente"
_NUMBERS_2: Final = "cinquante cent mille"
_ASKING: Final = "veut veulent voulons voudrait voudrions souhaite souhaitons souhaitent cherche"
_ASKING_2: Final = "cherchons cherchent chercher trouver besoin besoins aider permettre permet"
_ASKING_3: Final = "mettre proposer propose savoir comprendre solution solutions chose choses"
# Measures and spots of anything: « bord » or « mètre » is shared by any two texts. Words that a
# theme also uses stay (tiers-lieu, haut débit, dernier kilomètre, droits, place de parking).
_MEASURES: Final = "mètre mètres centimètre centimètres hectare hectares litre litres tonne tonnes"
_MEASURES_2: Final = "kilo kilos euro euros pourcent moitié double nombre nombres"
_SPOTS: Final = "bord bords côté côtés long large coin coins tête dessus dessous devant derrière"
_SHARES: Final = "sorte sortes type types cas façon façons manière manières grand grande grands"
_SHARES_2: Final = "grandes plusieurs chaque certain certains certaine certaines divers diverse"
# In a directory of quarters, every entry speaks of one.
_HERE: Final = "quartier quartiers ville villes projet projets"
_LISTS: Final = (
    *(_LINKS, _LINKS_2, _LINKS_3, _LINKS_4, _TIMES, _TIMES_2, _TIMES_3, _NUMBERS, _NUMBERS_2),
    *(_MEASURES, _MEASURES_2, _SPOTS, _SHARES, _SHARES_2),
    *(_ASKING, _ASKING_2, _ASKING_3, _HERE),
)


def telling_stems(text: str) -> tuple[str, ...]:
    """Return the analysed words of ``text`` that tell its subject, in order."""
    untelling = _untelling()
    return tuple(stem for stem in word_stems(text) if stem not in untelling and not stem.isdigit())


@cache
def _untelling() -> frozenset[str]:
    return frozenset(word_stems(" ".join(_LISTS)))
