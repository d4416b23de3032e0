"""Groups: measured units alike in arm, covariates, cluster and stratum, as sums; a row is a group of one unit.

Whatever an estimator takes from groups, it takes from rows and from cells alike, by one and the same code.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.evidence import Rows

    Values = NDArray[np.float64]
    Codes = NDArray[np.intp]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """Arrays of one length m, one entry a group: `n` units, at least one each.

    `parts` are the means of the outcome's parts in each group, less `centres` (0 for parts without one): only
    differences from a centre keep the digits of large values. `within` are sums of products of two parts, each less
    its group's mean, by the pair of names in alphabetical order; a pair that is absent has none. `covariates` is
    m x p, complete and not centred; `cluster` and `stratum` are codes from 0 upwards. `levels` (m x levels) counts
    each group's units by level, where an outcome has levels and a group more than one unit.
    """

    treated: Flags
    n: Values
    parts: Mapping[str, Values]
    covariates: Values
    covariate_names: tuple[str, ...] = ()
    cluster: Codes | None = None
    stratum: Codes | None = None
    within: Mapping[tuple[str, str], Values] = field(default_factory=dict)
    centres: Mapping[str, float] = field(default_factory=dict)
    levels: Values | None = None

    @property
    def y(self) -> Values:
        """The mean of each group, for kinds that have just one value; less its centre."""
        return self.parts["value"]

    @property
    def centre(self) -> float:
        """What to add to `y`."""
        return self.centres.get("value", 0.0)

    @property
    def squares(self) -> Values:
        """Squared deviations of the value inside each group (m)."""
        return self.inside("value", "value")

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.n.sum())

    def inside(self, first: str, second: str) -> Values:
        """The products of two parts' deviations inside each group (m), names in alphabetical order."""
        held = self.within.get((first, second))
        return np.zeros(self.n.size) if held is None else held

    def whole(self, part: str) -> Values:
        """The mean of a part of each group as it is (m)."""
        return self.parts[part] + self.centres.get(part, 0.0)

    def centred(self, *, scaled: bool = False) -> Values:
        """The covariates less their means over units (m x p), on request over their standard deviation.

        >>> held = Groups(np.array([True, False]), np.array([3.0, 1]), {}, np.array([[0.0], [4]]))
        >>> held.centred().tolist()
        [[-1.0], [3.0]]
        """
        share = self.n / self.n.sum()
        centred = self.covariates - share @ self.covariates
        if not scaled:
            return np.asarray(centred)
        spread = np.sqrt(share @ centred**2)
        return np.asarray(centred / np.where(spread > 0, spread, 1.0))

    def where(self, groups: Flags | Codes) -> Groups:
        """Some of the groups, marked or by their places."""
        return replace(
            self,
            treated=self.treated[groups],
            n=self.n[groups],
            parts={part: values[groups] for part, values in self.parts.items()},
            covariates=self.covariates[groups],
            cluster=None if self.cluster is None else self.cluster[groups],
            stratum=None if self.stratum is None else self.stratum[groups],
            within={pair: values[groups] for pair, values in self.within.items()},
            levels=None if self.levels is None else self.levels[groups],
        )

    def alike(self) -> tuple[Groups, Codes]:
        """Groups of units alike in the value as well, nothing inside, and the group that each is part of.

        Raises Refusal where units of a group differ and nobody counted the levels.

        >>> two = Groups(np.array([True]), np.array([3.0]), {"value": np.array([2 / 3])}, np.empty((1, 0)),
        ...              within={("value", "value"): np.array([2 / 3])}, levels=np.array([[1.0, 2.0]]))
        >>> each, group = two.alike()
        >>> each.y.tolist(), each.n.tolist(), group.tolist()
        ([0.0, 1.0], [1.0, 2.0], [0, 0])
        """
        if self.levels is None:
            if self.squares.any():
                raise needs_rows()
            whole = {part: self.whole(part) for part in self.parts}
            return replace(self, parts=whole, within={}, centres={}), np.arange(self.n.size)
        group, level = np.nonzero(self.levels)
        found = replace(self, levels=None, within={}, centres={}).where(group)
        value = {"value": level.astype(np.float64)}
        return replace(found, n=self.levels[group, level], parts=value), group


def groups_of(rows: Rows) -> Groups:
    """Each row as a group of one unit."""
    return Groups(
        rows.treated,
        np.ones(rows.treated.size),
        rows.parts,
        rows.covariates,
        rows.covariate_names,
        rows.cluster,
        rows.stratum,
    )


def needs_rows() -> Refusal:
    """The refusal where sums are held and single units are needed."""
    return Refusal(
        "This estimator needs one row a unit, and only sums or summaries of units are held.",
        remedy="Use an estimator that works from sums, or load the unit-level log.",
    )
