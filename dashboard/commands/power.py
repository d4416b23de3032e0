"""`watchkeeper power`: how many, how sure, how small an effect, and what a design can never show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli import Command, print_json, progress

if TYPE_CHECKING:
    import argparse

    from analysis.planning.answer import Answer
    from analysis.planning.question import Question

_DESIGNS = (
    *("individual", "cluster", "crossover", "stepped-wedge", "non-inferiority"),
    *("interrupted-series", "controlled-series", "repeated"),
)
_IMPLIED = {"interrupted-series": "series", "controlled-series": "series"}
_NUMBERS = {
    "base": "the control arm's share, mean or rate",
    "sd": "the standard deviation (of a series: of what is new in each period)",
    "dispersion": "of counts: variance = mean + dispersion x mean squared (default: 0)",
    "ratio": "treated units for each control unit (default: 1)",
    "correlation": "of a baseline covariate with the outcome (default: 0)",
    "margin": "how much worse is still not worse (non-inferiority)",
    "icc": "the correlation within clusters, or of a person's periods",
    "cac": "how much of it stays from period to period (default: 1)",
    "cv": "the coefficient of variation of cluster sizes (default: 0)",
    "cluster-size": "units in each cluster (stepped wedge: and period)",
    "rho": "the autocorrelation of a series (default: 0.4)",
    "before": "the share of the periods before the change (default: 0.5)",
    "dropout": "the share that will be lost (default: 0)",
    "power": "the power to reach (default: 0.8)",
    "q": "which quantile, for outcomes that are one",
    "tau": "until when times to an event are followed",
}
_COUNTS = {
    "n": "units in the control arm (crossover: in each order; series: periods)",
    "units": "units in all, instead of --n",
    "clusters": "clusters in each arm (stepped wedge: in all)",
    "platforms": "platforms in all (controlled series)",
    "treated": "platforms that ever adopt (default: three quarters)",
    "periods": "how many periods or waves",
    "replicates": "studies to draw where there is no formula (default: 400)",
    "seed": "of the drawn studies",
}
_WORDS = (
    *("base", "sd", "dispersion", "ratio", "correlation", "margin", "icc", "cac", "cv", "cluster_size"),
    *(
        "rho",
        "before",
        "dropout",
        "power",
        "treated",
        "periods",
        "replicates",
        "seed",
        "level",
        "better",
        "kind",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument("file", metavar="STUDY.yaml", nargs="?", type=Path, help="a study file (or --design)")
    parser.add_argument("--design", choices=_DESIGNS, help="a design without a study file")
    parser.add_argument("--kind", help="the outcome's kind: proportion, mean, count, score, …")
    parser.add_argument("--outcome", metavar="ID", help="of the study file (default: the first primary one)")
    parser.add_argument(
        "--effect", metavar="[OUTCOME=]VALUE", help="on the primary scale: a difference, or a ratio of rates"
    )
    for name, of in _NUMBERS.items():
        names = (f"--{name}", "--control-rate") if name == "base" else (f"--{name}",)
        parser.add_argument(*names, type=float, metavar="X", help=of)
    for name, of in _COUNTS.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=of)
    parser.add_argument("--level", type=float, help="of the interval (default: 0.95, or the study's)")
    parser.add_argument("--better", choices=("lower", "higher"), help="which way is better (default: lower)")
    parser.add_argument(
        "--schedule",
        type=Path,
        metavar="FILE",
        help="a stepped wedge's own: a row a cluster, 0 or 1 a period",
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer the question; exit code 2 where it cannot be asked like that."""
    if (arguments.file is None) == (arguments.design is None):
        arguments.wrong_use("give a study file or --design, one of the two")
    from analysis.planning.answer import answer

    question, notes = _asked(arguments)
    if wrong := question.wrong():
        arguments.wrong_use(wrong)
    told = progress(arguments)
    found = answer(question, progress=told)
    told("")
    if arguments.json:
        print_json(document(found, notes))
        return 0
    from dashboard.words.planning import curve_rows, planning_rows, planning_sentence

    print(planning_sentence(found))
    for label, value in planning_rows(found):
        print(f"  {label:58} {value}")
    for line in curve_rows(found):
        print(f"  {line}")
    for note in (*notes, *found.notes):
        print(note)
    return 0


