"""`watchkeeper schema study|evaluation`: the JSON Schema of the study file, or of the result document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("of", choices=("study", "evaluation"), help="whose schema")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.of == "study":
        from experiments.schema import study_schema

        print_json(study_schema())
        return 0
    from dashboard.document import evaluation_schema

    print_json(evaluation_schema())
    return 0


COMMAND = Command("schema", "print a JSON Schema", _add_arguments, _run, order=90)
