"""What commands share that tell of one analysis: what they take, a document or lines, and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import print_json, progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from analysis.disclosure import Release
    from analysis.evaluation import Evaluation


def add_analysis(parser: argparse.ArgumentParser) -> None:
    """A study, and whether a failed check counts."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    parser.add_argument("--strict", action="store_true", help="exit with 3 if a check fails")


def tell_of(
    arguments: argparse.Namespace,
    *,
    document: Callable[[Evaluation], object],
    lines: Callable[[Release], Iterable[str]],
) -> int:
    """Analyse by the registered plan, and print the document or the lines of what its holder may see."""
    from analysis.disclosure import release
    from dashboard.printed import strict_code, warn_of_looking
    from experiments.pilot import evaluation
    from experiments.store import Store

    found = evaluation(Store(arguments.store), arguments.study, progress=progress(arguments))
    warn_of_looking(found, quiet=arguments.quiet)
    if arguments.json:
        print_json(document(found))
    else:
        print("\n".join(lines(release(found, steward=True))))
    return strict_code(found) if arguments.strict else 0
