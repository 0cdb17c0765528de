"""Finds the themes a sentence speaks of, through their labels, synonyms and acronyms."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Final

from search.analysis import clean, tokens
from vocabulary.themes import all_themes

Phrase = tuple[str, ...]
MAX_THEMES: Final = 5
LONGEST_SENTENCE: Final = 2_000


def word_stems(text: str) -> Phrase:
    """Return the analysed words of ``text``, in order."""
    return tuple(token.stem for token in tokens(clean(text[:LONGEST_SENTENCE])))


def written_words(text: str) -> dict[str, str]:
    """Return each analysed word of ``text`` with the word as it was first written."""
    cleaned = clean(text[:LONGEST_SENTENCE])
    found: dict[str, str] = {}
    for token in tokens(cleaned):
        found.setdefault(token.stem, cleaned[token.start : token.end])
    return found


@cache
def _phrases() -> Mapping[str, tuple[tuple[Phrase, str], ...]]:
    """Return every phrase of the vocabulary by its first word, with the theme it names."""
    table: dict[str, list[tuple[Phrase, str]]] = defaultdict(list)
    for theme in all_themes().values():
        for wording in (theme.label, *theme.synonyms):
            phrase = word_stems(wording)
            if phrase:
                table[phrase[0]].append((phrase, theme.code))
    return {first: tuple(phrases) for first, phrases in table.items()}


def detect_themes(text: str) -> frozenset[str]:
    """Return at most ``MAX_THEMES`` themes named in ``text``, those named first.

    A phrase counts where its words follow one another. An axis is dropped when one of its
    themes is named: the finer word says more.
    """
    stems = word_stems(text)
    table = _phrases()
    found: dict[str, int] = {}
    for start, stem in enumerate(stems):
        for phrase, code in table.get(stem, ()):
            if stems[start : start + len(phrase)] == phrase:
                found.setdefault(code, start)
    themes = all_themes()
    axes_named_finer = {themes[code].parent for code in found}
    kept = [code for code in found if code not in axes_named_finer]
    return frozenset(sorted(kept, key=lambda code: (found[code], code))[:MAX_THEMES])