def document(found: Answer, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """The answer as plain data: what was asked, what was solved for, by each way."""
    from dataclasses import asdict

    from dashboard.words.planning import planning_sentence

    asked = {name: value for name, value in asdict(found.question).items() if value is not None}
    asked |= {} if found.question.schedule is None else {"schedule": found.question.schedule.tolist()}
    return {
        "schema": "watchkeeper/power@1",
        "asked": asked,
        "solved": found.solved,
        "value": found.value,
        "size": found.size,
        "size_is": found.size_is,
        "effect": found.effect,
        "power": found.power,
        **({} if found.error is None else {"monte_carlo_error": found.error}),
        "method": found.method,
        "by_way": dict(found.by_way),
        "figures": dict(found.figures),
        "curve": [dict(row) for row in found.curve],
        "says": planning_sentence(found),
        "notes": [*notes, *found.notes],
    }


def _asked(arguments: argparse.Namespace) -> tuple[Question, tuple[str, ...]]:
    from analysis.planning.question import Question

    outcome, effect = _effect(arguments)
    given: dict[str, Any] = {name: getattr(arguments, name) for name in _WORDS}
    given["options"] = {
        name: value for name in ("q", "tau") if (value := getattr(arguments, name)) is not None
    } or None
    given |= {"effect": effect, "size": _size(arguments)}
    if arguments.file is not None:
        from experiments.planning import question_of
        from experiments.study_file import read_study

        return question_of(read_study(arguments.file), outcome, units=arguments.units, given=given)
    given |= {"design": arguments.design, "kind": arguments.kind or _IMPLIED.get(arguments.design)}
    if given["kind"] is None:
        arguments.wrong_use("--kind is needed: proportion, mean, count, score, …")
    given |= _schedule(arguments)
    return Question(**{name: value for name, value in given.items() if value is not None}), ()


def _schedule(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.schedule is None:
        return {}
    from experiments.planning import schedule_from

    schedule = schedule_from(arguments.schedule)
    return {"schedule": schedule, "size": len(schedule), "periods": schedule.shape[1]}


def _effect(arguments: argparse.Namespace) -> tuple[str | None, float | None]:
    """The outcome and the effect on it, of `--effect OUTCOME=VALUE` or `--effect VALUE`."""
    if arguments.effect is None:
        return arguments.outcome, None
    name, equals, value = arguments.effect.rpartition("=")
    try:
        effect = float(value)
    except ValueError:
        effect = float("nan")
    if effect != effect or abs(effect) == float("inf") or (equals and arguments.file is None):
        arguments.wrong_use("--effect must be a number, such as -0.05 (with a study file: outcome=-0.05)")
    return name or arguments.outcome, effect


def _size(arguments: argparse.Namespace) -> float | None:
    """How many take part, in the design's own measure."""
    design = arguments.design
    if design == "interrupted-series" and arguments.n is None:
        return None if arguments.periods is None else float(arguments.periods)
    for name in ("n", "clusters", "platforms"):
        if (value := getattr(arguments, name)) is not None:
            return float(value)
    if arguments.units is None or arguments.file is not None:
        return None
    if design in ("cluster", "stepped-wedge", "controlled-series"):
        arguments.wrong_use("--units is for designs of single units: give --clusters or --platforms here")
    return float(arguments.units / (2 if design in ("crossover", "repeated") else 1 + (arguments.ratio or 1)))


COMMAND = Command("power", "sample size, power, and what a design can never show", add_arguments, run, 12)
