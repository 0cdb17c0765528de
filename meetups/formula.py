"""Clauses over numbered variables, and the counters that the encodings of days need.

A literal is a variable's number, negative when it is denied, as the solvers take them. The
counters are totalizers (O. Bailleux, Y. Boufkhad, CP 2003), cut at the largest count that matters.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

Literal = int
PAIRWISE = 5


class Formula:
    """A growing set of clauses; ``yes`` is always true and ``-yes`` always false."""

    def __init__(self) -> None:
        self.variables = 0
        self.clauses: list[list[Literal]] = []
        self.yes = self.variable()
        self.clauses.append([self.yes])

    def variable(self) -> Literal:
        """Return a new variable."""
        self.variables += 1
        return self.variables

    def add(self, *literals: Literal) -> None:
        """Add a clause, unless it always holds; what is always false is left out."""
        if self.yes not in literals:
            self.clauses.append([one for one in literals if one != -self.yes])

    def any_of(self, literals: Sequence[Literal]) -> Literal:
        """Return a literal that holds when one of ``literals`` does."""
        known = [one for one in literals if one != -self.yes]
        if self.yes in known:
            return self.yes
        if len(known) <= 1:
            return known[0] if known else -self.yes
        found = self.variable()
        self.clauses += [[-one, found] for one in known]
        self.clauses.append([-found, *known])
        return found

    def at_most_one(self, literals: Iterable[Literal]) -> None:
        """Forbid two of ``literals`` together; long lists are cut in two by a new variable."""
        rest = list(literals)
        while len(rest) > PAIRWISE:
            link = self.variable()
            self.clauses += [[-a, -b] for a, b in combinations([*rest[:3], link], 2)]
            rest = [-link, *rest[3:]]
        self.clauses += [[-a, -b] for a, b in combinations(rest, 2)]

    def counts(
        self, literals: Sequence[Literal], most: int, *, both_ways: bool = True
    ) -> list[Literal]:
        """Return literals of which the ``n``-th (from 0) holds when more than ``n`` of these do.

        Args:
            literals: what is counted.
            most: how many counts matter.
            both_ways: the outputs also imply the inputs; else they only follow from them.
        """
        if len(literals) <= 1:
            return list(literals[:most])
        half = len(literals) // 2
        return self._merged(
            self.counts(literals[:half], most, both_ways=both_ways),
            self.counts(literals[half:], most, both_ways=both_ways),
            most,
            both_ways=both_ways,
        )

    def _merged(
        self, left: list[Literal], right: list[Literal], most: int, *, both_ways: bool
    ) -> list[Literal]:
        size = min(most, len(left) + len(right))
        out = [self.variable() for _ in range(size)]
        clauses = self.clauses
        for a in range(len(left) + 1):
            for b in range(max(0, 1 - a), min(len(right), size - a) + 1):
                low = [out[a + b - 1]]
                if a:
                    low.append(-left[a - 1])
                if b:
                    low.append(-right[b - 1])
                clauses.append(low)
        if both_ways:
            for a in range(len(left) + 1):
                for b in range(min(len(right), size - 1 - a) + 1):
                    clauses.append([-out[a + b], *left[a : a + 1], *right[b : b + 1]])
        return out

    def at_most(self, literals: Sequence[Literal], most: int) -> None:
        """Forbid more than ``most`` of ``literals``."""
        if len(literals) > most:
            self.add(-self.counts(literals, most + 1, both_ways=False)[most])
