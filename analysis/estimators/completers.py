"""Compares only those who answered at the last wave: shown last, because it forgets everybody who left.

Question: How do those who stayed to the end differ between the arms?
Estimand: The difference of means at the last wave in those who answered it, who are no random part of anybody.
Assumes: Who left has nothing to do with the outcome, given the covariates (missing completely at random).
Interval: As for units compared once: analysis of covariance with HC2 where covariates are declared, else Welch's t.
Breaks when: People leave because of how they fare, or more in one arm than in the other.
Source: White, Horton, Carpenter and Pocock (2011), BMJ 342:d40; the two methods it is made of cite their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimator import Estimator
from analysis.estimators import ancova, welch

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Estimate

FORGETS = "Only those who answered at the last wave are compared: everybody else is left out."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference among units with the last wave."""
    rows = evidence.require_rows()
    held = ~np.isnan(rows.y)
    if rows.covariates.shape[1] == 0:
        found = welch.fit(evidence, settings)
    else:
        stayed = replace(
            rows,
            treated=rows.treated[held],
            parts={part: values[held] for part, values in rows.parts.items()},
            covariates=rows.covariates[held],
        )
        found = ancova.fit(replace(evidence, rows=stayed), settings)
    return found if held.all() else replace(found, notes=(FORGETS, *found.notes))


ESTIMATOR = Estimator(
    name="completers",
    label="Completers only",
    layouts=frozenset({"repeated"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows", "compared"}),
)
