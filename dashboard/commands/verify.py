"""`watchkeeper verify [STUDY…]`: whether everything in the store is as it was written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse

    from experiments.inspection import Inspection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "studies", nargs="*", metavar="STUDY", help="ids of registered studies (default: all)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong and what to do about it; exit with 1 where something is."""
    from experiments.inspection import inspect
    from experiments.store import Store

    store, report = Store(arguments.store), progress(arguments)
    found = [inspect(store, study, progress=report) for study in arguments.studies or store.studies()]
    report("")
    if arguments.json:
        print_json({"schema": "watchkeeper/verify@1", "studies": [asdict(study) for study in found]})
    else:
        print("\n".join(line for study in found for line in _lines(study)) or "The store is empty.")
    return 1 if any(study.wrong for study in found) else 0


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


COMMAND = Command("verify", "whether everything in the store is as it was written", add_arguments, run, 73)
