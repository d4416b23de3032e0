"""What is said in the picture of what was watched: how far each outcome moved towards its margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard.language import count_of, say
from dashboard.words.figures import declared, factor_and_unit
from dashboard.words.forms import SPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.outcome import Outcome


def guarded_title(verdicts: Sequence[str]) -> str:
    """What became of all that was watched, as a chart's title.

    >>> guarded_title(["harm", "non_inferior"])
    'Got worse by more than the plan allows: 1 of 2'
    """
    harmed, unclear = verdicts.count("harm"), verdicts.count("inconclusive")
    if harmed:
        return say(
            "Got worse by more than the plan allows: {count} of {all}", count=harmed, all=len(verdicts)
        )
    if unclear == len(verdicts):
        return say("Whether anything got worse by more than the plan allows is unclear")
    if unclear:
        return say(
            "Unclear whether it got worse by more than the plan allows: {count} of {all}",
            count=unclear,
            all=len(verdicts),
        )
    return say("Nothing that was watched got worse by more than the plan allows")


def guarded_subtitle(count: int) -> str:
    """What the picture shows."""
    return count_of(
        "{count} outcome that was watched for harm, measured against its margin",
        "{count} outcomes that were watched for harm, measured against their margins",
        count,
    )


def worse_text(*, lower_is_better: bool) -> str:
    """Which way is worse."""
    return say("higher is worse") if lower_is_better else say("lower is worse")


def places_words() -> tuple[str, str]:
    """What the two upright lines beside an interval are."""
    return say("no effect"), say("margin")


def margin_size(outcome: Outcome) -> str:
    """The margin in the outcome's own unit, on a scale of ratios as the ratio at its worse end; empty without one.

    >>> from analysis.outcome import Outcome
    >>> margin_size(Outcome("accuracy", "Accuracy", "proportion", "guardrail", "higher", 0.02))
    '2 percentage points'
    """
    at = bounds(outcome)
    if at.worse is None:
        return ""
    factor, unit = factor_and_unit(outcome.scale, outcome)
    return declared(at.worse if outcome.scale.is_ratio else factor * abs(at.worse - at.null), unit=unit)


def ratio_margin(worse: float) -> str:
    """How much worse a ratio may get, in per cent, from the ratio at its worse end.

    >>> [ratio_margin(ratio).replace(SPACE, " ") for ratio in (0.8, 1.25)]
    ['20 %', '25 %']
    """
    return f"{declared(100 * abs(worse - 1), unit='')}{SPACE}%"


def margin_said(outcome: Outcome) -> str:
    """The margin as sentences say it: per cent on a scale of ratios; empty without one.

    >>> from analysis.outcome import Outcome
    >>> margin_said(Outcome("searches", "Searches", "count", "guardrail", "lower", 1.25)).replace(SPACE, " ")
    '25 %'
    """
    worse = bounds(outcome).worse
    return ratio_margin(worse) if worse is not None and outcome.scale.is_ratio else margin_size(outcome)


def margin_text(margin: str) -> str:
    """The margin in the outcome's own unit, or that there is none.

    >>> margin_text("4 seconds"), margin_text("")
    ('margin: 4 seconds', 'no margin was set, so that it is not drawn')
    """
    if not margin:
        return say("no margin was set, so that it is not drawn")
    return say("margin: {margin}", margin=margin)


def guarded_legend(level: str) -> str:
    """How to read the picture."""
    return say(
        "Mark: estimate. Line: {level} interval. Each outcome has its own scale, on which its margin lies just as "
        "far from no effect. Shaded: worse than the plan allows.",
        level=level,
    )


def guarded_spoken(title: str, rows: Sequence[str]) -> str:
    """The picture in words."""
    return f"{title}. {' '.join(rows)}"
