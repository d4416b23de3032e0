"""One arm's figure with how many it is of, and what is counted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.estimator import estimators
from analysis.layout import STEPPED
from analysis.release.shown import arm_decimals
from dashboard.language import say
from dashboard.words.figures import count_text, number, percent, plain_unit
from dashboard.words.forms import with_unit
from dashboard.words.vocabulary import SHARE

if TYPE_CHECKING:
    from analysis.disclosure import ReleasedArm, ReleasedFinding
    from analysis.outcome import Outcome


def in_periods(finding: ReleasedFinding) -> bool:
    """Whether the arms' counts are of people in single periods, so that one person counts several times."""
    estimator = estimators().get(finding.finding.estimator)
    return estimator is not None and estimator.layouts == {STEPPED.name}


def arm_text(
    arm: ReleasedArm, *, outcome: Outcome, decimals: int | None = None, periods: bool = False
) -> str | None:
    """One arm's figure and how many it is of; None where it is masked.

    `decimals` are those of the effect, for kinds whose effect is a difference in the outcome's own unit. `periods`
    says that people in single periods are counted.
    """
    value = arm.figures.get("value", arm.figures.get("mean"))
    if value is None or arm.n.value is None:
        return None
    people = count_text(arm.n)
    if periods:
        people = say("{count} person-periods", count=people)
    if outcome.scale.name == "risk_difference":
        return say("{share} of\N{NO-BREAK SPACE}{people}", share=percent(value), people=people)
    unit = plain_unit(outcome)
    if unit == SHARE:
        figure = percent(value)
    else:
        places = None if decimals is None else arm_decimals(value, people=arm.n.value, decimals=decimals)
        figure = with_unit(number(value, decimals=places), unit)
    if outcome.kind == "series":
        return say("{figure} ({count} periods)", figure=figure, count=people)
    return say("{figure} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{people})", figure=figure, people=people)
