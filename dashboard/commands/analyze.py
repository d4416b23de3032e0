"""`watchkeeper analyze STUDY`: checks, findings and verdicts by the registered plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    parser.add_argument("--strict", action="store_true", help="exit with 3 if a check fails")


def run(arguments: argparse.Namespace) -> int:
    """Analyse by the registered plan and print the result, in words or as one JSON document."""
    from analysis.disclosure import release
    from dashboard.document import evaluation_document
    from dashboard.printed import evaluation_lines, strict_code, warn_of_looking
    from experiments.pilot import evaluation
    from experiments.store import Store

    found = evaluation(Store(arguments.store), arguments.study, progress=progress(arguments))
    warn_of_looking(found, quiet=arguments.quiet)
    if arguments.json:
        print_json(evaluation_document(found))
    else:
        print("\n".join(evaluation_lines(release(found, steward=True))))
    return strict_code(found) if arguments.strict else 0


COMMAND = Command("analyze", "checks, findings and verdicts by the registered plan", add_arguments, run, 60)
