"""Small studies with a known truth, drawn for any outcome kind in any layout that estimators claim."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from analysis.estimator import Declaration, Estimator, Settings, choose, estimators
from analysis.evidence import Evidence
from analysis.finding import Contrast, Estimate
from analysis.gathering import gather
from analysis.layout import CLUSTERED, LAYOUTS, PANEL, PARALLEL, REPEATED, SERIES, SITES
from analysis.outcome import Kind, Outcome, kinds
from analysis.table import UnitTable
from analysis.world import Scene, worlds

CONTRAST = Contrast("b", "a")
EVERYBODY = Contrast("all", "all")
SETTINGS = Settings()
OPTIONS = {"q": 0.5, "tau": 30.0}  # what some kinds take
POOLED = ("mean", "count")  # all that pooling knows of a kind is whether its scale is a ratio
WAVES = ("wave-1", "wave-2", "wave-3")


@dataclass(frozen=True)
class World:
    """One study: `declaration` says its shape. `table()` draws it with an effect on the primary scale."""

    declaration: Declaration
    units: int = 240
    clusters: int = 12
    truth: dict[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return kinds()[self.declaration.kind]

    @property
    def outcome(self) -> Outcome:
        options = {name: OPTIONS[name] for name in self.kind.takes if name in OPTIONS}
        waves = WAVES if self.declaration.layout == REPEATED.name else ()
        return Outcome("y", "Y", self.declaration.kind, options=options, waves=waves)

    @property
    def covariates(self) -> tuple[str, ...]:
        return ("x",) if self.declaration.covariates else ()

    @property
    def null(self) -> float:
        return self.kind.primary_scale.null

    @property
    def effect(self) -> float:
        """A middling effect: three tenths off a ratio, a fifth of the control arm's figure as a difference."""
        if self.kind.primary_scale.is_ratio:
            return 0.7
        return 0.6 if self.null == 0.5 else self.null + self.scene.base / 5

    @property
    def scene(self) -> Scene:
        units, periods = self.units, 6
        if self.declaration.layout == SERIES.name:
            units, periods = 1, self.units  # a row is a period
        elif self.declaration.layout == PANEL.name:
            units = self.declaration.units or (4 if self.declaration.one_adopter else 12)
            periods = self.units // units
        return Scene(self.declaration, self.outcome, units, self.clusters, periods, truth=self.truth)

    def table(self, rng: np.random.Generator, *, effect: float) -> UnitTable:
        """Drawn by the layout's world, which tests and the calibration share."""
        return worlds()[self.declaration.layout].draw(rng, self.scene, effect)

    @property
    def contrast(self) -> Contrast:
        return CONTRAST if self.declaration.compared else EVERYBODY

    def evidence(self, table: UnitTable, *, contrast: Contrast | None = None) -> Evidence:
        return gather(table, self.outcome, contrast or self.contrast, covariates=self.covariates)

    def run(self, estimator: Estimator, table: UnitTable, *, contrast: Contrast | None = None) -> Estimate:
        return estimator.fit(self.evidence(table, contrast=contrast), SETTINGS)


def declarations() -> list[Declaration]:
    """Every declaration that some estimator claims."""
    wanted = [
        Declaration(layout, kind, covariates, strata, estimand)
        for layout in LAYOUTS
        for kind in kinds()
        for covariates in (False, True)
        for strata in (False, True)
        for estimand in ("individual-average", "cluster-average")
    ]
    wanted += [replace(d, rows=False, grouped=grouped) for d in wanted for grouped in (True, False)]
    wanted += [replace(declaration, arms=1) for declaration in wanted if declaration.layout == REPEATED.name]
    wanted += [replace(d, matched=True) for d in wanted if d.layout == CLUSTERED.name and d.strata]
    panels = [declaration for declaration in wanted if declaration.layout == PANEL.name]
    wanted += [replace(d, units=u, treated_units=t) for d in panels for u, t in ((4, 1), (12, 9), (48, 36))]
    wanted += [
        replace(d, arm_units=units) for d in wanted if d.layout == PARALLEL.name for units in (20, 200)
    ]
    wanted += [replace(d, arms=3, together=True) for d in wanted if d.layout == PARALLEL.name]
    return [d for d in wanted if any(e.claims(d) for e in estimators().values())]


def claims() -> list[tuple[Estimator, Declaration]]:
    """Each estimator with one declaration of each layout and kind that it claims, as plain as its needs allow."""
    return [
        (estimator, _plainest(estimator, layout, kind))
        for estimator in estimators().values()
        for layout in sorted(estimator.layouts)
        for kind in sorted(estimator.kinds)
    ]


def _plainest(estimator: Estimator, layout: str, kind: str) -> Declaration:
    declared = estimator.needs & {"covariates", "strata", "matched", "dated"}
    arms = 3 if "several_arms" in estimator.needs else 1 if "one_arm" in estimator.needs else 2
    treated_units = 1 if "one_adopter" in estimator.needs else 0
    return Declaration(layout, kind, arms=arms, treated_units=treated_units, **dict.fromkeys(declared, True))


def defaults() -> list[tuple[Estimator, Declaration]]:
    """Each default estimator with each layout and kind that it is the default for, with and without covariates."""
    return [
        (choose(d), d)
        for d in declarations()
        if d.rows
        and not d.arm_units
        and d.strata == d.matched
        and (d.estimand == "individual-average" or _chosen_by_estimand(d))
        if d.layout != SITES.name or (d.kind in POOLED and not d.covariates)
    ]


def _chosen_by_estimand(declaration: Declaration) -> bool:
    """Whether the average over units has another default than the average over clusters."""
    if declaration.layout != CLUSTERED.name:
        return False
    return choose(declaration) is not choose(replace(declaration, estimand="individual-average"))


def name_of(value: object) -> str:
    """What a parametrised test is called."""
    if isinstance(value, Estimator):
        return value.name
    if isinstance(value, Declaration):
        said = [word for word in ("matched", "covariates") if getattr(value, word)]
        said += [] if value.rows else ["sums" if value.grouped else "summaries"]
        words = [value.layout, value.kind, *said]
        return "-".join([*words, *(["cluster-average"] if value.estimand == "cluster-average" else [])])
    return str(value)
