"""A pilot as the start of a plan: its design, its main outcome, and what is released of its control arm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER, PANEL, REPEATED, SERIES, STEPPED
from analysis.release.shown import significant
from analysis.verdict import bounds
from dashboard.asking import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Outcome

DESIGNS: Mapping[str, str] = {  # of a plan, by the layout of a study; any other is "individual"
    CLUSTERED.name: "cluster",
    CROSSOVER.name: "crossover",
    STEPPED.name: "stepped-wedge",
    REPEATED.name: "repeated",
    SERIES.name: "interrupted-series",
    PANEL.name: "controlled-series",
}
ROLES = ("primary", "secondary")
FIGURES = 3  # significant ones of what a field starts with
SHARE_OF_BASE, SHARE_OF_SD, RATIO = 0.25, 1 / 3, 0.8  # effects where the plan sets no margin
WITHOUT_SPREAD = ("proportion", "count")  # whose spread follows from the base
ANYWHERE = ("base", "sd", "effect", "margin", "level")  # what stays true under another design


@dataclass(frozen=True, slots=True)
class Start:
    """What a plan starts from: the pilot's id, its design and kind, the outcome's name, and values by field.

    `size` is how large the pilot was, in what the design's size counts; None where that is masked.
    """

    study: str
    data_are: str
    design: str
    kind: str
    outcome: str
    values: Mapping[str, float] = field(default_factory=dict)
    size: float | None = None

    @property
    def found(self) -> bool:
        """Whether anything that was found is among the values, and not the design alone."""
        return bool({"base", "sd"} & set(self.values))

    def values_for(self, design: str, kind: str) -> dict[str, float]:
        """The values that hold for a plan of a design and kind: none where something else is measured."""
        if kind != self.kind:
            return {}
        return {name: v for name, v in self.values.items() if name in ANYWHERE or design == self.design}

    def size_for(self, design: str, kind: str) -> float | None:
        """How large the pilot was, for a plan like it."""
        return self.size if (design, kind) == (self.design, self.kind) else None


def start_of(release: Release) -> Start | None:
    """The start that a release gives; None where no outcome of it is of a kind that plans are made for.

    Only what is shown of the control arm is taken: a masked figure leaves its field at the usual value.
    """
    design = DESIGNS.get(release.plan.layout, "individual")
    found = _planned(release, design)
    if found is None:
        return None
    finding, kind = found
    values = {"level": 1 - release.plan.alpha, **_values(finding, kind), **_shape(release, finding)}
    return Start(
        study=release.study.id,
        data_are=release.study.data_are,
        design=design,
        kind=kind,
        outcome=finding.finding.outcome.label,
        values={name: significant(value, FIGURES) for name, value in values.items()},
        size=_size(release, finding, design),
    )


def _planned(release: Release, design: str) -> tuple[ReleasedFinding, str] | None:
    """The first finding that a plan of the design can be made for, the main question first, and its kind."""
    for role in ROLES:
        for found in release.default_findings():
            outcome = found.finding.outcome
            kind = "mean" if outcome.kind == "score" and "score" not in KINDS[design] else outcome.kind
            if outcome.role == role and kind in KINDS[design]:
                return found, kind
    return None


def _control(finding: ReleasedFinding) -> dict[str, float]:
    control = finding.finding.contrast.control
    return next((arm.figures for arm in finding.arms if arm.arm == control), {})


def _values(finding: ReleasedFinding, kind: str) -> dict[str, float]:
    """Base, spread, effect and margin, as far as they are known; none where the spread is asked for and is not."""
    figures, outcome = _control(finding), finding.finding.outcome
    base, sd = figures.get("value", figures.get("mean")), figures.get("sd")
    if sd is None and kind not in WITHOUT_SPREAD:
        return {}
    values = {"base": base, "sd": sd, "effect": _effect(outcome, kind, base, sd), "margin": outcome.margin}
    return {name: value for name, value in values.items() if value}


def _effect(outcome: Outcome, kind: str, base: float | None, sd: float | None) -> float | None:
    """The margin where the plan sets one, else a part of what was found without; towards better."""
    better = bounds(outcome).better
    if kind == "count":
        ratio = RATIO if better is None else better
        return 1 / ratio if better is None and outcome.better == "higher" else ratio
    whole = SHARE_OF_SD * sd if sd else SHARE_OF_BASE * base if base else None
    if kind == "proportion" and base:
        whole = SHARE_OF_BASE * min(base, 1 - base)
    distance = outcome.margin or whole
    if distance is None:
        return None
    return distance if outcome.better == "higher" else -distance


def _shape(release: Release, finding: ReleasedFinding) -> dict[str, float]:
    """What clusters are like, where they were assigned."""
    estimate, found = finding.finding.estimate, dict[str, float]()
    if estimate.icc is not None:
        found["icc"] = max(estimate.icc, 0.0)
    counts = [arm.n.value for arm in finding.arms]
    people, clusters = [n for n in counts if n is not None], sum(estimate.clusters.values())
    if release.plan.layout == CLUSTERED.name and clusters and len(people) == len(counts):
        found["cluster_size"] = sum(people) / clusters
    return found


def _size(release: Release, finding: ReleasedFinding, design: str) -> float | None:
    """How large the pilot was, in what the size of the design counts."""
    clusters = finding.finding.estimate.clusters
    counts = {arm.arm: arm.n.value for arm in finding.arms}
    if design == "cluster":
        return float(clusters["control"]) if clusters else None
    if design == "controlled-series":
        return float(release.plan.units) or None
    if design == "stepped-wedge":
        return float(sum(clusters.values())) or None
    if design == "interrupted-series":
        known = [n for n in counts.values() if n is not None]
        return float(sum(known)) if len(known) == len(counts) and known else None
    control = counts.get(finding.finding.contrast.control)
    if control is None:
        return None
    return float(control // 2 if design == "crossover" else control)
