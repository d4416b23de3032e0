"""`watchkeeper deck STUDY`: the slides of a pilot, ready for a talk."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command
from dashboard.commands._taking import add_out, add_release, take

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_out(parser, "the PPTX file")
    parser.add_argument(
        "--theme", type=Path, metavar="FILE", help="an organisation's name, logo and colours (YAML)"
    )
    add_release(parser, "the slides")


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.slides.brand import PLAIN, read_brand
    from dashboard.slides.deck import deck
    from experiments.faults import Fault

    if arguments.out.suffix.lower() != ".pptx":
        raise Fault(f"{arguments.out.name} is not a PPTX file.", expected="a name that ends in .pptx")
    brand = read_brand(arguments.theme) if arguments.theme else PLAIN
    return take(arguments, partial(deck, brand=brand), "Drawing the slides …")


COMMAND = Command("deck", "the slides of a pilot as PPTX", _add_arguments, _run, order=72)
