"""The text component: BM25 of a need against an offer, in integers, between 0 and full.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the idf
``ln(1 + (n - df + 0.5) / (df + 0.5))``. The impact of a word in an offer is rounded to an integer
once, so that sums do not depend on their order and a list agrees with a single pair.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from matching.weights import FULL, TextParameters

IMPACT_UNIT: Final = 1_000
"""Integer impacts are thousandths of a BM25 point."""


WORD_UNIT: Final = 100
"""A word that a need says once counts for this much; a word of its themes for less."""


@dataclass(frozen=True, slots=True)
class NeedWords:
    """The words of a need that some offer uses: what each counts for, and a full answer's worth."""

    counts: Mapping[str, int]
    """Hundredths: ``WORD_UNIT`` for each time the need says the word."""
    ideal: int


@dataclass(frozen=True, slots=True)
class TextStatistics:
    """What BM25 must know of all the published offers, fixed for one generation."""

    idf: Mapping[str, float]
    average_length: float
    parameters: TextParameters

    @classmethod
    def build(cls, documents: Iterable[Sequence[str]], parameters: TextParameters) -> Self:
        """Count the words of every offer once."""
        frequencies: Counter[str] = Counter()
        total, words = 0, 0
        for tokens in documents:
            frequencies.update(set(tokens))
            total += 1
            words += len(tokens)
        return cls(
            idf={
                word: math.log(1 + (total - count + 0.5) / (count + 0.5))
                for word, count in frequencies.items()
            },
            average_length=max(words / total if total else 0.0, 1.0),
            parameters=parameters,
        )

    def impacts(self, tokens: Sequence[str]) -> dict[str, int]:
        """Return the integer impact of each known word of an offer."""
        k1, b = self.parameters.k1, self.parameters.b
        length = k1 * (1 - b + b * len(tokens) / self.average_length)
        return {
            word: round(IMPACT_UNIT * self.idf[word] * count * (k1 + 1) / (count + length))
            for word, count in Counter(tokens).items()
            if word in self.idf
        }

    def need_words(self, said: Sequence[str], related: Iterable[str] = ()) -> NeedWords:
        """Return the known words of a need, repeats capped, with those of its themes for less.

        A full answer is an offer of average length that says each of the most telling words once:
        a long description does not make every offer look poor, and a sentence of three words is
        not answered in full by one of them when its themes are known by other words too.
        """
        worth, known = self.parameters, self.idf.keys()
        wanted, others = Counter(said), frozenset(related)
        words = (wanted.keys() | others) & known
        counts = {
            word: self._weight(wanted[word], is_related=word in others) for word in sorted(words)
        }
        once = {word: WORD_UNIT if word in wanted else worth.theme_words for word in counts}
        telling = sorted(
            (round(IMPACT_UNIT * self.idf[word]) * weight for word, weight in once.items()),
            reverse=True,
        )
        return NeedWords(counts, sum(telling[: worth.telling_words]))

    def _weight(self, count: int, *, is_related: bool) -> int:
        """Return what a word counts for that the need says ``count`` times."""
        said = WORD_UNIT * min(count, self.parameters.repeat_cap)
        return said + self.parameters.theme_words if is_related else said

    def value(
        self, said: Sequence[str], offer_tokens: Sequence[str], related: Iterable[str] = ()
    ) -> int | None:
        """Return the text value of a pair per ten thousand; ``None`` if the need has no word."""
        words = self.need_words(said, related)
        if not words.ideal:
            return None
        impacts = self.impacts(offer_tokens)
        total = sum(impacts.get(word, 0) * count for word, count in words.counts.items())
        return min(FULL * total // words.ideal, FULL)

    def shared_words(
        self,
        said: Sequence[str],
        offer_tokens: Sequence[str],
        related: Iterable[str] = (),
        *,
        limit: int,
    ) -> tuple[str, ...]:
        """Return the analysed words that brought most to the value, ties in alphabet order."""
        impacts = self.impacts(offer_tokens)
        wanted, others = Counter(said), frozenset(related)
        brought = {
            word: impact * self._weight(wanted[word], is_related=word in others)
            for word, impact in impacts.items()
            if word in wanted or word in others
        }
        return tuple(sorted(brought, key=lambda word: (-brought[word], word))[:limit])
