"""From the fields of the planning page, as the address holds them, to a question about power."""

from __future__ import annotations

from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dashboard.language import say
from dashboard.words.plans import FIELDS
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.planning.question import Question

SIMULATED = ("repeated", "interrupted-series", "controlled-series")
COUNTS = ("periods",)
USUAL: Mapping[str, float] = MappingProxyType({})  # no other values than the usual ones
DRAWN = 100  # studies, where there is no formula: enough for a first impression
FEWEST_AIMED, MOST_AIMED = 0.05, 0.9999


KINDS: dict[str, tuple[str, ...]] = {
    "individual": ("proportion", "mean", "count"),
    "non-inferiority": ("proportion", "mean"),
    "cluster": ("proportion", "mean", "count"),
    "crossover": ("mean",),
    "stepped-wedge": ("proportion", "mean"),
    "repeated": ("score",),
    "interrupted-series": ("series",),
    "controlled-series": ("series",),
}
_TRUTH: dict[str, dict[str, float | None]] = {
    "proportion": {"base": 0.12, "effect": -0.03},
    "mean": {"sd": 6.0, "effect": -2.0},
    "count": {"base": 1.5, "effect": 0.8},
    "score": {"base": 27.0, "sd": 6.0, "effect": -2.0},
    "series": {"base": 1000.0, "sd": 80.0, "effect": -100.0, "rho": 0.4},
}
_SHAPE: dict[str, dict[str, float | None]] = {
    "individual": {},
    "non-inferiority": {},
    "cluster": {"icc": 0.02, "cluster_size": 30.0},
    "crossover": {"icc": 0.5},
    "stepped-wedge": {"icc": 0.05, "cac": 1.0, "cluster_size": 15.0, "periods": 5.0},
    "repeated": {"icc": 0.5, "periods": 3.0, "size": 80.0},
    "interrupted-series": {"size": 60.0},
    "controlled-series": {"periods": 40.0, "size": 12.0},
}


def fields(design: str, kind: str, start: Mapping[str, float] = USUAL) -> dict[str, float | None]:
    """The fields of a design and kind, each with the value that an empty one stands for (None: left open).

    `start` has other values than the usual ones, such as those that a pilot found.

    >>> list(fields("cluster", "mean"))
    ['sd', 'effect', 'icc', 'cluster_size', 'size', 'power', 'level']
    >>> fields("individual", "proportion", {"base": 0.37, "icc": 0.1})["base"]
    0.37
    """
    truth = dict(_TRUTH[kind])
    if design == "non-inferiority":
        truth["margin"] = 0.05 if kind == "proportion" else 2.0
        del truth["effect"]
    shape = {"size": None, **_SHAPE[design]}
    size = shape.pop("size")
    found = {**truth, **shape, "size": size, "power": 0.8, "level": 0.95}
    return {name: start.get(name, value) for name, value in found.items()}


def number_of(text: str, name: str) -> float:
    """The number that somebody wrote, with a decimal point or comma, or as per cent. Raises Fault for none.

    >>> number_of("0,12", "base"), number_of("12 %", "base"), number_of("-2", "effect")
    (0.12, 0.12, -2.0)
    """
    plain = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-").replace(",", ".").strip()
    part = 0.01 if plain.endswith("%") else 1.0
    try:
        value = float(plain.removesuffix("%").strip()) * part
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Fault(say("‘{field}’ is not a number, such as 0.12 or 12 %.", field=FIELDS[name]))
    return round(value, 12)


def question_from(
    design: str, kind: str, given: Mapping[str, str], start: Mapping[str, float] = USUAL
) -> Question:
    """The question that the fields ask. Raises Fault where one is no number."""
    from analysis.outcome import kinds
    from analysis.planning.question import Question

    known: dict[str, Any] = dict(fields(design, kind, start))
    known |= {name: number_of(text, name) for name, text in given.items() if name in known}
    if known["size"] is not None:
        known["size"] = float(round(known["size"]))
    known |= {name: round(known[name]) for name in COUNTS if known.get(name) is not None}
    target = known.pop("power")
    null = kinds()[kind].primary_scale.null
    effect = known.get("effect")
    known["better"] = "higher" if effect is not None and effect > null else "lower"
    if known["size"] is None:
        known["power"] = target
    if design in SIMULATED:
        known["replicates"] = DRAWN
    return Question(design, kind, **{name: value for name, value in known.items() if value is not None})


def target_of(design: str, kind: str, given: Mapping[str, str]) -> float:
    """The chance that is aimed at. Raises Fault where it is no number, or none that can be aimed at."""
    text = given.get("power")
    target = fields(design, kind)["power"] if text is None else number_of(text, "power")
    if target is None or not FEWEST_AIMED <= target <= MOST_AIMED:
        raise Fault(say("‘{field}’ must lie between 5 % and 99.99 %.", field=FIELDS["power"]))
    return target
