"""What a study can and cannot tell, in sentences made from its declaration and its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import later, say
from dashboard.words.designs import length_text
from dashboard.words.figures import count_text, declared, number
from dashboard.words.forms import several
from dashboard.words.vocabulary import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.policy import Count

FEW_CLUSTERS = 20  # below, one unusual cluster counts much

INVENTED: Mapping[str, str] = Spoken(
    {
        "simulated": later("Anything about real people: the data are simulated."),
        "reconstructed": later("Who did what when: the rows were rebuilt from published counts."),
        "approximate": later("Exact figures: the rows were rebuilt from published percentages."),
    }
)


def about_whom(count: Count | None, unit: str, place: str) -> str:
    """Whom the figures are about; `count` None where nobody was counted."""
    if count is None or count.value is None:
        return say("What happened at {place}.", place=place)
    counted = {"count": count_text(count), "units": several(unit), "place": place}
    return say("What happened with {count} {units} at {place}.", **counted)


def elsewhere() -> str:
    """What no single study tells."""
    return say("Whether the same would happen on another platform, or at another time.")


def measured_text(outcome: str, measure: str) -> str:
    """What an outcome says."""
    return say("‘{outcome}’: {measure}.", outcome=outcome, measure=measure)


def not_later(days: float, outcome: str) -> str:
    """That nothing was counted after a window."""
    return say(
        "What came of ‘{outcome}’ after {time}: it was counted no longer.",
        outcome=outcome,
        time=length_text(days),
    )


def within_margin(outcome: str, margin: str) -> str:
    """What a margin lets be said."""
    return say(
        "Whether ‘{outcome}’ got worse by more than the plan allows (margin: {margin}).",
        outcome=outcome,
        margin=margin,
    )


def without_margin(outcomes: Sequence[str]) -> str:
    """What cannot be said without one."""
    named = ", ".join(say("‘{outcome}’", outcome=outcome) for outcome in outcomes)
    return say(
        "That there is no effect on {outcomes}: no margin was set, so “unclear” is not “none”.",
        outcomes=named,
    )


def detectable_text(outcome: str, size: str) -> str:
    """What would have been found, in words."""
    return say(
        "A difference of about {size} in ‘{outcome}’: 8 of 10 studies like this one would find one so large.",
        size=size,
        outcome=outcome,
    )


def missed_text(outcome: str) -> str:
    """What may have been missed."""
    return say("Much smaller differences in ‘{outcome}’: they may have been missed.", outcome=outcome)


def detectable_ratio(low: float, high: float) -> str:
    """A size on a scale of ratios, either way."""
    return say("a ratio of {low} or {high}", low=number(low), high=number(high))


def size_with_unit(value: float, unit: str) -> str:
    """A size with two figures: it is rough."""
    return declared(float(f"{value:.1e}"), unit=unit)


def few_clusters(count: int, cluster: str) -> str:
    """That few clusters were assigned."""
    return say(
        "Small differences: only {count} {clusters} were compared, and one that is unlike the others counts much.",
        count=count,
        clusters=several(cluster),
    )


def for_whom(attributes: Sequence[str]) -> str:
    """That groups declared in advance are a hint, and others no finding at all."""
    if not attributes:
        return say("For whom it works better or worse: no groups were declared before the data were seen.")
    named = ", ".join(attributes)
    return say(
        "For whom it works better or worse, with certainty: groups ({groups}) are a hint.", groups=named
    )
