"""`watchkeeper ingest STUDY FILE…`: take event logs into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse

    from experiments.intake import FileIntake, Intake


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="logs: .csv, .jsonl (or either as .gz), .parquet; of a folder, every log in it and below",
    )


def run(arguments: argparse.Namespace) -> int:
    """Take the files in, together or not at all, and print what they brought."""
    from experiments.pilot import ingest
    from experiments.reading.folder import gathered, shown
    from experiments.store import Store

    report = progress(arguments)
    meant = gathered(arguments.files)
    intake = ingest(Store(arguments.store), arguments.study, meant.logs, progress=report)
    report("")
    if arguments.json:
        print_json(
            {**_document(arguments.study, intake), "files_left_out": [shown(name) for name in meant.left_out]}
        )
    else:
        print("\n".join([*_lines(arguments.study, intake), *filter(None, [meant.sentence])]))
    return 0


def _document(study: str, intake: Intake) -> dict[str, object]:
    return {
        "schema": "watchkeeper/intake@1",
        "study": study,
        **_counts(intake),
        "columns_left_behind": list(intake.columns_left_behind),
        "events_absent": list(intake.absent),
        "files": [{"file": file.file, **_counts(file)} for file in intake.files],
    }


def _counts(brought: Intake | FileIntake) -> dict[str, int]:
    return {
        "accepted": brought.accepted,
        "duplicates": brought.duplicates,
        "rejected": brought.rejected,
        "left_behind": brought.left_behind,
        "withdrawn": brought.withdrawn,
    }


def _lines(study: str, intake: Intake) -> list[str]:
    lines = [f"{file.file}: {_sentence(file)}" for file in intake.files]
    if len(intake.files) > 1:
        lines.append(f"in all: {_sentence(intake)}")
    if intake.left_behind:
        lines.append("Rows left behind are events that the study does not use.")
    if intake.columns_left_behind:
        lines.append(f"Columns left behind: {', '.join(intake.columns_left_behind)}.")
    if intake.absent:
        lines.append(f"Not one event yet of: {', '.join(intake.absent)}. Check the spelling in the log.")
    if intake.withdrawn:
        lines.append(f"Rows of people who withdrew, of which nothing was taken in: {intake.withdrawn:,}.")
    if intake.rejected:
        lines.append(f"Which rows were rejected, and why: watchkeeper rejects {study}")
    return lines


def _sentence(brought: Intake | FileIntake) -> str:
    counts = _counts(brought)
    words = {
        "accepted": "accepted",
        "duplicates": "duplicate",
        "rejected": "rejected",
        "left_behind": "left behind",
    }
    return ", ".join(f"{counts[kind]:,} {word}" for kind, word in words.items())


COMMAND = Command("ingest", "take event logs into the store", add_arguments, run, 30)
