"""What a simulated trial aims at: settings with their defaults, and the exact truth of each outcome and arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import kinds
from experiments.faults import Fault, did_you_mean
from experiments.generator import Aim, generators

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from experiments.simulation.slots import Cell, Course
    from experiments.study import DeclaredOutcome, Study

SETTINGS = {
    "clusters": 12.0,  # how many, in designs that assign clusters
    "icc": 0.05,  # intracluster correlation of every outcome, on the scale of the latent normal trait
    "correlation": 0.3,  # between any two latent traits of one unit: outcomes and baseline covariates
    "exposed": 0.95,  # share of assigned units that reach the declared exposure
    "dropout": 0.0,  # share of units that answer no questionnaire after the start, completely at random
    "outside": 0.25,  # events of each kind outside the windows, mean number a unit
    "periods": 2.0,  # how many, in a crossover
    "missing": 0.0,  # share of units' periods that do not take place, completely at random
    "stability": 0.6,  # correlation of a unit's own latent trait between two of its periods
    "cac": 0.8,  # cluster autocorrelation: of what a cluster adds to it, between two periods
}
SHARES = ("icc", "correlation", "exposed", "dropout", "missing", "stability", "cac")
OVER_PERIODS = {
    "trend": 0.0,  # what each period adds to the outcome's mean or rate, in every arm
    "growth": 0.0,  # what each period under the treatment adds to the effect, as a share of its mean
}


def settings(study: Study) -> dict[str, float]:
    """The settings of `simulation:` in the study file over the defaults; raises Fault for one nobody reads."""
    chosen = _over(SETTINGS, study.simulation, where="simulation")
    for name in SHARES:
        if not 0 <= chosen[name] <= 1:
            raise Fault(f"simulation.{name} is {chosen[name]:g}.", expected="a share from 0 to 1")
    return chosen


def aims(study: Study, effects: Mapping[str, float], planned: Course | None = None) -> tuple[Aim, ...]:
    """The truth of every outcome by arm, or by the cells of a course of periods where one is `planned`.

    `effects` are keyed by outcome, or by `outcome:arm` for one arm; where an effect grows, they are its mean over
    the periods under the treatment. Raises Fault for an outcome, arm or setting that does not exist and for an
    effect that no data can have.
    """
    _known(study, effects)
    return tuple(_aim(study, outcome, effects, planned) for outcome in study.outcomes)


def _aim(study: Study, outcome: DeclaredOutcome, effects: Mapping[str, float], planned: Course | None) -> Aim:
    if outcome.kind not in generators():
        raise Fault(
            f"{outcome.id} is a {outcome.kind} outcome, which cannot be simulated yet.",
            expected=f"one of {', '.join(generators())}",
        )
    generator = generators()[outcome.kind]
    defaults = generator.settings(outcome) | (OVER_PERIODS if planned else {})
    chosen = _over(defaults, outcome.simulate, where=f"{outcome.id}.simulate")
    shared = effects.get(outcome.id)
    by_arm = [
        None if arm.control else effects.get(f"{outcome.id}:{arm.name}", shared) for arm in study.design.arms
    ]
    if planned is None:
        targets = [generator.target(outcome, chosen, effect) for effect in by_arm]
    else:
        targets = [
            generator.target(
                outcome, _later(chosen, cell), _grown(by_arm[cell.arm], chosen, cell, planned, outcome.kind)
            )
            for cell in planned.cells
        ]
    return Aim(outcome, generator, chosen, np.array(targets))


def _later(settings: Mapping[str, float], cell: Cell) -> dict[str, float]:
    """The settings in a later period, where the secular trend has gone on."""
    base = "rate" if "rate" in settings else "mean"
    if base not in settings:
        return dict(settings)
    return {**settings, base: settings[base] + settings["trend"] * cell.period}


def _grown(
    effect: float | None, settings: Mapping[str, float], cell: Cell, planned: Course, kind: str
) -> float | None:
    """The effect after so many periods under the treatment; its mean over all of them is `effect`."""
    if effect is None or not cell.since:
        return effect
    share = 1 + settings["growth"] * (cell.since - (planned.longest + 1) / 2)
    return float(effect**share) if kinds()[kind].primary_scale.is_ratio else effect * share


def _over(defaults: Mapping[str, float], declared: Mapping[str, float], *, where: str) -> dict[str, float]:
    for name in declared:
        _one_of(name, defaults, what=f"{where} has a setting {name!r} that nothing reads")
    return {**defaults, **declared}


def _known(study: Study, effects: Mapping[str, float]) -> None:
    outcomes = [outcome.id for outcome in study.outcomes]
    arms = [arm.name for arm in study.design.arms if not arm.control]
    for key in effects:
        outcome, colon, arm = key.partition(":")
        _one_of(outcome, outcomes, what=f"The study has no outcome {outcome!r}")
        if colon:
            _one_of(arm, arms, what=f"The study has no treatment arm {arm!r}")


def _one_of(name: str, known: Iterable[str], *, what: str) -> None:
    names = tuple(known)
    if name not in names:
        raise Fault(f"{what}.", expected=f"one of {', '.join(names)}", do=did_you_mean(name, names))
