"""`watchkeeper rejects STUDY`: the rows that were not taken in, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")


def run(arguments: argparse.Namespace) -> int:
    """Print each rejected row's place and reason; never what it held."""
    from experiments.pilot import rejects
    from experiments.store import Store

    rows = rejects(Store(arguments.store), arguments.study)
    if arguments.json:
        print_json(
            {
                "schema": "watchkeeper/rejects@1",
                "study": arguments.study,
                "rejected": len(rows),
                "rows": [asdict(row) for row in rows],
            }
        )
    else:
        print("\n".join(map(str, rows)) or "No row was rejected.")
    return 0


COMMAND = Command("rejects", "the rows that were not taken in, and why", add_arguments, run, 40)
