"""Hybrid retrieval over plain texts: several weak rankings, fused by reciprocal rank.

It serves where only texts are known: ``flask evaluate match``, and entries that carry no theme.
Five lists are fused: BM25 with the synonyms of the named themes, BM25 with the words of the need
weighed by how close they are to its subject, latent semantics, character n-grams, and, for little,
the share of the theme vocabulary in the text. ``docs/adr/006-matching-score.md`` gives the figures.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_array

from matching.columns import WordMatrix
from matching.lexicon import ThemeLexicon, Tokenize
from matching.text import TextStatistics
from matching.vectors import Floats, LatentSpace, TfIdf, character_grams, unit_rows
from matching.weights import default_weights

DEPTH: Final = 50
DIMENSIONS: Final = 200
GRAM_SIZES: Final = (4, 5)
SYNONYM_WEIGHT: Final = 0.5
LEAST_COHERENCE: Final = 0.3
FUSION_CONSTANT: Final = 60
VOCABULARY_WEIGHT: Final = 0.2
WEIGHT_UNIT: Final = 1_000
_DECIMALS: Final = 9
MASKED_NAME: Final = "[nom]"
"""Stands for a person in public files; it is no word of the text."""


@dataclass(frozen=True, slots=True)
class TextNeed:
    """A need as texts; ``themes`` are free words."""

    id: str
    title: str
    description: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextActor:
    """An actor as texts."""

    id: str
    name: str
    text: str


class RunRow(NamedTuple):
    """One line of a run file."""

    need_id: str
    actor_id: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Query:
    """The analysed words of a need: all of them, and those that say its subject."""

    words: tuple[str, ...]
    subject: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HybridIndex:
    """Everything computed once over the actors' texts."""

    ids: tuple[str, ...]
    lexicon: ThemeLexicon
    statistics: TextStatistics
    words: WordMatrix
    terms: TfIdf
    space: LatentSpace
    latent: Floats
    grams: TfIdf
    gram_rows: csr_array
    vocabulary_share: Floats

    @classmethod
    def build(cls, actors: Sequence[TextActor], tokenize: Tokenize) -> Self:
        """Analyse and index the actors."""
        texts = [f"{actor.name}\n{actor.text}".replace(MASKED_NAME, " ") for actor in actors]
        documents = [tuple(tokenize(text)) for text in texts]
        lexicon = ThemeLexicon.build(tokenize)
        statistics = TextStatistics.build(documents, default_weights().text)
        terms = TfIdf.build(documents)
        matrix = terms.matrix(documents)
        space = LatentSpace.build(matrix, DIMENSIONS)
        pieces = [tuple(character_grams(document, GRAM_SIZES)) for document in documents]
        grams = TfIdf.build(pieces)
        return cls(
            ids=tuple(actor.id for actor in actors),
            lexicon=lexicon,
            statistics=statistics,
            words=WordMatrix.build(statistics.impacts(document) for document in documents),
            terms=terms,
            space=space,
            latent=space.project(matrix),
            grams=grams,
            gram_rows=grams.matrix(pieces),
            vocabulary_share=_vocabulary_share(documents, lexicon),
        )

    def bm25(self, weights: Mapping[str, float]) -> Floats:
        """Return the BM25 score of every actor for weighted words."""
        scaled = {word: round(WEIGHT_UNIT * weight) for word, weight in weights.items()}
        return self.words.totals(scaled).astype(np.float64)

    def expanded(self, query: Query) -> dict[str, float]:
        """Return the words of a need and, for less, those of the themes its subject names."""
        weights: dict[str, float] = dict(Counter(query.words))
        named = self.lexicon.precise_themes(query.subject)
        for word in {word for theme in named for word in self.lexicon.words[theme]}:
            weights[word] = weights.get(word, 0.0) + SYNONYM_WEIGHT
        return weights

    def coherent(self, query: Query) -> dict[str, float]:
        """Return the words of a need, those far from its subject for less.

        A need speaks of its subject and of much else (whom it serves, how it should go): a word
        whose latent vector is away from the need's own counts for as little as 0.3.
        """
        centre = self.space.project(self.terms.matrix([query.words]))[0]
        counts = Counter(word for word in query.words if word in self.terms.positions)
        rows = unit_rows(self.space.terms[[self.terms.positions[word] for word in counts]])
        closeness = np.maximum(rows @ centre, 0.0)
        factors = LEAST_COHERENCE + (1 - LEAST_COHERENCE) * closeness
        return {
            word: count * float(factor)
            for (word, count), factor in zip(counts.items(), factors, strict=True)
        }

    def lists(self, query: Query) -> Iterator[tuple[Floats, float]]:
        """Yield the scores of every list with the weight it has in the fusion."""
        grams = self.grams.matrix([tuple(character_grams(query.words, GRAM_SIZES))])
        yield self.bm25(self.expanded(query)), 1.0
        yield self.bm25(self.coherent(query)), 1.0
        yield self.latent @ self.space.project(self.terms.matrix([query.words]))[0], 1.0
        yield (self.gram_rows @ grams.T).toarray().ravel(), 1.0
        yield self.vocabulary_share, VOCABULARY_WEIGHT

    def search(self, query: Query, depth: int) -> list[tuple[str, float]]:
        """Return the best actors with their fused score, ties in the order of identifiers."""
        fused = np.zeros(len(self.ids))
        for scores, weight in self.lists(query):
            fused += weight / (FUSION_CONSTANT + ranks(scores))
        order = np.lexsort((np.array(self.ids), -fused))[:depth]
        return [(self.ids[row], float(fused[row])) for row in order]


def ranks(scores: Floats) -> Floats:
    """Return the rank of every row, 1 for the best; equals share the mean of their ranks.

    Scores are rounded first, so that what differs by the noise of a sum is equal.
    """
    _, places, counts = np.unique(-scores.round(_DECIMALS), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Floats = (last - (counts - 1) / 2)[places]
    return means


def analysed(need: TextNeed, tokenize: Tokenize) -> Query:
    """Return the words of a need; its title and its themes say the subject."""
    title = tuple(tokenize(need.title))
    themes = tuple(word for theme in need.themes for word in tokenize(theme))
    return Query((*title, *tokenize(need.description), *themes), (*themes, *title))


def match_run(
    needs: Sequence[TextNeed],
    actors: Sequence[TextActor],
    *,
    tokenize: Tokenize,
    depth: int = DEPTH,
) -> list[RunRow]:
    """Rank the actors for every need by their texts alone.

    Args:
        needs: what is looked for.
        actors: the whole collection; it gives the statistics too.
        tokenize: the French chain, text to analysed words.
        depth: lines per need.

    Returns:
        The run, need by need in the order given, best first.
    """
    if not actors:
        return []
    index = HybridIndex.build(actors, tokenize)
    return [
        RunRow(need.id, actor_id, rank, score)
        for need in needs
        for rank, (actor_id, score) in enumerate(
            index.search(analysed(need, tokenize), depth), start=1
        )
    ]


def _vocabulary_share(documents: Sequence[Sequence[str]], lexicon: ThemeLexicon) -> Floats:
    vocabulary = frozenset(word for words in lexicon.words.values() for word in words)
    return np.array(
        [len(vocabulary & set(document)) / max(len(set(document)), 1) for document in documents]
    )
