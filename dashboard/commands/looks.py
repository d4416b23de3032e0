"""`watchkeeper looks`: the boundaries of planned looks, or what any looks that were taken allow to be said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli import Command, print_json

if TYPE_CHECKING:
    import argparse

    from analysis.looks.boundaries import Boundaries

SPENDING = ("obrien-fleming", "pocock", "power-family", "hwang-shih-decani")
CLASSIC = ("obrien-fleming", "pocock")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument(
        "table", metavar="TABLE", nargs="?", type=Path, help="looks that were taken, one row each, in order"
    )
    parser.add_argument(
        "--fractions", metavar="A,B,…", help="shares of the information at each look, such as 0.5,1"
    )
    parser.add_argument("--spending", choices=SPENDING, default=SPENDING[0], help="how alpha is spent")
    parser.add_argument("--classic", choices=CLASSIC, help="the boundaries of 1977 and 1979 instead")
    parser.add_argument(
        "--parameter", type=float, metavar="P", help="rho of the power family, gamma of Hwang and others"
    )
    parser.add_argument("--alpha", type=float, default=0.05, help="error rate of all looks (default: 0.05)")
    parser.add_argument("--sides", type=int, choices=(1, 2), default=2, help="1 or 2 (default)")
    parser.add_argument("--power", type=float, default=0.8, help="for the inflation of the units (0.8)")
    for name in ("n", "estimate", "variance"):
        parser.add_argument(
            f"--{name}", metavar="COLUMN", default=name, help=f"TABLE's column (default: {name})"
        )
    parser.add_argument(
        "--mixing", type=float, metavar="V", help="variance of the effects that the mixture test looks for"
    )
    parser.add_argument("--best-at", type=float, metavar="N", help="units at which the sequence is narrowest")


def _run(arguments: argparse.Namespace) -> int:
    if not (0 < arguments.alpha < 0.5 and 0 < arguments.power < 1):
        arguments.wrong_use("--alpha must lie between 0 and 0.5, --power between 0 and 1")
    if (arguments.table is None) == (arguments.fractions is None):
        arguments.wrong_use("either TABLE or --fractions is needed")
    document = _planned(arguments) if arguments.table is None else _taken(arguments)
    if arguments.json:
        print_json(document)
        return 0
    for look in document["looks"]:
        print("  ".join(f"{name} {value:.5g}" for name, value in look.items()))
    if "inflation" in document:
        print(f"units, over those of a single look: {document['inflation']:.4f}")
    return 0


def _planned(arguments: argparse.Namespace) -> dict[str, Any]:
    """The boundaries, and beside them that for harm."""
    from analysis.looks.boundaries import classic_boundaries, inflation, spending_boundaries

    shares, alpha, sides = _shares(arguments), arguments.alpha, arguments.sides
    if arguments.classic:
        found = classic_boundaries(shares, shape=arguments.classic, alpha=alpha, sides=sides)
    else:
        if arguments.spending == "power-family" and (arguments.parameter or 1.0) <= 0:
            arguments.wrong_use("--parameter of the power family must be above 0")
        found = spending_boundaries(
            shares, spending=arguments.spending, alpha=alpha, sides=sides, parameter=arguments.parameter
        )
    harm = spending_boundaries(shares, spending="pocock", alpha=alpha, sides=1)
    document = {
        "schema": "watchkeeper/looks@1",
        "spending": arguments.classic or arguments.spending,
        "classic": arguments.classic is not None,
        "alpha": alpha,
        "sides": sides,
        "looks": [_look(found, harm, place) for place in range(len(shares))],
    }
    if shares[-1] == 1.0:
        document["inflation"] = inflation(found, power=arguments.power, alpha=alpha)
    return document


def _look(found: Boundaries, harm: Boundaries, place: int) -> dict[str, float]:
    look = {
        "look": place + 1,
        "information": found.fractions[place],
        "z": found.z[place],
        "p_value": found.nominal[place],
        "alpha_spent": found.spent[place],
        "harm_z": harm.z[place],
        "harm_p_value": harm.nominal[place],
    }
    return {name: value for name, value in look.items() if value != float("inf")}


def _shares(arguments: argparse.Namespace) -> list[float]:
    try:
        return [float(share) for share in arguments.fractions.split(",")]
    except ValueError:
        arguments.wrong_use("--fractions must be numbers with commas between them, such as 0.5,1")
        raise


def _taken(arguments: argparse.Namespace) -> dict[str, Any]:
    """What each look of a table allows to be said."""
    from experiments.tables.look_table import Taken, looks_taken

    if not (arguments.mixing and arguments.best_at and min(arguments.mixing, arguments.best_at) > 0):
        arguments.wrong_use("TABLE needs --mixing and --best-at, both above 0")
    found = looks_taken(
        Taken(arguments.table, arguments.n, arguments.estimate, arguments.variance),
        mixing=arguments.mixing,
        best_at=arguments.best_at,
        alpha=arguments.alpha,
    )
    return {
        "schema": "watchkeeper/looks@1",
        "alpha": arguments.alpha,
        "looks": [
            {
                "n": n,
                "estimate": estimate,
                "p_value": look.p_value,
                "half_width": look.half_width,
                "sequence_half_width": look.sequence_half_width,
                "sequence_low": estimate - look.sequence_half_width,
                "sequence_high": estimate + look.sequence_half_width,
            }
            for n, estimate, look in found
        ],
    }


COMMAND = Command(
    "looks", "boundaries of planned looks, or what any looks allow to be said", _add_arguments, _run, 75
)
