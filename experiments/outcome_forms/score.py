"""A questionnaire's score at a wave of the survey."""

from __future__ import annotations

from experiments.instrument import score_schema
from experiments.outcome_form import OutcomeForm, positive

FORM = OutcomeForm(
    name="score",
    properties=score_schema(),
    required=tuple(score_schema()),
    margin=positive("a difference in points above 0, smaller than the range of the score"),
)
