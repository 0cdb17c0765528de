"""The reference engine: everything in dictionaries, nothing clever, easy to believe.

It serves tests, and answers what the fast engine must answer.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from search.analysis import Token, clean, fold, fold_word, folded_words, tokens
from search.backend import IndexHealth
from search.documents import SearchDocument
from search.excerpts import Marks, excerpt, highlight
from search.query import Completion, Hit, ResultPage, SearchQuery, SortOrder
from search.ranking import (
    FIELD_WEIGHTS,
    RELAXED_BONUS,
    ROOT,
    STEM,
    WORD,
    inverse_document_frequency,
    saturation,
)
from search.spelling import corrected_text
from search.strategy import Engine, Outcome, find
from search.syntax import AllOf, Loose, Node, ParsedText, Phrase, Prefix, Term, cut, parse
from search.terms import DocumentTerms, document_terms

Scores = dict[str, float]


@dataclass
class MemoryBackend:
    """Documents and their terms by id."""

    _documents: dict[str, SearchDocument] = field(default_factory=dict)
    _terms: dict[str, DocumentTerms] = field(default_factory=dict)
    _generation: int = 0

    def index_batch(self, documents: Iterable[SearchDocument]) -> int:
        """Add or replace documents, the last one of a repeated id."""
        batch = {document.id: document for document in documents}
        self._documents.update(batch)
        self._terms.update({key: document_terms(document) for key, document in batch.items()})
        self._generation += 1
        return len(batch)

    def delete(self, identifiers: Collection[str]) -> None:
        """Remove documents by id."""
        for identifier in identifiers:
            self._documents.pop(identifier, None)
            self._terms.pop(identifier, None)
        self._generation += 1

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Replace every document."""
        batch = list(documents)
        self._documents, self._terms = {}, {}
        count = self.index_batch(batch)
        if progress is not None:
            progress(count)
        return count

    def health(self) -> IndexHealth:
        """Report the number of documents."""
        return IndexHealth(True, len(self._documents), str(self._generation))

    def ids(self) -> frozenset[str]:
        """Return every id."""
        return frozenset(self._documents)

    def stamps(self) -> dict[str, str]:
        """Return the fingerprint of every document."""
        return {key: document.fingerprint() for key, document in self._documents.items()}

    def suggest(self, text: str) -> str | None:
        """Return the text better spelt."""
        return corrected_text(parse(text), self)

    def complete(
        self, prefix: str, *, kinds: Collection[str] = (), limit: int = 8
    ) -> tuple[Completion, ...]:
        """Return titles that have the words typed, the last one as a beginning."""
        wanted = list(folded_words(cut(prefix)))
        if not wanted:
            return ()
        start = fold(cut(prefix))
        found = sorted(
            (*completion_order(fold(clean(document.title)), start), document.id)
            for document in self._documents.values()
            if (not kinds or document.kind in kinds) and _begins(document.title, wanted)
        )
        documents = [self._documents[identifier] for *_, identifier in found[:limit]]
        return tuple(Completion(clean(d.title), d.kind, d.id) for d in documents)

    def search(self, query: SearchQuery) -> ResultPage:
        """Answer one query."""
        if not query.text.strip():
            outcome = Outcome(dict.fromkeys(self._documents, 0.0), parse(""))
        else:
            keep = partial(self._passing, query=query)
            engine = Engine(self._evaluate, lambda scores: len(keep(scores)), self._correct)
            outcome = find(engine, query.text, query.mode)
        kept = self._passing(outcome.matches, query)
        order = self._sorted(kept, outcome.matches, query)
        marks = Marks(outcome.parsed.stems(), outcome.parsed.prefixes())
        page = order[query.offset : query.offset + query.limit]
        return ResultPage(
            hits=tuple(self._hit(key, outcome.matches[key], marks, query) for key in page),
            total=len(order),
            facets={name: self._count(name, outcome.matches, query) for name in query.facets},
            correction=outcome.correction,
            correction_used=outcome.correction_used,
            relaxed=outcome.relaxed,
            generation=str(self._generation),
        )

    def knows(self, token: Token) -> bool:
        """Tell whether any document has the word."""
        return any(token.stem in terms.stems for terms in self._terms.values())

    def words_of_length(self, shortest: int, longest: int) -> Iterable[Sequence[str]]:
        """Return the words of every document within two lengths."""
        words = {word for terms in self._terms.values() for word in terms.words}
        yield sorted(word for word in words if shortest <= len(word) <= longest)

    def frequency(self, word: str) -> int:
        """Return the number of documents with the word."""
        return len(self._frequencies(WORD, word))

    def written(self, word: str) -> str:
        """Return the word as the first document by id writes it."""
        first = min(self._frequencies(WORD, word))
        return written_form(word, texts_of(self._documents[first]))

    def _correct(self, parsed: ParsedText) -> str | None:
        return corrected_text(parsed, self)

    def _passing(
        self, scores: Scores, query: SearchQuery, but: str | None = None
    ) -> frozenset[str]:
        return frozenset(
            key
            for key in scores
            if key not in query.excluded and _passes(self._documents[key], query.filters, but)
        )

    def _count(self, name: str, scores: Scores, query: SearchQuery) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for key in self._passing(scores, query, but=name):
            counts.update(set(self._documents[key].facets.get(name, ())))
        return dict(counts)

    def _sorted(self, kept: frozenset[str], scores: Scores, query: SearchQuery) -> list[str]:
        def name(key: str) -> tuple[str, str]:
            return fold(clean(self._documents[key].title)), key

        order = sorted(kept, key=name)
        if query.sort is SortOrder.NAME:
            return order
        order.sort(key=lambda key: self._documents[key].updated_on, reverse=True)
        if query.sort is SortOrder.RELEVANCE:
            order.sort(key=lambda key: scores[key], reverse=True)
        return order

    def _hit(self, key: str, score: float, marks: Marks, query: SearchQuery) -> Hit:
        if not query.excerpts:
            return Hit(key, score)
        document = self._documents[key]
        return Hit(
            key,
            score,
            highlight(clean(document.title), marks),
            excerpt(clean(document.body), marks),
        )

    def _evaluate(self, node: Node) -> Scores:
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Prefix):
            return self._prefix(node)
        if isinstance(node, Phrase):
            found = self._all([self._term(term) for term in node.terms])
            return {key: score for key, score in found.items() if self._has_phrase(key, node)}
        children = [self._evaluate(child) for child in node.children]
        if isinstance(node, AllOf):
            return self._all(children)
        found = _sum(children)
        return self._loose(node, found) if isinstance(node, Loose) else found

    def _loose(self, node: Loose, found: Scores) -> Scores:
        for term in node.children:
            if isinstance(term, Term):
                stems = self._frequencies(STEM, term.stem)
                relatives = self._bm25(ROOT, term.root)
                _add(found, {key: s for key, s in relatives.items() if key not in stems})
        if node.first is not None:
            _add(found, dict.fromkeys(self._evaluate(node.first), RELAXED_BONUS))
        return found

    def _all(self, children: list[Scores]) -> Scores:
        if not children:
            return {}
        common = set.intersection(*(set(child) for child in children))
        return {key: sum(child[key] for child in children) for key in common}

    def _term(self, term: Term) -> Scores:
        scores = self._bm25(STEM, term.stem)
        _add(scores, self._bm25(WORD, term.word))
        _add(scores, self._bm25(ROOT, term.root))
        return scores

    def _prefix(self, prefix: Prefix) -> Scores:
        words = {w for terms in self._terms.values() for w in terms.words}
        frequencies: Counter[str] = Counter()
        for word in words:
            if word.startswith(prefix.start):
                frequencies.update(self._frequencies(WORD, word))
        return self._score(WORD, frequencies)

    def _bm25(self, view: str, text: str) -> Scores:
        return self._score(view, self._frequencies(view, text))

    def _score(self, view: str, frequencies: Mapping[str, int]) -> Scores:
        lengths = {key: self._view(terms, view).total() for key, terms in self._terms.items()}
        average = sum(lengths.values()) / (len(lengths) or 1) or 1.0
        weight = FIELD_WEIGHTS[view] * inverse_document_frequency(
            len(lengths) or 1, len(frequencies)
        )
        return {
            key: weight * saturation(float(count), float(lengths[key]), average)
            for key, count in frequencies.items()
        }

    def _frequencies(self, view: str, text: str) -> dict[str, int]:
        counts = {key: self._view(terms, view).get(text, 0) for key, terms in self._terms.items()}
        return {key: count for key, count in counts.items() if count}

    def _view(self, terms: DocumentTerms, view: str) -> Counter[str]:
        return {STEM: terms.stems, WORD: terms.words, ROOT: terms.roots}[view]

    def _has_phrase(self, key: str, phrase: Phrase) -> bool:
        places = [set(self._terms[key].positions[term.stem]) for term in phrase.terms]
        return any(
            all(first + offset in at for offset, at in zip(phrase.offsets, places, strict=True))
            for first in places[0]
        )


