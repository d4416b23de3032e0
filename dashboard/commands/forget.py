"""`watchkeeper forget STUDY UNIT…`: remove people who withdrew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse

    from experiments.withdrawal import Withdrawal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    parser.add_argument("units", nargs="*", metavar="UNIT", help="ids as the log has them")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help="read ids from a file, one a line; - reads them from standard input",
    )


def run(arguments: argparse.Namespace) -> int:
    """Remove the units from the store and print how many there were, never who."""
    from experiments.pilot import forget
    from experiments.store import Store

    report = progress(arguments)
    done = forget(Store(arguments.store), arguments.study, _ids(arguments), progress=report)
    report("")
    if arguments.json:
        print_json({"schema": "watchkeeper/withdrawal@1", "study": arguments.study, **_counts(done)})
    else:
        print("\n".join(_lines(done)))
    return 0


def _ids(arguments: argparse.Namespace) -> list[str]:
    """The ids that were given. Raises Fault where there are none, or they cannot be read."""
    from experiments.faults import Fault

    given = list(arguments.units)
    if arguments.source:
        try:
            content = (
                sys.stdin.buffer.read() if arguments.source == "-" else Path(arguments.source).read_bytes()
            )
            # Not `splitlines`: an id may hold other signs that end a line, as in the log.
            given += [line.removesuffix("\r") for line in content.decode("utf-8-sig").split("\n")]
        except UnicodeDecodeError:
            raise Fault("The list of units is no UTF-8 text.", expected="one id a line") from None
    if not (ids := [unit for unit in given if unit.strip()]):
        raise Fault("No unit is named.", expected="ids as the log has them, as arguments or with --from FILE")
    if any("\ud800" <= sign <= "\udfff" for unit in ids for sign in unit):
        raise Fault("An id is no UTF-8 text.", do="Put the ids into a file in UTF-8: --from FILE")
    return ids


def _counts(done: Withdrawal) -> dict[str, int]:
    return {
        "units_named": done.named,
        "units_withdrawn_before": done.before,
        "units_found": done.found,
        "files_rewritten": done.rewritten,
        "events_removed": done.events,
    }


def _lines(done: Withdrawal) -> list[str]:
    went, anew = _many(done.events, "event"), _many(done.rewritten, "file")
    lines = [f"{_many(done.named, 'unit')} withdrawn: {went} removed, {anew} rewritten."]
    if done.before:
        lines.append(f"{done.before:,} of {done.named:,} had withdrawn before.")
    if absent := done.named - done.before - done.found:
        were, are = ("was", "it is") if absent == 1 else ("were", "they are")
        lines.append(
            f"{absent:,} of {done.named:,} {were} not in the store; {are} on the list of those who withdrew all the"
            " same."
        )
    return [*lines, "Nothing of them is taken in again. Copies and backups of the store are yours to clear."]


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


COMMAND = Command("forget", "remove people who withdrew, and everything of them", add_arguments, run, 70)
