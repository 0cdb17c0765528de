"""Sparse TF-IDF vectors, their latent space, and the character n-grams of words."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import norm, svds

Floats = NDArray[np.float64]
_TINY: Final = 1e-12
_DENSE: Final = 300
"""Below so many rows or terms a full decomposition is as fast, and exact."""


@dataclass(frozen=True, slots=True)
class TfIdf:
    """Weights ``(1 + ln tf) (1 + ln((n + 1) / (df + 1)))``, rows of length one."""

    positions: Mapping[str, int]
    idf: Floats

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> Self:
        """Count in how many documents each term occurs."""
        counts = Counter(term for document in documents for term in set(document))
        terms = sorted(counts)
        frequencies = np.array([counts[term] for term in terms], dtype=np.float64)
        return cls(
            positions={term: position for position, term in enumerate(terms)},
            idf=1 + np.log((len(documents) + 1) / (frequencies + 1)),
        )

    def matrix(self, documents: Sequence[Sequence[str]]) -> csr_array:
        """Return one row per document; unknown terms are dropped."""
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for document in documents:
            for term, count in Counter(document).items():
                if term in self.positions:
                    columns.append(self.positions[term])
                    values.append(1 + math.log(count))
            ends.append(len(columns))
        shape = (len(documents), len(self.positions))
        raw = csr_array((np.array(values, dtype=np.float64), columns, ends), shape=shape)
        weighted = csr_array(raw @ diags_array(self.idf))
        lengths = np.maximum(norm(weighted, axis=1), _TINY)
        return csr_array(diags_array(1 / lengths) @ weighted)


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """Truncated SVD of a TF-IDF matrix (Deerwester et al., 1990)."""

    terms: Floats
    """One row per term, one column per dimension."""

    @classmethod
    def build(cls, matrix: csr_array, dimensions: int) -> Self:
        """Decompose ``matrix``; small ones keep as many dimensions as they can."""
        kept = min(dimensions, min(matrix.shape) - 1)
        if kept < 1:
            return cls(np.zeros((matrix.shape[1], 1)))
        if min(matrix.shape) <= _DENSE:
            components = np.linalg.svd(matrix.toarray(), full_matrices=False)[2][:kept]
        else:
            # The iteration restarts from random vectors: a fixed source makes it repeatable.
            _, _, components = svds(matrix, k=kept, rng=np.random.default_rng(0))
        return cls(np.asarray(components.T, dtype=np.float64))

    def project(self, matrix: csr_array) -> Floats:
        """Return the rows of ``matrix`` in the latent space, of length one."""
        return unit_rows(np.asarray(matrix @ self.terms))


def unit_rows(matrix: Floats) -> Floats:
    """Return ``matrix`` with every row of length one; a null row stays null."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: Floats = matrix / np.maximum(lengths, _TINY)
    return scaled


def character_grams(words: Iterable[str], sizes: Sequence[int]) -> Iterator[str]:
    """Yield the n-grams of every word, its ends marked by blanks.

    They bridge what stemming does not: compounds, spelling, words that a damaged text cut.
    """
    for word in words:
        marked = f" {word} "
        for size in sizes:
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]
