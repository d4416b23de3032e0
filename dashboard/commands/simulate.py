"""`watchkeeper simulate STUDY.yaml`: an event log with a known truth, in the study's own vocabulary."""

from __future__ import annotations

import argparse
from datetime import date
from math import isfinite
from pathlib import Path

from dashboard.cli import Command, print_json, progress


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="STUDY.yaml", help="the study file")
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="of all chance (default: 1)")
    parser.add_argument("--units", type=int, default=1_000, metavar="N", help="how many (default: 1000)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".csv, .jsonl, either .gz, .parquet"
    )
    parser.add_argument(
        "--effect",
        type=_effect,
        action="append",
        default=[],
        metavar="OUTCOME[:ARM]=VALUE",
        help="the true effect on the outcome's primary scale, of every treatment arm or of one (default: none)",
    )
    parser.add_argument(
        "--until", type=_day, metavar="DAY", help="the last day that the log tells of: the study still runs"
    )


def _run(arguments: argparse.Namespace) -> int:
    from experiments.simulate import simulate
    from experiments.study_file import read_study

    study = read_study(arguments.file)
    effects = dict(arguments.effect)
    progress(arguments)(f"Drawing {study.design.interval or f'{arguments.units:,} unit'}s …")
    events = simulate(
        study,
        units=arguments.units,
        seed=arguments.seed,
        effects=effects,
        out=arguments.out,
        until=arguments.until,
    )
    progress(arguments)("")
    if arguments.json:
        document = {"file": str(arguments.out), "study": study.id, "units": arguments.units, "events": events}
        print_json(
            {"schema": "watchkeeper/simulation@1", **document, "seed": arguments.seed, "effects": effects}
        )
    else:
        whose = "" if study.design.interval else f" of {arguments.units:,} units"
        so_far = f", as far as the log tells by {arguments.until}" if arguments.until else ""
        print(f"{arguments.out}: {events:,} events{whose}{so_far}; {_truth(effects)}.")
    return 0


def _truth(effects: dict[str, float]) -> str:
    known = ", ".join(f"{name} {value:g}" for name, value in effects.items())
    return f"true effects: {known}; no other effect" if known else "no true effect on any outcome"


def _effect(word: str) -> tuple[str, float]:
    name, equals, value = word.partition("=")
    try:
        effect = float(value)
    except ValueError:
        effect = float("nan")
    if not (name and equals and isfinite(effect)):
        raise argparse.ArgumentTypeError(f"{word!r} is not an effect, such as entered_site=-0.05")
    return name, effect


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is not a day, such as 2026-03-01") from None


def _seed(word: str) -> int:
    if not word.isascii() or not word.isdigit():
        raise argparse.ArgumentTypeError(f"{word!r} is not a seed, a whole number from 0 upwards")
    return int(word)


COMMAND = Command("simulate", "write an event log with a known truth", _add_arguments, _run, order=45)
