"""The French chain as the matching core wants it, and the themes that a sentence names."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from matching.lexicon import ThemeLexicon
from search.analysis import clean, tokens
from vocabulary.themes import all_themes

MAX_THEMES: Final = 5
LONGEST_SENTENCE: Final = 2_000


def word_stems(text: str) -> tuple[str, ...]:
    """Return the analysed words of ``text``, in order."""
    return tuple(token.stem for token in tokens(clean(text)))


def written_words(text: str) -> dict[str, str]:
    """Return each analysed word of ``text`` with the word as it was first written."""
    cleaned = clean(text)
    found: dict[str, str] = {}
    for token in tokens(cleaned):
        found.setdefault(token.stem, cleaned[token.start : token.end])
    return found


def theme_writings(codes: Iterable[str]) -> dict[str, str]:
    """Return each analysed word of some themes with the word as their names write it."""
    known = all_themes()
    found: dict[str, str] = {}
    for code in sorted(known.keys() & set(codes)):
        found |= _writings_of(code)
    return found


@cache
def _writings_of(code: str) -> dict[str, str]:
    theme = all_themes()[code]
    return written_words(". ".join((theme.label, *theme.synonyms)))


@cache
def theme_lexicon() -> ThemeLexicon:
    """Return the names and synonyms of the themes, analysed once."""
    return ThemeLexicon.build(word_stems)


def theme_words(codes: Iterable[str]) -> frozenset[str]:
    """Return the analysed words of the names and synonyms of some themes."""
    words = theme_lexicon().words
    return frozenset(word for code in codes for word in words.get(code, ()))


def detect_themes(text: str) -> frozenset[str]:
    """Return at most ``MAX_THEMES`` themes named in ``text``, those named most often first.

    An axis is dropped when one of its themes is named: the finer word says more.
    """
    counts = theme_lexicon().themes_in(word_stems(text[:LONGEST_SENTENCE]))
    themes = all_themes()
    named_finer = {themes[code].parent for code in counts}
    kept = [code for code in counts if code not in named_finer]
    return frozenset(sorted(kept, key=lambda code: (-counts[code], code))[:MAX_THEMES])
