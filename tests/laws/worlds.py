"""Small worlds with a known truth, drawn for any outcome kind in any layout that estimators claim."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.estimator import Declaration, Estimator, Settings, choose, estimators
from analysis.evidence import Evidence, gather
from analysis.finding import Contrast, Estimate
from analysis.layout import CLUSTERED, LAYOUTS
from analysis.outcome import Kind, Outcome, kinds
from analysis.table import UnitTable

CONTRAST = Contrast("b", "a")
SETTINGS = Settings()


@dataclass(frozen=True)
class World:
    """One study: `declaration` says its shape. `table()` draws it with an effect on the primary scale."""

    declaration: Declaration
    units: int = 240
    clusters: int = 12

    @property
    def kind(self) -> Kind:
        return kinds()[self.declaration.kind]

    @property
    def outcome(self) -> Outcome:
        return Outcome("y", "Y", self.declaration.kind)

    @property
    def covariates(self) -> tuple[str, ...]:
        return ("x",) if self.declaration.covariates else ()

    @property
    def null(self) -> float:
        return self.kind.primary_scale.null

    @property
    def effect(self) -> float:
        """A middling effect: three tenths off a ratio, a fifth of the control arm's figure as a difference."""
        return 0.7 if self.kind.primary_scale.is_ratio else self.null + self._base / 5

    def table(self, rng: np.random.Generator, *, effect: float) -> UnitTable:
        """Half the units, or clusters, under each arm; the covariate foretells the outcome, clusters differ."""
        n = self.units
        cluster = rng.permutation(np.arange(n) % self.clusters)
        assigned = cluster if self.declaration.layout == CLUSTERED.name else rng.permutation(n)
        treated, x = assigned % 2 == 1, rng.uniform(-1, 1, n)
        base = self._base * (1 + (0.2 * x if self.covariates else 0))
        if self.declaration.layout == CLUSTERED.name:
            base = base * (1 + 0.15 * rng.uniform(-1.7, 1.7, self.clusters)[cluster])
        columns = {"arm": np.where(treated, "b", "a"), "x": x, "cluster": [f"team {c}" for c in cluster]}
        columns |= {"stratum": (x > 0).astype(str)} if self.declaration.strata else {}
        drawn = [self.kind.draw(rng, n, size, base=base + np.zeros(n)) for size in (self.null, effect)]
        parts = {
            self.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
        }
        return UnitTable(pd.DataFrame({**columns, **parts}), LAYOUTS[self.declaration.layout])

    def evidence(self, table: UnitTable, *, contrast: Contrast = CONTRAST) -> Evidence:
        return gather(table, self.outcome, contrast, covariates=self.covariates)

    def run(self, estimator: Estimator, table: UnitTable, *, contrast: Contrast = CONTRAST) -> Estimate:
        return estimator.fit(self.evidence(table, contrast=contrast), SETTINGS)

    @property
    def _base(self) -> float:
        base: float = inspect.signature(self.kind.draw).parameters["base"].default
        return base


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
