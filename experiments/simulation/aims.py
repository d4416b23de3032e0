"""What a simulated trial aims at: settings with their defaults, and the exact truth of each outcome and arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.faults import Fault, did_you_mean
from experiments.generator import Aim, generators

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from experiments.study import DeclaredOutcome, Study

SETTINGS = {
    "clusters": 12.0,  # how many, in designs that assign clusters
    "icc": 0.05,  # intracluster correlation of every outcome, on the scale of the latent normal trait
    "correlation": 0.3,  # between any two latent traits of one unit: outcomes and baseline covariates
    "exposed": 0.95,  # share of assigned units that reach the declared exposure
    "dropout": 0.0,  # share of units that answer no questionnaire after the start, completely at random
    "outside": 0.25,  # events of each kind outside the windows, mean number a unit
}
SHARES = ("icc", "correlation", "exposed", "dropout")


def settings(study: Study) -> dict[str, float]:
    """The settings of `simulation:` in the study file over the defaults; raises Fault for one nobody reads."""
    chosen = _over(SETTINGS, study.simulation, where="simulation")
    for name in SHARES:
        if not 0 <= chosen[name] <= 1:
            raise Fault(f"simulation.{name} is {chosen[name]:g}.", expected="a share from 0 to 1")
    return chosen


def aims(study: Study, effects: Mapping[str, float]) -> tuple[Aim, ...]:
    """The truth of every outcome by arm. `effects` are keyed by outcome, or by `outcome:arm` for one arm.

    Raises Fault for an outcome, arm or setting that does not exist and for an effect that no data can have.
    """
    _known(study, effects)
    return tuple(_aim(study, outcome, effects) for outcome in study.outcomes)


def _aim(study: Study, outcome: DeclaredOutcome, effects: Mapping[str, float]) -> Aim:
    if outcome.kind not in generators():
        raise Fault(
            f"{outcome.id} is a {outcome.kind} outcome, which cannot be simulated yet.",
            expected=f"one of {', '.join(generators())}",
        )
    generator = generators()[outcome.kind]
    chosen = _over(generator.settings(outcome), outcome.simulate, where=f"{outcome.id}.simulate")
    shared = effects.get(outcome.id)
    targets = [
        generator.target(
            outcome, chosen, None if arm.control else effects.get(f"{outcome.id}:{arm.name}", shared)
        )
        for arm in study.design.arms
    ]
    return Aim(outcome, generator, chosen, np.array(targets))


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
