"""How many times an event happened."""

from __future__ import annotations

from experiments.fragments import WINDOW_AFTER, choice
from experiments.outcome_form import EVENT, OutcomeForm, positive

FORM = OutcomeForm(
    name="count",
    properties={"event": EVENT, "window": WINDOW_AFTER, "per": choice("day", "exposure", "none")},
    required=("event",),
    margin={
        **positive("a ratio of rates above 0 and other than 1, such as 1.25 for a quarter more"),
        "not": {"const": 1},
    },
)
