"""`watchkeeper quality STUDY`: the checks alone."""

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
    """Print the checks, the worst first."""
    from analysis.disclosure import release
    from dashboard.document import evaluation_document
    from dashboard.printed import check_lines, strict_code, warn_of_looking
    from experiments.pilot import evaluation
    from experiments.store import Store

    found = evaluation(Store(arguments.store), arguments.study, progress=progress(arguments))
    warn_of_looking(found, quiet=arguments.quiet)
    if arguments.json:
        print_json({"checks": evaluation_document(found)["checks"]})
    else:
        print("\n".join(check_lines(release(found, steward=True))))
    return strict_code(found) if arguments.strict else 0


COMMAND = Command("quality", "the checks alone: what could make the findings wrong", add_arguments, run, 50)
