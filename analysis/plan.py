"""The analysis plan: everything that was decided before anybody looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analysis.estimator import Declaration, Estimand, Settings
from analysis.finding import Contrast
from analysis.layout import PARALLEL, REPEATED
from analysis.outcome import Outcome

Adjustment = Literal["holm", "hochberg", "benjamini-hochberg", "dunnett", "fixed-sequence", "none"]

FAMILIES = ("primary", "secondary")  # roles that spend alpha, each adjusted within itself


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
    matched: bool = False  # each stratum is a pair of clusters, one for each arm
    subgroups: tuple[str, ...] = ()  # declared attributes; columns of the unit table
    looks: tuple[float, ...] = ()  # planned shares of the information, the last one 1
    spending: str = ""  # obrien-fleming or pocock
    planned_units: int = 0  # measured at the last look, in all arms; 0 where the plan does not say
    prior: tuple[float, float] = (0.5, 0.5)  # the two parameters of a share's beta prior: Jeffreys'
    prior_sd: float = 0.0  # of the sceptical normal prior; 0: from the margin, else from a moderate effect
    units: int = 0  # platforms of a panel
    treated_units: int = 0  # those that ever adopt
    dated: tuple[str, ...] = ()  # the counts whose events keep their times

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
            layout=self.layout_of(outcome),
            kind=outcome.kind,
            covariates=bool(self.covariates),
            strata=self.stratified,
            estimand=self.estimand,
            matched=self.matched,
            units=self.units,
            treated_units=self.treated_units,
            dated=outcome.name in self.dated,
            together=self.adjust == "dunnett" and outcome.role in FAMILIES,
            arms=len({arm for contrast in self.contrasts for arm in (contrast.treatment, contrast.control)}),
        )

    def layout_of(self, outcome: Outcome) -> str:
        """The shape that `outcome` is analysed in: surveys repeated over waves keep every wave.

        >>> from analysis.outcome import Outcome
        >>> Plan((), (), "parallel").layout_of(Outcome("y", "Y", "score", waves=("week-4", "week-8")))
        'repeated'
        """
        repeated = outcome.waves and self.layout == PARALLEL.name
        return REPEATED.name if repeated else self.layout
