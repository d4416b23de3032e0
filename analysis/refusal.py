"""Saying no: why something cannot be estimated, and what would make it estimable."""

from __future__ import annotations


class Refusal(Exception):
    """Raised inside an estimator; becomes a `NotEstimable` in the evaluation, never a NaN.

    `reason` and `remedy` are whole sentences without data values.

    >>> str(Refusal("Nobody in the control arm was measured.", remedy="Load the follow-up log."))
    'Nobody in the control arm was measured. Load the follow-up log.'
    """

    def __init__(self, reason: str, *, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy
