"""`watchkeeper estimate TABLE`: the statistics on a table that somebody already has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse

    from experiments.tables.question import Question

DIRECTION = "No --better was given: lower values are taken as better."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument(
        "table", metavar="TABLE", nargs="?", type=Path, help="a .csv, .csv.gz or .parquet file"
    )
    parser.add_argument("--list", action="store_true", help="list every estimator, with its method card")
    parser.add_argument(
        "--counts", action="store_true", help="TABLE has one row an arm: arm, n, events (or mean, sd)"
    )
    parser.add_argument(
        "--layout", default="parallel", help="the table's shape (default: parallel); see --list"
    )
    parser.add_argument("--kind", help="the outcome's kind: proportion, mean, count, score, …")
    parser.add_argument("--estimator", metavar="NAME", help="the one to show first; see --list")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals (default: 0.95)")
    _add_columns(parser)
    _add_numbers(parser)
    _add_choices(parser)
    _add_beside(parser)


def _add_columns(parser: argparse.ArgumentParser) -> None:
    for name, of in (
        ("outcome", "the outcome"),
        ("unit", "the unit: a person, or the platform of a panel"),
        ("cluster", "the clusters that were assigned"),
        ("period", "the period or wave: numbers or dates"),
        ("sequence", "the order of arms; in a panel the period of adoption, 0 for never"),
        ("strata", "the strata of the assignment, or the pairs of clusters"),
        ("season", "the place in the calendar, such as the weekday"),
        ("numerator", "a ratio's numerator, or the events of a series"),
        ("denominator", "a ratio's denominator, or what the events are out of"),
        ("time", "the time to the event, or at which an interval ends"),
        ("event", "whether the event happened (1) or the time was cut off (0)"),
        ("start", "when an interval of a unit begins (recurrent events)"),
        ("effect", "the sites' effects (of ratios, their logarithms)"),
        ("se", "the standard errors of the sites' effects"),
        ("exposure", "how long or how often a unit was exposed (counts)"),
        ("offset", "the logarithm of the exposure (counts)"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=f"the column of {of}")
    parser.add_argument(
        "--arm",
        metavar="COLUMN",
        help="the column of the arms (default: arm); in a panel or series, what was held then",
    )
    parser.add_argument("--covariate", metavar="COLUMN", action="append", default=[], help="may be repeated")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    """What is compared with what, and how."""
    parser.add_argument(
        "--control", metavar="VALUE", help="the control arm; may be left out where it is obvious"
    )
    parser.add_argument("--treatment", metavar="VALUE", help="the one arm to compare (default: each)")
    parser.add_argument(
        "--change",
        metavar="PERIOD",
        action="append",
        default=[],
        help="first period after a change; may be repeated",
    )
    parser.add_argument(
        "--estimand",
        choices=("individual-average", "cluster-average"),
        default="individual-average",
        help="whether each unit or each cluster counts the same",
    )
    parser.add_argument(
        "--adjust",
        choices=("holm", "hochberg", "benjamini-hochberg", "dunnett", "fixed-sequence", "none"),
        default="holm",
        help="for several arms (default: holm)",
    )


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    """What is asked of the outcome."""
    for name, of in (
        ("q", "which quantile, such as 0.9 (default: 0.5)"),
        ("tau", "until when times to an event are followed"),
        ("delta", "how much higher missing values of the treatment may have been"),
        ("margin", "on the outcome's primary scale"),
    ):
        parser.add_argument(f"--{name}", type=float, metavar=name[0].upper(), help=of)
    parser.add_argument("--better", choices=("lower", "higher"), help="which way is better (default: lower)")
    parser.add_argument("--levels", metavar="A,B,C", help="an ordinal outcome's levels, from the lowest")
    parser.add_argument("--lags", type=int, metavar="N", help="how far errors of a series may hang together")


def _add_beside(parser: argparse.ArgumentParser) -> None:
    """What stands beside the finding, and the scale of sites."""
    parser.add_argument("--scale", metavar="NAME", help="of the sites' effects (default: the kind's primary)")
    parser.add_argument(
        "--subgroup",
        metavar="COLUMN",
        action="append",
        default=[],
        help="declared in advance: does the effect differ by it? may be repeated",
    )
    parser.add_argument(
        "--prior", metavar="beta:A,B", help="of each arm's share (default: beta:0.5,0.5, that of Jeffreys)"
    )
    parser.add_argument(
        "--prior-sd", type=float, metavar="SD", help="of a sceptic's normal prior around no effect"
    )


def run(arguments: argparse.Namespace) -> int:
    """List the estimators, or answer the question and print findings, refusals and verdicts."""
    if arguments.list:
        return _list(as_json=arguments.json)
    _check(arguments)
    from experiments.tables.tabular import estimate

    found = estimate(_question(arguments))
    if not (arguments.better or arguments.quiet):
        print(DIRECTION, file=sys.stderr)
    if arguments.json:
        from dashboard.document import evaluation_document

        print_json(evaluation_document(found))
    elif found.findings:
        from dashboard.estimated import lines

        print("\n".join(lines(found)))
    if found.findings:
        return 0
    for line in dict.fromkeys(f"{refusal.reason} {refusal.remedy}" for refusal in found.not_estimable):
        print(line, file=sys.stderr)
    return 1


def _check(arguments: argparse.Namespace) -> None:
    """Wrong use of the command ends it with exit code 2."""
    arguments.kind = arguments.kind or _IMPLIED.get(arguments.layout)
    needed = {"TABLE": arguments.table, "--kind": arguments.kind}
    elsewhere = (arguments.counts, arguments.numerator, arguments.time, arguments.effect)
    if not any(elsewhere):
        needed["--outcome"] = arguments.outcome
    for name, value in needed.items():
        if value is None:
            arguments.wrong_use(f"{name} is needed")
    if not 0.5 <= arguments.level < 1:
        arguments.wrong_use("--level must be at least 0.5 and below 1, such as 0.95")
    if arguments.q is not None and not 0 < arguments.q < 1:
        arguments.wrong_use("--q must lie between 0 and 1, such as 0.9")
    if arguments.tau is not None and not 0 < arguments.tau < float("inf"):
        arguments.wrong_use("--tau must be above 0")
    if arguments.delta is not None and not abs(arguments.delta) < _LARGEST:
        arguments.wrong_use("--delta must be a number, not too large to compute with")
    if arguments.lags is not None and arguments.lags < 0:
        arguments.wrong_use("--lags must be 0 or more")
    if arguments.prior_sd is not None and not 0 < arguments.prior_sd < float("inf"):
        arguments.wrong_use("--prior-sd must be above 0")
    if arguments.margin is not None and not 0 < arguments.margin < float("inf"):
        arguments.wrong_use("--margin must be above 0")
    if arguments.margin is not None and arguments.better is None:
        arguments.wrong_use("--margin needs --better lower or --better higher")


def _prior(arguments: argparse.Namespace) -> tuple[float, float]:
    """The parameters of `--prior beta:A,B`; by default Jeffreys'."""
    if arguments.prior is None:
        return 0.5, 0.5
    family, _, figures = arguments.prior.partition(":")
    try:
        a, b = (float(figure) for figure in figures.split(","))
    except ValueError:
        a = b = 0.0
    if family != "beta" or not (0 < a < _LARGEST and 0 < b < _LARGEST):
        arguments.wrong_use("--prior must be written like beta:1,1, with two numbers above 0")
    return a, b


