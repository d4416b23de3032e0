"""The `watchkeeper` command. Each subcommand is one file in dashboard/commands; nothing heavy is imported here."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from experiments.waiting import Patience

CLEARED = "\r\x1b[2K"  # the terminal's line, emptied of the progress that stood in it


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: how its arguments are declared, and what it does; `run` returns the exit code.

    `arguments` of every command hold store (Path), json (bool) and quiet (bool).
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    order: int = 50


def commands() -> Mapping[str, Command]:
    """Every subcommand, by name."""
    from analysis.registry import collect

    return collect("dashboard.commands", Command)


def main(words: list[str] | None = None) -> int:
    """Run one command; a user's fault ends in one sentence on standard error and an exit code."""
    from dashboard.terminal import print_anywhere

    print_anywhere()
    arguments = parser().parse_args(words)
    from analysis.refusal import Refusal
    from experiments.faults import Fault
    from experiments.waiting import patiently

    try:
        if arguments.store.exists() and not arguments.store.is_dir():
            raise Fault(f"{arguments.store} is a file.", expected="the folder of a store", do="Name another.")
        with patiently(_patience(arguments)):
            code: int = arguments.run(arguments)
        sys.stdout.flush()
    except Fault as fault:
        print(f"{CLEARED if sys.stderr.isatty() else ''}{fault}", file=sys.stderr)
        return fault.exit_code
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Nothing half done was kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # no room, no permission: the machine's state, told without a traceback
        print(f"{error.filename or 'The machine'}: {error.strerror or error}", file=sys.stderr)
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="watchkeeper",
        description="Pilots against child sexual abuse online: check, analyse, show and export what works.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    _add_global(top, top=True)
    subparsers = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in sorted(commands().values(), key=lambda c: (c.order, c.name)):
        sub = subparsers.add_parser(command.name, help=command.help, description=command.help)
        _add_global(sub, top=False)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run, command=command.name)
    return top


def progress(arguments: argparse.Namespace) -> Callable[[str], None]:
    """A reporter of progress: to standard error on a terminal, silent with --quiet or in a pipe."""
    if arguments.quiet or not sys.stderr.isatty():
        return lambda _: None

    def tell(line: str) -> None:
        columns = shutil.get_terminal_size().columns  # a longer line would leave pieces of itself behind
        print(f"{CLEARED}{line[: columns - 1]}", end="", file=sys.stderr, flush=True)

    return tell


def _patience(arguments: argparse.Namespace) -> Patience:
    """What this command's writers go by: its name, how long to wait for another one, and where to say so."""
    from experiments.waiting import Patience, waiting_time

    def say(line: str) -> None:
        if not arguments.quiet:
            print(line, file=sys.stderr)

    seconds = None if arguments.wait is None else waiting_time(arguments.wait)
    return Patience(arguments.command, say, seconds)


def print_json(document: object) -> None:
    """One JSON document on standard output; never NaN or Infinity, escaped where the stream lacks our signs."""
    import json

    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(document, allow_nan=False, ensure_ascii=not unicode, indent=1))


def _add_global(to: argparse.ArgumentParser, *, top: bool) -> None:
    """The global options, before or after the subcommand's name."""
    store = Path(os.environ.get("WATCHKEEPER_STORE", "store"))
    to.add_argument(
        "--store",
        type=Path,
        metavar="DIR",
        default=store if top else argparse.SUPPRESS,
        help="the store's folder (default: ./store, or WATCHKEEPER_STORE)",
    )
    to.add_argument(
        "--wait",
        metavar="SECONDS",
        default=None if top else argparse.SUPPRESS,
        help="how long to wait while another watchkeeper writes to the study (default: 60, or WATCHKEEPER_WAIT)",
    )
    for flag, help_ in (("--json", "print one JSON document"), ("--quiet", "print no progress")):
        to.add_argument(flag, action="store_true", default=False if top else argparse.SUPPRESS, help=help_)


class _Version(argparse.Action):
    """Prints the installed version; reading package metadata only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"watchkeeper {version('watchkeeper')}")
        parser.exit()


if __name__ == "__main__":
    # The module runs under two names here; the commands know it by its real one.
    from dashboard.cli import main as real_main

    sys.exit(real_main())
