"""What commands share that write a file from one release: what they take, and how the file is made and told of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import print_json, progress
from dashboard.language import LANGUAGES, speaking

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from analysis.disclosure import Release


def add_out(parser: argparse.ArgumentParser, file: str) -> None:
    """The file to write, called as in `the PPTX file`."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"{file} to write")


def add_language(parser: argparse.ArgumentParser, of: str) -> None:
    """The language of what is made, called as in `the slides`."""
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), default="en", help=f"the language of {of} (default: en)"
    )


def add_policy(parser: argparse.ArgumentParser, declared: str = "the study file declares") -> None:
    """For whom the figures are; `declared` says what declares it."""
    parser.add_argument(
        "--policy",
        choices=("public", "internal"),
        default="public",
        help=f"for everybody, as {declared} it, or for the research team (default: public)",
    )


def add_release(parser: argparse.ArgumentParser, of: str) -> None:
    """A study, for whom, whether before a planned look, and the language of what is made."""
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    add_policy(parser)
    parser.add_argument("--as-steward", action="store_true", help="figures by arm even before a planned look")
    add_language(parser, of)


def released(arguments: argparse.Namespace) -> Release:
    """The release that was asked for; its analysis is made or taken up, and told of."""
    from dashboard.spoken import released_for
    from experiments.store import Store

    return released_for(
        Store(arguments.store),
        arguments.study,
        policy=arguments.policy,
        spoken=arguments.language,
        steward=arguments.as_steward,
        progress=progress(arguments),
    )


def take(arguments: argparse.Namespace, make: Callable[[Release], bytes], doing: str) -> int:
    """Write the file that `make` makes of the release, and say so; `doing` is what is told meanwhile."""
    from dashboard.export import write_whole

    tell = progress(arguments)
    found = released(arguments)
    tell(doing)
    with speaking(arguments.language):
        content = make(found)
    write_whole(content, arguments.out)
    tell("")
    if arguments.json:
        print_json({"file": str(arguments.out), "study": found.study.id, "policy": found.policy.name})
    elif not arguments.quiet:
        print(f"{arguments.out}: {found.study.title}")
    return 0
