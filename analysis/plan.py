"""The analysis plan: everything that was decided before anybody looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analysis.estimator import Declaration, Estimand, Settings
from analysis.finding import Contrast
from analysis.outcome import Outcome

Adjustment = Literal["holm", "hochberg", "benjamini-hochberg", "none"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Outcomes, contrasts, error rate, adjustment and estimand as declared.

    `randomised` decides whether sentences may use causal words.
    """

    outcomes: tuple[Outcome, ...]
    contrasts: tuple[Contrast, ...]
    layout: str
    alpha: float = 0.05
    adjust: Adjustment = "holm"
    population: Literal["intention-to-treat"] = "intention-to-treat"
    covariates: tuple[str, ...] = ()
    covariate_labels: dict[str, str] = field(
        default_factory=dict
    )  # for pages; a covariate without one keeps its name
    stratified: bool = False
    estimand: Estimand = "individual-average"
    randomised: bool = True
    seed: int = 20_260_101
    shares: dict[str, float] = field(default_factory=dict)  # of the allocation, by arm, as declared

    @property
    def settings(self) -> Settings:
        """What every fit of this plan runs with.

        >>> Plan((), (), "parallel", alpha=0.1).settings.level
        0.9
        """
        return Settings(level=1 - self.alpha, seed=self.seed, shares=self.shares)

    def declaration(self, outcome: Outcome) -> Declaration:
        """What the choice of an estimator for `outcome` depends on."""
        return Declaration(
            layout=self.layout,
            kind=outcome.kind,
            covariates=bool(self.covariates),
            strata=self.stratified,
            estimand=self.estimand,
            arms=len({arm for contrast in self.contrasts for arm in (contrast.treatment, contrast.control)}),
        )
