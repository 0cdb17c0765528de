"""What a long command tells a person who waits, on the line of the terminal."""

import sys
from collections.abc import Callable

import click


def say_progress(label: str) -> Callable[[int], None]:
    """Return a callback that rewrites one line of the terminal, and says nothing to a file."""
    shown = sys.stderr.isatty()

    def tell(count: int) -> None:
        if shown:
            click.echo(f"\r{label} {count}", nl=False, err=True)

    return tell
