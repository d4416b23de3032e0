"""`watchkeeper compact STUDY`: merge the many small files of a study's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")


def run(arguments: argparse.Namespace) -> int:
    """Merge the files and print how many there were and are."""
    from experiments.pilot import compact
    from experiments.store import Store

    report = progress(arguments)
    done = compact(Store(arguments.store), arguments.study, progress=report)
    report("")
    if arguments.json:
        document = {"segments_before": done.before, "segments_after": done.after}
        overlap = {"overlapping_before": done.depth_before, "overlapping_after": done.depth_after}
        print_json({"schema": "watchkeeper/compaction@1", "study": arguments.study, **document, **overlap})
    else:
        print(f"before: {_sentence(done.before, done.depth_before)}")
        print(f"after: {_sentence(done.after, done.depth_after)}")
    return 0


def _sentence(segments: int, depth: int) -> str:
    files = "file" if segments == 1 else "files"
    return f"{segments:,} {files} of events, a unit's in at most {depth:,}"


COMMAND = Command("compact", "merge the many small files of a study's events", add_arguments, run, 74)
