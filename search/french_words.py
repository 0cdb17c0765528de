"""Closed lists of French: words that carry no subject, elided words, inverted pronouns.

Written for this project. Grammar words only: « été » is not listed (the season matters in
« confort d’été »), nor is any noun, nor « pas » and « sans », which change a meaning.
"""

from typing import Final

ELISIONS: Final = frozenset(
    ["l", "d", "qu", "j", "n", "s", "c", "m", "t", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu"]
)

# What follows a verb in a question or an order: « tombe-t-il », « est-ce », « celui-ci ».
_INVERTED = "t il elle on ils elles je tu nous vous ce ci là le la les lui leur leurs en y moi toi"
INVERTED: Final = frozenset(_INVERTED.split())

_ARTICLES = (
    "le la les l un une des du de d au aux cet cette ces ce mon ton son ma ta sa mes tes ses"
)
_ARTICLES_2 = "notre votre nos vos leur leurs quelque quelques chaque tout toute tous toutes"
_PRONOUNS = "je j tu il elle on nous vous ils elles me m te t se s lui y en moi toi soi eux qui que"
_PRONOUNS_2 = "qu quoi dont où ceci cela ça celui celle ceux celles lequel laquelle lesquels"
_PRONOUNS_3 = "lesquelles auquel auxquels auxquelles duquel desquels desquelles c ci là"
_LINKS = "et ou où ni mais or car donc si comme lorsque puisque quoique afin ainsi alors aussi"
_LINKS_2 = "à de dans en par pour sur vers chez avec entre jusque jusqu dès depuis pendant selon"
_BE = "être suis es est sommes êtes sont étais était étions étiez étaient fus fut fûmes furent sera"
_BE_2 = "serai seras serons serez seront serait seraient serais soit sois soient fût étant"
_HAVE = "avoir ai as a avons avez ont avais avait avions aviez avaient eut eurent aura aurai auras"
_HAVE_2 = "aurons auront aurait auraient ait aient eu eue eus eues ayant"
_DO = "fait font faire peut peuvent doit doivent va vont"
_QUESTIONS = "quel quelle quels quelles quand comment combien pourquoi"
_ADVERBS = (
    "ne n plus très peu puis déjà encore même mêmes autre autres tel telle tels telles cependant"
)

_ACCENTED = frozenset(
    " ".join(
        [
            *(_ARTICLES, _ARTICLES_2, _PRONOUNS, _PRONOUNS_2, _PRONOUNS_3, _LINKS, _LINKS_2),
            *(_BE, _BE_2, _HAVE, _HAVE_2, _DO, _QUESTIONS, _ADVERBS),
        ]
    ).split()
)
# Typed without their accents. Kept out: « etes », « etre » have no other reading, « fut » has
# (a barrel) but is listed above; « la », « ou », « a », « ca », « des » are stop words already.
_PLAIN = "etre etes etais etait etions etiez etaient etant fumes deja tres meme memes ca des"
STOP_WORDS: Final = _ACCENTED | frozenset(_PLAIN.split())
