"""Small studies with a known truth, drawn for any outcome kind in any layout that estimators claim."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from analysis.estimator import Declaration, Estimator, Settings, choose, estimators
from analysis.evidence import Evidence
from analysis.finding import Contrast, Estimate
from analysis.gathering import gather
from analysis.layout import CLUSTERED, LAYOUTS, REPEATED
from analysis.outcome import Kind, Outcome, kinds
from analysis.table import UnitTable
from analysis.world import Scene, worlds

CONTRAST = Contrast("b", "a")
SETTINGS = Settings()
OPTIONS = {"q": 0.5, "tau": 30.0}  # what some kinds take
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
        return Scene(self.declaration, self.outcome, self.units, self.clusters, truth=self.truth)

    def table(self, rng: np.random.Generator, *, effect: float) -> UnitTable:
        """Drawn by the layout's world, which tests and the calibration share."""
        return worlds()[self.declaration.layout].draw(rng, self.scene, effect)

    def evidence(self, table: UnitTable, *, contrast: Contrast = CONTRAST) -> Evidence:
        return gather(table, self.outcome, contrast, covariates=self.covariates)

    def run(self, estimator: Estimator, table: UnitTable, *, contrast: Contrast = CONTRAST) -> Estimate:
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
    wanted += [replace(declaration, rows=False) for declaration in wanted]
    return [d for d in wanted if any(e.claims(d) for e in estimators().values())]


def claims() -> list[tuple[Estimator, Declaration]]:
    """Each estimator with one declaration of each layout and kind that it claims, as plain as its needs allow."""
    return [
        (estimator, Declaration(layout, kind, "covariates" in estimator.needs, "strata" in estimator.needs))
        for estimator in estimators().values()
        for layout in sorted(estimator.layouts)
        for kind in sorted(estimator.kinds)
    ]


def defaults() -> list[tuple[Estimator, Declaration]]:
    """Each default estimator with each layout and kind that it is the default for, with and without covariates."""
    return [
        (choose(d), d)
        for d in declarations()
        if d.rows and not d.strata and (d.layout == CLUSTERED.name or d.estimand == "individual-average")
    ]


def name_of(value: object) -> str:
    """What a parametrised test is called."""
    if isinstance(value, Estimator):
        return value.name
    if isinstance(value, Declaration):
        words = [value.layout, value.kind, *(["covariates"] if value.covariates else [])]
        return "-".join([*words, *(["cluster-average"] if value.estimand == "cluster-average" else [])])
    return str(value)
