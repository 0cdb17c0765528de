"""The query tree, built from tokens: what people type never reaches an engine's parser."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.acronyms import acronyms_by_stems, expansions, longest_expansion
from search.analysis import Token, Unit, clean, fold, units
from search.query import MAX_QUERY_LENGTH
from search.terms import root_of

# « …», "…", “…”; an unclosed quote is a quote of nothing.
_QUOTED = re.compile(r"«([^«»]*)»|“([^“”]*)”|\"([^\"]*)\"")
_STARRED = re.compile(r"(?<![\w*])(\w{2,})\*")


@dataclass(frozen=True, slots=True)
class Term:
    """One word under its three views."""

    stem: str
    word: str
    root: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that starts with these folded letters."""

    start: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words at given distances from the first one."""

    terms: tuple[Term, ...]
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every child must match; scores add."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child must match; scores add."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Loose:
    """At least one child must match; what matches is also scored on relatives of the others.

    A relative of a word has its root, not its stem. Entries that match ``first`` come first.
    """

    children: tuple["Node", ...]
    first: "Node | None" = None


Node = Term | Prefix | Phrase | AllOf | AnyOf | Loose


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text as clauses, and its plain words with their places for spelling."""

    text: str
    clauses: tuple[Node, ...]
    words: tuple[Token, ...]

    def stems(self) -> frozenset[str]:
        """Return every stem to highlight."""
        return frozenset(term.stem for term in _terms(self.clauses))

    def prefixes(self) -> tuple[str, ...]:
        """Return every beginning of word to highlight."""
        return tuple(node.start for node in self.clauses if isinstance(node, Prefix))


def cut(text: str) -> str:
    """Return the part of ``text`` that is read: cleaned, at most ``MAX_QUERY_LENGTH``."""
    return clean(text[: 4 * MAX_QUERY_LENGTH]).strip()[:MAX_QUERY_LENGTH]


def parse(text: str) -> ParsedText:
    """Build the query tree of a text; no input is an error."""
    cleaned = cut(text)
    clauses: list[Node] = []
    rest = cleaned
    for match in _QUOTED.finditer(cleaned):
        clauses.extend(_phrase_clauses(match.group()))
        rest = _blank(rest, match.start(), match.end())
    for match in _STARRED.finditer(rest):
        clauses.append(Prefix(fold(match.group(1))))
        rest = _blank(rest, match.start(), match.end())
    plain = list(units(rest))
    clauses.extend(_word_clauses(plain))
    words = tuple(part for unit in plain for part in unit.parts)
    return ParsedText(cleaned, tuple(dict.fromkeys(clauses)), words)


def loosen(clauses: Iterable[Node]) -> tuple[Node, ...]:
    """Return the words, phrases and beginnings inside ``clauses``, each once."""
    return tuple(dict.fromkeys(_leaves(clauses)))


def _leaves(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, AllOf | AnyOf | Loose):
            yield from _leaves(node.children)
        else:
            yield node


def term_of(token: Token) -> Term:
    """Return the query term of a token."""
    return Term(token.stem, token.folded, root_of(token))


def _blank(text: str, start: int, end: int) -> str:
    """Return ``text`` with a span blanked, so that the places of the others hold."""
    return text[:start] + " " * (end - start) + text[end:]


def _phrase_clauses(quoted: str) -> Iterator[Node]:
    parts = [part for unit in units(quoted) for part in unit.parts]
    if parts:
        yield _phrase(parts)


def _phrase(parts: Iterable[Token]) -> Node:
    tokens = tuple(parts)
    if len(tokens) == 1:
        return term_of(tokens[0])
    first = tokens[0].position
    return Phrase(
        tuple(term_of(token) for token in tokens),
        tuple(token.position - first for token in tokens),
    )


def _word_clauses(plain: list[Unit]) -> Iterator[Node]:
    at = 0
    while at < len(plain):
        length, acronym = _sequence_at(plain, at)
        if acronym:
            words = tuple(_unit_clause(unit) for unit in plain[at : at + length])
            yield AnyOf((AllOf(words), Term(acronym, acronym, acronym)))
        else:
            yield _unit_clause(plain[at])
        at += length


def _sequence_at(plain: list[Unit], at: int) -> tuple[int, str]:
    """Return how many words from ``at`` have an acronym, and it; one and nothing if none."""
    for length in range(min(longest_expansion(), len(plain) - at), 1, -1):
        stems = tuple(part.stem for unit in plain[at : at + length] for part in unit.parts)
        acronym = acronyms_by_stems().get(stems)
        if acronym:
            return length, acronym
    return 1, ""


def _unit_clause(unit: Unit) -> Node:
    parts: tuple[Node, ...] = tuple(_with_expansion(part) for part in unit.parts)
    whole = parts[0] if len(parts) == 1 else AllOf(parts)
    if unit.joined is None:
        return whole
    joined = term_of(unit.joined)
    return AnyOf((whole, joined)) if parts else joined


def _with_expansion(token: Token) -> Node:
    longs = expansions().get(token.folded, ())
    if not longs:
        return term_of(token)
    return AnyOf((term_of(token), *(_phrase(words) for words in longs)))


def _terms(nodes: Iterable[Node]) -> Iterator[Term]:
    for node in nodes:
        if isinstance(node, Term):
            yield node
        elif isinstance(node, Phrase):
            yield from node.terms
        elif isinstance(node, AllOf | AnyOf | Loose):
            yield from _terms(node.children)
