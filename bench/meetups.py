"""Meetup days: the published ones proven, synthetic ones planned and repaired, beside a peer."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench import meetups_published, meetups_synthetic
from bench.timing import write_json

Section = Callable[[argparse.Namespace], tuple[dict[str, object], bool]]


def published(options: argparse.Namespace) -> tuple[dict[str, object], bool]:
    """Run the published days."""
    return meetups_published.run(
        data=options.data,
        only=options.only,
        rounds=options.rounds,
        peer_seconds=options.peer_seconds,
    )


def synthetic(_options: argparse.Namespace) -> tuple[dict[str, object], bool]:
    """Run the synthetic days, and their repair."""
    return meetups_synthetic.run()


SECTIONS: Final[dict[str, Section]] = {"published": published, "synthetic": synthetic}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench meetups", description=__doc__)
    parser.add_argument("--section", choices=SECTIONS, nargs="+", default=list(SECTIONS))
    parser.add_argument("--data", type=Path, default=meetups_published.DATA)
    parser.add_argument("--only", default="", help="published days whose name holds this")
    parser.add_argument("--rounds", type=int, default=1, help="of each published day, best kept")
    parser.add_argument("--peer-seconds", type=float, default=30.0, help="0: no peer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    figures: dict[str, object] = {}
    is_good = True
    for name in options.section:
        found, goals_met = SECTIONS[name](options)
        figures |= found
        is_good = is_good and goals_met
    write_json(options.json, figures)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
