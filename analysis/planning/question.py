"""What is asked of a plan: the design, what is supposed of the outcome, and two of size, effect and power."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal

from analysis.outcome import kinds
from analysis.planning.arms import Arms
from analysis.planning.clustered import Clusters
from analysis.planning.stepped import Cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

Solved = Literal["size", "effect", "power", "margin", "cluster_size"]
DESIGNS = (
    *("individual", "cluster", "crossover", "stepped-wedge", "non-inferiority"),
    *("interrupted-series", "controlled-series", "repeated"),
)
CLOSED = frozenset({"proportion", "mean", "score", "count"})
KINDS: dict[str, frozenset[str]] = {
    "cluster": CLOSED,
    "crossover": frozenset({"mean", "score"}),
    "stepped-wedge": frozenset({"proportion", "mean", "score"}),
    "non-inferiority": frozenset({"proportion", "mean", "score"}),
    "interrupted-series": frozenset({"series"}),
    "controlled-series": frozenset({"series"}),
    "repeated": frozenset({"mean", "score"}),
}
RATIOS = frozenset({"count"})
SPREADS = frozenset(
    {"series", "mean", "score", "quantile", "ratio"}
)  # that are drawn with a spread of their own


@dataclass(frozen=True, slots=True)
class Question:
    """`size`, `effect` and `power`: what is None is solved for (power last, where the others are given).

    `size` counts what the design's `Planned.size_is` says: units in the control arm, clusters in each arm,
    clusters or platforms or periods in all. Without a `cluster_size` a cluster design solves for that. For
    non-inferiority the effect is the supposed true difference (0) and the `margin` takes its place.
    `sd` is also the standard deviation of what is new in each period of a series. `correlation` is that of a
    baseline covariate with the outcome. `options` are what the kind takes (q, tau).
    """

    design: str
    kind: str
    base: float | None = None
    effect: float | None = None
    size: float | None = None
    power: float | None = None
    level: float = 0.95
    sd: float | None = None
    dispersion: float = 0.0
    ratio: float = 1.0
    correlation: float = 0.0
    margin: float | None = None
    better: Literal["lower", "higher"] = "lower"
    icc: float | None = None
    cac: float = 1.0
    cv: float = 0.0
    cluster_size: float | None = None
    periods: int | None = None
    schedule: NDArray[np.float64] | None = None
    platforms: int | None = None
    treated: int | None = None
    rho: float = 0.4
    before: float = 0.5
    dropout: float = 0.0
    options: Mapping[str, float] = field(default_factory=dict)
    replicates: int = 400
    seed: int = 20_260_101

    @property
    def solved(self) -> Solved:
        """What is not given."""
        if self.design == "non-inferiority":
            return "size" if self.size is None else "margin" if self.margin is None else "power"
        if self.design == "cluster" and self.cluster_size is None and self.size is not None:
            return "cluster_size"
        return "size" if self.size is None else "effect" if self.effect is None else "power"

    @property
    def target(self) -> float:
        """The power to reach: 80 % unless said."""
        return 0.8 if self.power is None else self.power

    @property
    def simulated(self) -> bool:
        """Whether there is no formula, so that the planned analysis itself is run on drawn studies."""
        series = self.design in ("interrupted-series", "controlled-series", "repeated")
        return series or (self.design == "individual" and self.kind not in CLOSED)

    @property
    def arms(self) -> Arms:
        """What is supposed of the two arms."""
        return Arms(
            base=self.base or 0.0,
            sd=1.0 if self.sd is None else self.sd,
            dispersion=self.dispersion,
            ratio=self.ratio,
            inflation=1 - self.correlation**2,
            level=self.level,
        )

    @property
    def clusters(self) -> Clusters:
        """What is supposed of whole clusters."""
        return Clusters(self.cluster_size or 1.0, self.icc or 0.0, self.cv)

    @property
    def cells(self) -> Cells:
        """What is supposed of a stepped wedge's clusters and periods."""
        return Cells(self.cluster_size or 1.0, self.icc or 0.0, self.cac)

    def wrong(self) -> str:
        """The first thing wrong with the question, as a sentence; empty where it can be asked."""
        return next(self._wrong(), "")

    def _wrong(self) -> Iterator[str]:
        if self.design not in DESIGNS:
            yield f"The design must be one of: {', '.join(DESIGNS)}."
        if self.kind not in kinds():
            yield f"The kind must be one of: {', '.join(kinds())}."
        if self.kind not in KINDS.get(self.design, {self.kind}):
            yield f"A {self.design} design is planned for one of: {', '.join(sorted(KINDS[self.design]))}."
        yield from self._missing()
        yield from self._outside()
        yield from self._beyond()

    def _missing(self) -> Iterator[str]:
        needed: dict[str, object] = {}
        if self.kind in ("proportion", "count"):
            needed["base"] = self.base
        if self.design in ("cluster", "stepped-wedge", "crossover"):
            needed["icc"] = self.icc
        if self.design == "stepped-wedge":
            needed |= {"the cluster size": self.cluster_size, "periods": self.periods}
        if self.design == "controlled-series":
            needed["periods"] = self.periods
        if self.simulated:
            needed["base"] = self.base
            needed |= {"sd": self.sd} if self.kind in SPREADS else {}
            needed |= {"tau": self.options.get("tau")} if self.kind == "time_to_event" else {}
        for name, value in needed.items():
            if value is None:
                yield f"A value of {name} is needed for this design."
        asked = {"size": self.size, "margin": self.margin, "effect": self.effect}
        other = "margin" if self.design == "non-inferiority" else "effect"
        if self.design == "cluster" and self.size is None and self.cluster_size is None:
            yield "Give the number of clusters in each arm, or the cluster size."
        if asked["size"] is None and asked[other] is None:
            yield f"Give how many take part, or the {other}, or both; what is left out is computed."
        if self.solved == "power" and self.power is not None:
            yield f"Size, {other} and power are all given, so that nothing is left to compute."
        if self.solved == "cluster_size" and self.effect is None:
            yield "Give the cluster size, or the effect, or both."

    def _outside(self) -> Iterator[str]:
        """Figures outside their range."""
        ranges = {
            "power": (self.power, 0.05, 0.9999),
            "level": (self.level, 0.5, 0.9999),
            "sd": (self.sd, 1e-12, 1e12),
            "dispersion": (self.dispersion, 0, 1e6),
            "ratio": (self.ratio, 0.01, 100),
            "correlation": (self.correlation, -0.99, 0.99),
            "margin": (self.margin, 1e-12, 1e12),
            "icc": (self.icc, 0, 0.999),
            "cac": (self.cac, 0, 1),
            "cv": (self.cv, 0, 10),
            "the cluster size": (self.cluster_size, 1, 1e9),
            "periods": (self.periods, 2, 5_000),
            "q": (self.options.get("q"), 0.01, 0.99),
            "tau": (self.options.get("tau"), 1e-9, 1e9),
            "rho": (self.rho, -0.99, 0.99),
            "before": (self.before, 0.05, 0.95),
            "dropout": (self.dropout, 0, 0.95),
            "effect": (self.effect, -1e12, 1e12),
            "replicates": (self.replicates, 50, 100_000),
        }
        for name, (value, low, high) in ranges.items():
            if value is not None and not low <= value <= high:
                yield f"The value of {name} must lie between {low:g} and {high:g}."
        if self.size is not None and not 2 <= self.size <= 1e9:
            yield "The size must be at least 2."
        if self.treated is not None and not 1 <= self.treated < (self.size or 1e9):
            yield "At least one platform has to adopt, and at least one never to."
        if self.schedule is not None and self.schedule.shape != (self.size, self.periods):
            yield "The schedule says how many clusters and periods there are: say it only once."
        if self.design not in ("individual", "non-inferiority") and (self.ratio, self.correlation) != (1, 0):
            yield "A ratio of the arms or a correlation with a baseline is planned only for single units."

    def _beyond(self) -> Iterator[str]:
        """Shares and rates that cannot be."""
        null = kinds()[self.kind].primary_scale.null
        if self.effect == null and self.design != "non-inferiority":
            yield "No study finds an effect that is none: name the smallest effect that matters."
        if self.simulated and self.base == 0 and self.kind == "series":
            yield "The base of a series must not be 0."
        effect = self.effect or (1.0 if self.kind in RATIOS else 0.0)
        if self.kind == "proportion" and self.base is not None:
            if not 0 < self.base < 1:
                yield "The base must be a share between 0 and 1, such as 0.12."
            if not 0 < self.base + effect < 1:
                yield "The base share and the effect together must lie between 0 and 1: an effect is a difference."
        if self.kind in RATIOS:
            if self.base is not None and not 0 < self.base < inf:
                yield "The base must be a rate above 0, such as 1.5 events a unit."
            if self.effect is not None and not self.effect > 0:
                yield "The effect on a count is a rate ratio above 0, such as 0.8 for a fifth less."
