"""Interaction: whether an effect differs between the levels of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.joint_tests import JointTest, classical, wald, wald_by_cluster
from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.chance.on_scale import Normal
    from analysis.evidence import Evidence

    Matrix = NDArray[np.float64]

CODE = "subgroup.code"  # the column that numbers the levels
LINEAR = ("mean_difference", "risk_difference")  # scales on which a regression on arm and level answers


def by_regression(evidence: Evidence) -> tuple[JointTest, dict[str, float]]:
    """The products of arm and level, tested together; the last covariate of `evidence` holds the level's number.

    Returns the test with its figures: also the classical F, and the effect in the first level. Raises Refusal
    where there is one level only, or the products cannot be told apart.
    """
    groups = evidence.require_groups()
    codes, others = _codes(evidence), groups.covariates[:, :-1]
    arm = groups.treated.astype(float)
    indicators = np.column_stack([(codes == code).astype(float) for code in np.unique(codes)[1:]])
    x = np.column_stack([np.ones_like(arm), arm, indicators, others, arm[:, None] * indicators])
    fit = least_squares(x, groups.y, units=groups.n, within=groups.squares)
    tested = list(range(x.shape[1] - indicators.shape[1], x.shape[1]))
    figures = {"effect_in_first_level": float(fit.coefficients[1])}
    if groups.cluster is not None:
        test = wald_by_cluster(fit, groups.cluster, tested)
    else:
        test, plain = wald(fit, tested), classical(fit, groups.y, tested)
        figures |= {"f_classical": plain.f, "p_classical": plain.p_value}
    return test, {**_named(test), **figures}


def by_spread(
    levels: Sequence[Normal], *, units: int, evidence: Evidence
) -> tuple[JointTest, dict[str, float]]:
    """How far independent levels' estimates lie apart, in standard errors: Cochran's Q over its df, as F.

    Raises Refusal where clusters have units of several levels, whose estimates then hang together.
    """
    cluster = evidence.require_groups().cluster
    codes = _codes(evidence)
    if cluster is not None and any(np.unique(codes[cluster == c]).size > 1 for c in np.unique(cluster)):
        raise Refusal(
            "Clusters hold units of several levels, and on this scale effects of levels that share clusters cannot "
            "be compared.",
            remedy="Declare an attribute of whole clusters, or an outcome that is a share or a mean.",
        )
    if len(levels) < 2:
        raise _one_level()
    y, v = np.array([level.estimate for level in levels]), np.array([level.se**2 for level in levels])
    w = 1 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    held = units if cluster is None else np.unique(cluster).size
    test = JointTest(q / (y.size - 1), y.size - 1, held - 2 * y.size)
    if test.df2 < 1:
        raise Refusal(
            "There are too few units for so many levels.", remedy="Declare an attribute with fewer levels."
        )
    return test, _named(test)


def _codes(evidence: Evidence) -> Matrix:
    groups = evidence.require_groups()
    if not (groups.covariate_names and groups.covariate_names[-1] == CODE):
        raise _one_level()
    return np.asarray(groups.covariates[:, -1])


def _named(test: JointTest) -> dict[str, float]:
    return {
        "interaction_f": test.f,
        "interaction_df1": test.df1,
        "interaction_df2": test.df2,
        "interaction_p": test.p_value,
    }


def _one_level() -> Refusal:
    return Refusal(
        "Units of one level only can be compared, so there is nothing to hold their effect against.",
        remedy="Take in more units, or take the attribute off the plan's subgroups.",
    )
