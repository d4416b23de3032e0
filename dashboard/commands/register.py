"""`watchkeeper register STUDY.yaml`: put a study and its analysis plan into the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="STUDY.yaml", help="the study file")
    parser.add_argument("--amend", metavar="REASON", help="why the plan changes after events were taken in")


def run(arguments: argparse.Namespace) -> int:
    """Register the plan and print its hash."""
    from experiments.pilot import register
    from experiments.plan import plan_notes
    from experiments.store import Store
    from experiments.study_file import read_study

    study = read_study(arguments.file)
    registration = register(Store(arguments.store), arguments.file, reason=arguments.amend)
    for note in plan_notes(study):
        print(f"{arguments.file}: note: {note}", file=sys.stderr)
    if arguments.json:
        print_json(
            {
                "schema": "watchkeeper/registration@1",
                "study": study.id,
                "plan": {
                    "hash": registration.hash,
                    "registered_at": registration.registered_at,
                    "amendments": list(registration.amendments),
                },
            }
        )
    else:
        print(f"{study.id}: plan {registration.hash}, registered at {registration.registered_at}")
        for amendment in registration.amendments:
            print(f"  amended at {amendment['date']}: {amendment['reason']}")
    return 0


COMMAND = Command("register", "put a study and its analysis plan into the store", add_arguments, run, 20)
