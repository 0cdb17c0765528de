"""In which order a text is tried: all its words, a better spelling, then any of its words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from search.query import MatchMode
from search.syntax import AllOf, Loose, Node, ParsedText, loosen, parse

Matches = TypeVar("Matches")

# Fewer hits than this are « little »: other spellings and other entries are offered.
LITTLE: Final = 3


@dataclass(frozen=True, slots=True)
class Engine(Generic[Matches]):
    """What an engine lends: evaluate a tree, count what is left after filters, spell."""

    evaluate: Callable[[Node], Matches]
    count: Callable[[Matches], int]
    correct: Callable[[ParsedText], str | None]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Matches]):
    """What was found, and how far from the text as typed."""

    matches: Matches
    parsed: ParsedText
    correction: str | None = None
    correction_used: bool = False
    relaxed: bool = False


def find(engine: Engine[Matches], text: str, mode: MatchMode) -> Outcome[Matches]:
    """Answer ``text`` as ``mode`` says; a text without any usable word finds nothing."""
    parsed = parse(text)
    if mode is MatchMode.ANY:
        return _find_any(engine, parsed)
    if mode is MatchMode.ALL:
        return Outcome(engine.evaluate(AllOf(parsed.clauses)), parsed)
    outcome = _with_all(engine, parsed)
    if engine.count(outcome.matches) >= LITTLE or len(outcome.parsed.clauses) <= 1:
        return outcome
    return _relax(engine, outcome)


def _find_any(engine: Engine[Matches], parsed: ParsedText) -> Outcome[Matches]:
    correction = engine.correct(parsed)
    used = parsed if correction is None else parse(correction)
    matches = engine.evaluate(Loose(loosen(used.clauses)))
    return Outcome(matches, used, correction, correction_used=used is not parsed)


def _with_all(engine: Engine[Matches], parsed: ParsedText) -> Outcome[Matches]:
    matches = engine.evaluate(AllOf(parsed.clauses))
    count = engine.count(matches)
    if count >= LITTLE:
        return Outcome(matches, parsed)
    correction = engine.correct(parsed)
    if correction is None or count:
        return Outcome(matches, parsed, correction)
    better = parse(correction)
    corrected = engine.evaluate(AllOf(better.clauses))
    if engine.count(corrected) or len(better.clauses) > 1:
        return Outcome(corrected, better, correction, correction_used=True)
    return Outcome(matches, parsed, correction)


def _relax(engine: Engine[Matches], outcome: Outcome[Matches]) -> Outcome[Matches]:
    clauses = outcome.parsed.clauses
    matches = engine.evaluate(Loose(loosen(clauses), first=AllOf(clauses)))
    if engine.count(matches) <= engine.count(outcome.matches):
        return outcome
    return Outcome(
        matches, outcome.parsed, outcome.correction, outcome.correction_used, relaxed=True
    )
