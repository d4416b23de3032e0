"""`watchkeeper analyze STUDY`: checks, findings and verdicts by the registered plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command
from dashboard.commands._evaluated import add_analysis, tell_of

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Analyse by the registered plan and print the result, in words or as one JSON document."""
    from dashboard.document import evaluation_document
    from dashboard.printed import evaluation_lines

    return tell_of(arguments, document=evaluation_document, lines=evaluation_lines)


COMMAND = Command("analyze", "checks, findings and verdicts by the registered plan", add_analysis, run, 60)