def _question(arguments: argparse.Namespace) -> Question:
    from experiments.tables.question import Question

    return Question(
        table=arguments.table,
        kind=arguments.kind,
        outcome=arguments.outcome
        or arguments.numerator
        or arguments.event
        or arguments.effect
        or arguments.kind,
        covariates=tuple(dict.fromkeys(arguments.covariate)),
        changes=tuple(dict.fromkeys(arguments.change)),
        levels=tuple(arguments.levels.split(",")) if arguments.levels else (),
        subgroups=tuple(dict.fromkeys(arguments.subgroup)),
        prior=_prior(arguments),
        prior_sd=arguments.prior_sd or 0.0,
        scale=arguments.scale or "",
        better=arguments.better or "lower",
        options={
            name: value for name in ("q", "tau", "delta") if (value := getattr(arguments, name)) is not None
        },
        **{name: getattr(arguments, name) for name in _PLAIN},
    )


_LARGEST = 1e100
_IMPLIED = {"series": "series", "panel": "series", "sites": "mean"}  # kinds that a layout goes without saying
_PLAIN = (
    *("arm", "control", "treatment", "layout", "unit", "cluster", "period", "sequence", "strata", "season"),
    *("exposure", "offset", "numerator", "denominator", "time", "event", "start", "lags", "effect", "se"),
    *("margin", "estimator", "estimand", "adjust", "level", "counts"),
)


def _list(*, as_json: bool) -> int:
    from analysis.estimator import estimators
    from analysis.refused import refused
    from dashboard.document import estimator_document, refused_document

    documents = [estimator_document(estimator) for estimator in estimators().values()]
    unoffered = [refused_document(method) for method in refused().values()]
    if as_json:
        print_json({"estimators": documents, "refused": unoffered})
        return 0
    for document in documents:
        print(f"{document['name']:24} {', '.join(document['kinds'])} ({', '.join(document['layouts'])})")
        print(f"{'':24} {document['card']['Summary']}")
    print("\nRefused, because they go wrong:")
    for document in unoffered:
        print(f"{document['name']:24} {document['label']}")
        print(f"{'':24} {document['reason']} {document['remedy']}")
    return 0


COMMAND = Command("estimate", "the same statistics on a table that you already have", add_arguments, run, 65)
