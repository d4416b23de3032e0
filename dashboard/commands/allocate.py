"""`watchkeeper allocate`: a list of who gets what, drawn by lot, that anybody can draw again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    from experiments.lottery import Lottery

_DESIGNS = ("individual", "cluster", "crossover", "stepped-wedge")
CONCEAL = "Keep the list from those who enrol: whoever sees the next arm can choose who gets it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument("file", metavar="STUDY.yaml", nargs="?", type=Path, help="a study file (or --design)")
    parser.add_argument("--design", choices=_DESIGNS, help="a design without a study file")
    parser.add_argument("--arms", metavar="A[:SHARE],B[:SHARE]", help="without a study file, such as a:1,b:1")
    parser.add_argument(
        "--units", type=Path, required=True, metavar="FILE", help="a row a unit, or a cluster"
    )
    parser.add_argument(
        "--seed", type=_seed, required=True, metavar="N", help="write it down: it draws the list again"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the list, a .csv file")
    parser.add_argument("--unit", metavar="COLUMN", help="what is allocated (default: the first column)")
    parser.add_argument(
        "--cluster", metavar="COLUMN", help="allocated as a whole, where a row is a unit in it"
    )
    parser.add_argument("--strata", metavar="COLUMN", action="append", default=[], help="may be repeated")
    parser.add_argument("--pairs", metavar="COLUMN", help="which clusters make a pair")
    parser.add_argument(
        "--balance",
        metavar="COLUMN[=SD]",
        action="append",
        default=[],
        type=_balance,
        help="arms of clusters may differ by so many standard deviations (default: 0.5); may be repeated",
    )
    parser.add_argument(
        "--block-sizes",
        metavar="N,N",
        help="of permuted blocks (default: 2 and 3 times the sum of the shares)",
    )
    parser.add_argument("--simple", action="store_true", help="each unit on its own, without blocks")
    parser.add_argument("--steps", type=int, metavar="N", help="of a stepped wedge (default: one a cluster)")


def run(arguments: argparse.Namespace) -> int:
    """Draw the list, write it and say how it was drawn."""
    if (arguments.file is None) == (arguments.design is None):
        arguments.wrong_use("give a study file or --design, one of the two")
    if arguments.design is not None and arguments.design != "stepped-wedge" and not arguments.arms:
        arguments.wrong_use("--arms is needed, such as --arms control:1,warning:1")
    if arguments.out.suffix != ".csv":
        arguments.wrong_use("--out must name a .csv file")
    if arguments.steps is not None and arguments.steps < 1:
        arguments.wrong_use("--steps must be 1 or more")
    from importlib.metadata import version

    from experiments.allocating import draw, read_units, write

    lottery = _lottery(arguments)
    drawn = draw(read_units(arguments.units, lottery), lottery, seed=arguments.seed)
    told = write(
        drawn,
        arguments.out,
        seed=arguments.seed,
        units=arguments.units,
        lottery=lottery,
        version=version("watchkeeper"),
    )
    if arguments.json:
        print_json(told)
        return 0
    counts = ", ".join(f"{name} {count:,}" for name, count in drawn.counts.items())
    print(f"{arguments.out}: {len(drawn.rows):,} rows by {drawn.method}, seed {arguments.seed}: {counts}.")
    if "acceptable" in drawn.facts:
        looked_at = (
            f"{drawn.facts['acceptable']:,.0f} of {drawn.facts['looked_at']:,.0f} allocations are acceptable"
        )
        drawn_only = "" if "smallest_p" in drawn.facts else f" (drawn from {drawn.facts['possible']:,.0f})"
        print(f"{looked_at}{drawn_only}.")
    if "smallest_p" in drawn.facts:
        print(f"The smallest p-value that a permutation test can give is {drawn.facts['smallest_p']:.2g}.")
    for note in (*drawn.notes, CONCEAL):
        print(note)
    return 0


def _lottery(arguments: argparse.Namespace) -> Lottery:
    """What is drawn: of the study file, and of the flags over it."""
    from dataclasses import replace

    from experiments.lottery import Lottery, lottery_of, reduced

    if arguments.file is not None:
        from experiments.study_file import read_study

        known = lottery_of(read_study(arguments.file))
    else:
        known = Lottery(arguments.design, _arms(arguments))
    words = {
        "cluster": arguments.cluster,
        "strata": tuple(dict.fromkeys(arguments.strata)),
        "pairs": arguments.pairs,
        "balance": dict(arguments.balance),
        "steps": arguments.steps,
        "simple": arguments.simple,
    }
    chosen = replace(known, **{name: value for name, value in words.items() if value})
    if arguments.block_sizes:
        total = sum(reduced(known.arms).values())
        chosen = replace(chosen, multiples=_multiples(arguments, total))
    return replace(chosen, unit=arguments.unit or _first_column(arguments.units))


def _first_column(path: Path) -> str:
    from experiments.tables.table_file import read_table

    return str(read_table(path).columns[0])


def _arms(arguments: argparse.Namespace) -> dict[str, float]:
    arms: dict[str, float] = {}
    for part in (arguments.arms or "control:1,treatment:1").split(","):
        name, _, share = part.strip().partition(":")
        try:
            arms[name] = float(share or 1)
        except ValueError:
            arms[name] = 0.0
    if len(arms) < 2 or "" in arms or not all(0 < share <= 1000 for share in arms.values()):
        arguments.wrong_use(
            "--arms must name two arms or more with shares above 0, such as control:1,warning:1"
        )
    return arms


def _multiples(arguments: argparse.Namespace, total: int) -> tuple[int, ...]:
    try:
        sizes = [int(size) for size in arguments.block_sizes.split(",")]
    except ValueError:
        sizes = []
    if not sizes or any(size < total or size % total for size in sizes):
        arguments.wrong_use(
            f"--block-sizes must be multiples of {total}, the sum of the shares, such as {2 * total}"
        )
    return tuple(size // total for size in sizes)


def _seed(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 18:
        raise argparse.ArgumentTypeError(f"{word!r} is not a seed, a whole number from 0 upwards")
    return int(word)


def _balance(word: str) -> tuple[str, float]:
    name, equals, value = word.partition("=")
    try:
        within = float(value) if equals else 0.5
    except ValueError:
        within = -1.0
    if not (name and 0 <= within <= 10):
        raise argparse.ArgumentTypeError(
            f"{word!r} is not a column and standard deviations, such as size=0.3"
        )
    return name, within


COMMAND = Command("allocate", "draw a reproducible allocation list", add_arguments, run, 13)
