"""Several platforms are followed over time; some adopt a change, each on its own day, and others do not.

Causal words need days of adoption that were drawn by lot: a study file says so with `randomised: true`.
"""

from __future__ import annotations

from analysis.layout import PANEL
from experiments.calendar_form import ADOPTION, INTERVAL, SEASON, SIDES
from experiments.design import START_AND_END, Design

DESIGN = Design(
    name="controlled-series",
    label="Controlled time series",
    layout=PANEL,
    randomised=False,
    assigned_by="calendar",
    estimands=("individual-average",),
    says="Some {cluster}s adopted the change, each on its own day; those without it, at that time, tell what would "
    "have come anyway.",
    properties={
        **START_AND_END,
        "interval": INTERVAL,
        "season": SEASON,
        "adoption": ADOPTION,
        "arms": SIDES,
        "randomised": {
            "type": "boolean",
            "description": "true or false: whether the days of adoption were drawn by lot (false if not said)",
        },
    },
    required=("interval", "adoption"),
)
