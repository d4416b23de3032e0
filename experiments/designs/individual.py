"""Each unit is given one arm by chance, on its own."""

from __future__ import annotations

from analysis.layout import PARALLEL
from experiments.design import ARMS, START_AND_END, STRATA, Design

DESIGN = Design(
    name="individual",
    label="Individually randomised",
    layout=PARALLEL,
    randomised=True,
    assigned_by="unit",
    estimands=("individual-average",),
    says="Each {unit} was given one arm by chance.",
    properties={"arms": ARMS, **START_AND_END, "strata": STRATA},
    required=("arms",),
)
