"""The theme vocabulary as analysed words: which themes a text names, which words name a theme."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from vocabulary.themes import Theme, all_themes

Tokenize = Callable[[str], Sequence[str]]
"""Turns a text into analysed words; the caller's French chain."""


@dataclass(frozen=True, slots=True)
class ThemeLexicon:
    """Names and synonyms of the themes, through the same analysis as the texts."""

    names: Mapping[tuple[str, ...], frozenset[str]]
    """Themes named by each sequence of words."""
    words: Mapping[str, frozenset[str]]
    """Every word of the names and synonyms of each theme."""
    parents: Mapping[str, str]

    @classmethod
    def build(cls, tokenize: Tokenize, themes: Iterable[Theme] | None = None) -> Self:
        """Analyse every label and synonym once."""
        known = tuple(all_themes().values() if themes is None else themes)
        names: dict[tuple[str, ...], set[str]] = {}
        words: dict[str, set[str]] = {}
        for theme in known:
            for name in (theme.label, *theme.synonyms):
                analysed = tuple(tokenize(name))
                if analysed:
                    names.setdefault(analysed, set()).add(theme.code)
                    words.setdefault(theme.code, set()).update(analysed)
        return cls(
            names={name: frozenset(codes) for name, codes in names.items()},
            words={code: frozenset(found) for code, found in words.items()},
            parents={theme.code: theme.parent for theme in known if theme.parent},
        )

    def themes_in(self, tokens: Sequence[str]) -> Counter[str]:
        """Count how often each theme is named; longer names hide the shorter ones they contain.

        « réseau de chaleur » names district heating and not heat; one position names the themes of
        the longest name that starts there.
        """
        longest = max(map(len, self.names), default=0)
        counts: Counter[str] = Counter()
        start = 0
        while start < len(tokens):
            length = self._name_length(tokens, start, longest)
            if length:
                counts.update(self.names[tuple(tokens[start : start + length])])
            start += max(length, 1)
        return counts

    def precise_themes(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the second-level themes that a text names."""
        return frozenset(code for code in self.themes_in(tokens) if code in self.parents)

    def _name_length(self, tokens: Sequence[str], start: int, longest: int) -> int:
        for length in range(min(longest, len(tokens) - start), 0, -1):
            if tuple(tokens[start : start + length]) in self.names:
                return length
        return 0
