"""`watchkeeper calibrate`: how often each estimator errs in studies with a known truth."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from analysis.calibration.asked import add_arguments

    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument("--show", action="store_true", help="run nothing: print the kept table")
    add_arguments(parser)


def _run(arguments: argparse.Namespace) -> int:
    """Run the grid, or print what the kept table says."""
    if not (arguments.show or arguments.json):
        from analysis.calibration.work import run

        return run(arguments)
    from analysis.calibration.table import kept, line, made

    rows = [row for row in kept() if not arguments.only or row.estimator in arguments.only]
    if arguments.json:
        print_json({"made": made(), "rows": [asdict(row) for row in rows]})
        return 0
    print("\n".join([made(), *(line(row) for row in rows)]))
    return 0


COMMAND = Command(
    "calibrate", "how often each estimator errs where the truth is known", _add_arguments, _run, 85
)
