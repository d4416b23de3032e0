"""`watchkeeper quality STUDY`: the checks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command
from dashboard.commands._evaluated import add_analysis, tell_of

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Print the checks, the worst first."""
    from dashboard.document import evaluation_document
    from dashboard.printed import check_lines

    return tell_of(
        arguments, document=lambda found: {"checks": evaluation_document(found)["checks"]}, lines=check_lines
    )


COMMAND = Command("quality", "the checks alone: what could make the findings wrong", add_analysis, run, 50)
