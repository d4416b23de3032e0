"""`watchkeeper purge STUDY`: remove a study's rows for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("study", nargs="?", metavar="STUDY", help="the id of a registered study")
    parser.add_argument(
        "--all-due", action="store_true", help="every study past the day until which it is kept"
    )
    parser.add_argument(
        "--yes", action="store_true", help="also before the day until which the rows are kept"
    )
    parser.add_argument(
        "--key",
        action="store_true",
        help="remove the key too: then nobody can tell any more which pseudonym an id had, in no copy",
    )


def run(arguments: argparse.Namespace) -> int:
    """Remove the rows and print what remains."""
    from experiments.faults import Fault
    from experiments.purging import due, purge
    from experiments.store import Store

    store = Store(arguments.store)
    if bool(arguments.study) == arguments.all_due:
        raise Fault("It is not clear what to purge.", expected="either one study's id or --all-due")
    studies = due(store) if arguments.all_due else (arguments.study,)
    early, done, faults = arguments.yes and not arguments.all_due, {}, []
    for study in studies:
        try:
            done[study] = purge(store, study, early=early, key=arguments.key).at
        except Fault as fault:
            if arguments.study:
                raise
            faults.append(fault)  # and the others are purged all the same
    if arguments.json:
        print_json({"schema": "watchkeeper/purge@1", "purged": done, "keys_removed": arguments.key})
    elif not (done or faults):
        print("No study is past the day until which its rows are kept.")
    for study, at in done.items() if not arguments.json else ():
        print(f"{study}: rows purged at {at}; the plan and what was found are kept.")
    for left in faults:
        print(left, file=sys.stderr)
    return max((left.exit_code for left in faults), default=0)


COMMAND = Command("purge", "remove a study's rows for good", add_arguments, run, 71)