def completion_order(name: str, start: str) -> tuple[bool, str]:
    """Return the sort key of a folded title: those that begin as typed come first."""
    return not name.startswith(start), name


def texts_of(document: SearchDocument) -> tuple[str, ...]:
    """Return every text of a document, the title first."""
    return (document.title, *document.keywords, document.body)


def written_form(word: str, texts: Iterable[str]) -> str:
    """Return the folded ``word`` in lower case as one of ``texts`` writes it."""
    for text in texts:
        cleaned = clean(text)
        for token in tokens(cleaned):
            if token.folded == word:
                return cleaned[token.start : token.end].lower()
    return word


def _sum(children: list[Scores]) -> Scores:
    found: defaultdict[str, float] = defaultdict(float)
    for child in children:
        for key, score in child.items():
            found[key] += score
    return dict(found)


def _add(scores: Scores, more: Scores) -> None:
    """Add what ``more`` says of the documents already in ``scores``."""
    for key, score in more.items():
        if key in scores:
            scores[key] += score


def _passes(
    document: SearchDocument, filters: Mapping[str, frozenset[str]], but: str | None
) -> bool:
    return all(
        not values or name == but or values.intersection(document.facets.get(name, ()))
        for name, values in filters.items()
    )


def _begins(title: str, wanted: Sequence[str]) -> bool:
    words = {fold_word(word) for word in folded_words(clean(title))}
    return words.issuperset(wanted[:-1]) and any(word.startswith(wanted[-1]) for word in words)
