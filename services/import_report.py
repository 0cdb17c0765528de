"""What an import did, or would do: counts, and each refused line with its reason."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was left out; ``line`` counts from 1 in the file, or features in GeoJSON."""

    line: int
    subject: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """Entries by what became of them, in the order of the file."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, subject: str, reason: str) -> None:
        """Add a refused line."""
        self.refused.append(Refusal(line, subject, reason))
