"""`watchkeeper deck STUDY`: the slides of a pilot, ready for a talk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json, progress
from dashboard.language import LANGUAGES, speaking

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="the id of a registered study")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PPTX file to write")
    parser.add_argument(
        "--theme", type=Path, metavar="FILE", help="an organisation's name, logo and colours (YAML)"
    )
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), default="en", help="the language of the slides (default: en)"
    )
    parser.add_argument(
        "--policy",
        choices=("public", "internal"),
        default="public",
        help="for everybody, as the study file declares it, or for the research team (default: public)",
    )
    parser.add_argument("--as-steward", action="store_true", help="figures by arm even before a planned look")


def _run(arguments: argparse.Namespace) -> int:
    from dashboard.export import write_whole
    from dashboard.slides.brand import PLAIN, read_brand
    from dashboard.slides.deck import deck
    from dashboard.spoken import released_for
    from experiments.faults import Fault
    from experiments.store import Store

    if arguments.out.suffix.lower() != ".pptx":
        raise Fault(f"{arguments.out.name} is not a PPTX file.", expected="a name that ends in .pptx")
    brand = read_brand(arguments.theme) if arguments.theme else PLAIN
    tell, store = progress(arguments), Store(arguments.store)
    found = released_for(
        store,
        arguments.study,
        policy=arguments.policy,
        spoken=arguments.language,
        steward=arguments.as_steward,
        progress=tell,
    )
    tell("Drawing the slides …")
    with speaking(arguments.language):
        content = deck(found, brand)
    write_whole(content, arguments.out)
    tell("")
    if arguments.json:
        print_json({"file": str(arguments.out), "study": found.study.id, "policy": found.policy.name})
    elif not arguments.quiet:
        print(f"{arguments.out}: {found.study.title}")
    return 0


COMMAND = Command("deck", "the slides of a pilot as PPTX", _add_arguments, _run, order=72)
