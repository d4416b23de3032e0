"""`watchkeeper verify [STUDY…]`: whether everything in the store is as it was written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dashboard.cli import Command, progress
from dashboard.commands._studies import add_studies, tell_of_each

if TYPE_CHECKING:
    import argparse

    from experiments.inspection import Inspection


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong and what to do about it; exit with 1 where something is."""
    from experiments.inspection import inspect

    look = partial(inspect, progress=progress(arguments))
    return tell_of_each(arguments, look, lines=_lines, wrong=lambda found: found.wrong)


def _lines(found: Inspection) -> list[str]:
    cleared = (
        f" Removed what an interrupted writer had left behind: {found.cleared:,}." if found.cleared else ""
    )
    if not found.wrong:
        return [
            f"{found.study}: {found.files:,} files, {found.events:,} events: all as they were written.{cleared}"
        ]
    return [f"{found.study}: {wrong}" for wrong in found.wrong] + (
        [f"{found.study}:{cleared}"] if cleared else []
    )


COMMAND = Command("verify", "whether everything in the store is as it was written", add_studies, run, 73)
