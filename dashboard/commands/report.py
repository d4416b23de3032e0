"""`watchkeeper report STUDY`: the report of a pilot as PDF or HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command
from dashboard.commands._taking import add_out, add_release, take

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_out(parser, "the PDF or HTML file")
    add_release(parser, "the report")


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.reports.files import maker
    from dashboard.reports.study import study_report

    make = maker(arguments.out)
    return take(arguments, lambda found: make(study_report(found)), "Setting the report …")


COMMAND = Command("report", "the report of a pilot as PDF or HTML", _add_arguments, _run, order=74)
