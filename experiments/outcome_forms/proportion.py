"""Whether an event happened at all."""

from __future__ import annotations

from experiments.fragments import WINDOW_AFTER, number
from experiments.outcome_form import EVENT, OutcomeForm

FORM = OutcomeForm(
    name="proportion",
    properties={"event": EVENT, "window": WINDOW_AFTER},
    required=("event",),
    margin=number(
        "a difference of risks above 0 and below 1, such as 0.02 for 2 percentage points",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    ),
)
