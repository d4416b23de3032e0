"""`watchkeeper report STUDY`: the report of a pilot as PDF or HTML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress
from dashboard.language import LANGUAGES, speaking

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    add_file(parser)
    parser.add_argument(
        "--policy",
        choices=("public", "internal"),
        default="public",
        help="for everybody, as the study file declares it, or for the research team (default: public)",
    )
    parser.add_argument("--as-steward", action="store_true", help="figures by arm even before a planned look")


def add_file(parser: argparse.ArgumentParser) -> None:
    """What every report takes: the file to write, and its language."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the PDF or HTML file to write"
    )
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), default="en", help="the language of the report (default: en)"
    )


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.export import write_whole
    from dashboard.reports.files import maker
    from dashboard.reports.study import study_report
    from dashboard.spoken import released_for
    from experiments.store import Store

    make = maker(arguments.out)
    tell, store = progress(arguments), Store(arguments.store)
    found = released_for(
        store,
        arguments.study,
        policy=arguments.policy,
        spoken=arguments.language,
        steward=arguments.as_steward,
        progress=tell,
    )
    tell("Setting the report …")
    with speaking(arguments.language):
        content = make(study_report(found))
    write_whole(content, arguments.out)
    tell("")
    if arguments.json:
        print_json({"file": str(arguments.out), "study": found.study.id, "policy": found.policy.name})
    elif not arguments.quiet:
        print(f"{arguments.out}: {found.study.title}")
    return 0


COMMAND = Command("report", "the report of a pilot as PDF or HTML", _add_arguments, _run, order=74)
