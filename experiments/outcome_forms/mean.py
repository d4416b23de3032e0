"""A unit's values of an event, put together as their mean, sum, largest or last."""

from __future__ import annotations

from experiments.fragments import WINDOW_AFTER, choice
from experiments.outcome_form import EVENT, OutcomeForm, positive

FORM = OutcomeForm(
    name="mean",
    properties={"event": EVENT, "value": choice("mean", "sum", "max", "last"), "window": WINDOW_AFTER},
    required=("event", "value"),
    margin=positive("a difference of means above 0, in the unit of the values"),
)
