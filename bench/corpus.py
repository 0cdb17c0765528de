"""A synthetic directory: French-looking words in Zipf proportions, the same for every engine."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from search.documents import SearchDocument

_SYLLABLES: Final = (
    "ba bi bou cha che co cou cri da dé di du é éco fa fi flo ga gi go la lé li lo ma mé mi mo "
    "na né ni no nou pa pé pi po pro qua ra ré ri ro rou sa sé si so su ta té ti to tra tu va vi vo"
)
_ENDINGS: Final = "tion ment teur trice age ité ère eur ie el que ble lle nt r s"
_VOCABULARY: Final = 30_000
_ZIPF: Final = 1.07
_TITLE_WORDS: Final = 5
_BODY_WORDS: Final = 100
_FIRST_DAY: Final = date(2024, 1, 1)
FACETS: Final = {"region": 18, "theme": 48, "maturite": 5}
# Ranks of the words that are asked: neither grammar nor typing errors.
_ASKED: Final = slice(30, 3000)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents, and questions of each kind drawn from them."""

    documents: tuple[SearchDocument, ...]
    questions: dict[str, tuple[str, ...]]


def make_corpus(count: int, *, seed: int, questions: int) -> Corpus:
    """Return ``count`` documents of about 105 words and ``questions`` of each kind."""
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    words = _make_words(rng)
    weights = list(accumulate(1 / rank**_ZIPF for rank in range(1, len(words) + 1)))
    documents = tuple(_make_document(rng, number, words, weights) for number in range(count))
    return Corpus(documents, _make_questions(rng, words, documents, questions))


def _make_words(rng: random.Random) -> list[str]:
    syllables, endings = _SYLLABLES.split(), _ENDINGS.split()
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        stem = "".join(rng.choices(syllables, k=rng.randint(1, 4)))
        words[stem + rng.choice(endings)] = None
    return list(words)


def _make_document(
    rng: random.Random, number: int, words: list[str], weights: list[float]
) -> SearchDocument:
    length = rng.randint(_BODY_WORDS // 2, _BODY_WORDS + _BODY_WORDS // 2)
    drawn = rng.choices(words, cum_weights=weights, k=_TITLE_WORDS + length)
    facets = {
        name: tuple(
            dict.fromkeys(
                f"v{min(int(rng.expovariate(4 / size)), size - 1)}"
                for _ in range(rng.randint(1, 2))
            )
        )
        for name, size in FACETS.items()
    }
    return SearchDocument(
        id=f"solutions:{number}",
        kind="solutions",
        title=" ".join(drawn[:_TITLE_WORDS]),
        body=" ".join(drawn[_TITLE_WORDS:]) + ".",
        facets=facets,
        updated_on=_FIRST_DAY + timedelta(days=rng.randrange(900)),
    )


def _make_questions(
    rng: random.Random, words: list[str], documents: tuple[SearchDocument, ...], count: int
) -> dict[str, tuple[str, ...]]:
    asked = [word for word in words[_ASKED] if len(word) > 4]  # noqa: PLR2004 - as people type
    long = [word for word in asked if len(word) > 7]  # noqa: PLR2004 - room for a fault
    return {
        "one word": tuple(rng.sample(asked, count)),
        "OR of 2": tuple(" ".join(rng.sample(asked, 2)) for _ in range(count)),
        "AND of 3": tuple(_words_of(rng, rng.choice(documents), 3) for _ in range(count)),
        "phrase": tuple(f'"{_pair_of(rng, rng.choice(documents))}"' for _ in range(count)),
        "prefix": tuple(f"{word[:4]}*" for word in rng.sample(asked, count)),
        "fuzzy": tuple(_swap(rng, word) for word in rng.sample(long, count)),
    }


def _words_of(rng: random.Random, document: SearchDocument, count: int) -> str:
    return " ".join(rng.sample(list(_plain_words(document)), count))


def _pair_of(rng: random.Random, document: SearchDocument) -> str:
    words = list(_plain_words(document))
    at = rng.randrange(len(words) - 1)
    return f"{words[at]} {words[at + 1]}"


def _plain_words(document: SearchDocument) -> Iterator[str]:
    return iter(document.body.rstrip(".").split())


def _swap(rng: random.Random, word: str) -> str:
    at = rng.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
