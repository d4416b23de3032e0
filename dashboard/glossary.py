"""What the words of the pages mean, what the layouts of data are, and by which rules figures are let out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.across import FEWEST_COMPANIES, LARGEST, TWO_LARGEST
from analysis.policy import PUBLIC
from analysis.release.curves import FEWEST_AT_RISK, MOST_TIMES
from analysis.release.guessing import LEFT
from analysis.release.shown import FEW, LARGE, MANY
from analysis.release.small import FEWEST_DF, FEWEST_FOR_MEDIAN
from dashboard import words
from dashboard.language import later, say

if TYPE_CHECKING:
    from collections.abc import Mapping

TERMS: Mapping[str, str] = {
    later("Interval"): later(
        "The range of effects that the data agree with. A 95 % interval holds the true effect "
        "in 95 of 100 studies like this one."
    ),
    later("p-value"): later(
        "How often chance alone would show at least such a difference if there were no effect. "
        "It is not how likely the finding is to be wrong."
    ),
    later("Adjusted for several questions"): later(
        "Who asks many questions finds something by chance. The plan says which p-values are made larger for that."
    ),
    later("Percentage point"): later(
        "The difference of two percentages: from 40 % to 30 % is 10 percentage points less, or a quarter less."
    ),
    later("Odds ratio"): later(
        "The odds of an event with the treatment over those without it; 1 is no difference. "
        "Where the event is common, the odds ratio lies further from 1 than the ratio of the shares."
    ),
    later("Margin"): later(
        "The largest worsening that the plan accepts; it was set before anybody looked at the data."
    ),
    later("Guardrail"): later(
        "An outcome that must not get worse by more than its margin, whatever else improves."
    ),
    later("Cluster"): later(
        "A team, region or other group that was assigned as a whole. Its people are alike in part, "
        "so that they tell less than as many people assigned one by one."
    ),
    later("As assigned"): later(
        "Everybody counts to the arm that they were assigned to, whatever was shown in the end."
    ),
    later("Sensitivity analysis"): later(
        "The same question answered by another method. Where the answers agree, the finding does not hang "
        "on the choice of method."
    ),
    later("Plan, data version"): later(
        "Fingerprints of the registered plan and of the data. Any change gives others, so that every figure "
        "can be traced to what it was computed from."
    ),
}

LAYOUT_WORDS: Mapping[str, tuple[str, str]] = {
    "parallel": (
        later("People side by side"),
        later("Each person, account or session is in one arm and counts once."),
    ),
    "clustered": (
        later("Clusters side by side"),
        later("Teams, regions or other clusters were assigned as a whole."),
    ),
    "crossover": (
        later("Crossover"),
        later("Each person has both arms one after the other, in random order."),
    ),
    "stepped": (
        later("Stepped wedge"),
        later("Clusters switch to the treatment one after the other, until all have."),
    ),
    "repeated": (
        later("The same people measured several times"),
        later("Each person answers in several waves; some leave on the way."),
    ),
    "panel": (
        later("Platforms over time, with controls"),
        later("Platforms are followed over periods; some take the treatment up, others later or never."),
    ),
    "series": (
        later("One series over time"),
        later("The periods after a change are held against the course before it; there is no control."),
    ),
    "sites": (
        later("Several sites together"),
        later("Each site or company brings an estimate of its own; they are pooled."),
    ),
}


def rules() -> list[dict[str, object]]:
    """By which rules figures are let out to the research team and to everybody: a row a rule."""
    what, team, everybody = say("What"), say("For the research team"), say("For everybody")
    return [
        {what: said, team: inside, everybody: outside}
        for said, inside, outside in (*_on_people(), *_on_figures(), *_on_studies())
    ]


def _on_people() -> tuple[tuple[str, str, str], ...]:
    small = say("Not shown, only that there are fewer than {least}", least=_whole(PUBLIC.threshold))
    rounded = say(
        "Not shown. Where the study file asks for it, and in studies of moderators’ wellness unless the file says "
        "otherwise, every count is given as the middle of its ten: “about 15” stands for 11 to 20"
    )
    back, hidden = say("What would give a hidden count back by subtraction"), say("Hidden with it")
    return (
        (say("Counts of 1 to {most} people", most=_whole(PUBLIC.threshold - 1)), small, rounded),
        (back, hidden, hidden),
        (
            say("Shares of nobody and of everybody"),
            say("Shown"),
            say("Not shown: they would tell the answer of every single person"),
        ),
        (
            say("Subgroups with fewer than {least} people in an arm", least=_whole(PUBLIC.threshold)),
            say("Not shown"),
            say("Not shown"),
        ),
        (
            say("Outcomes with fewer than {least} people in an arm", least=_whole(PUBLIC.threshold)),
            say("Shown without their counts"),
            say("Not shown"),
        ),
    )


def _on_figures() -> tuple[tuple[str, str, str], ...]:
    curves = say(
        "At most {times} times, steps of nobody or of at least {least} people, and only while {risk} are left",
        times=_whole(MOST_TIMES),
        least=_whole(PUBLIC.threshold),
        risk=_whole(FEWEST_AT_RISK),
    )
    return (
        (
            say("Medians and other quantiles"),
            say("Shown"),
            say("From {least} people in each arm", least=_whole(FEWEST_FOR_MEDIAN)),
        ),
        (
            say("Models of single people"),
            say("Shown"),
            say("From {least} degrees of freedom", least=_whole(FEWEST_DF)),
        ),
        (say("Curves of the time until an event"), curves, curves),
        (
            say("Digits of effects and intervals"),
            say("As computed"),
            say(
                "{few} significant figures; {many} from {people} people on",
                few=_whole(FEW),
                many=_whole(MANY),
                people=_whole(LARGE),
            ),
        ),
        (
            say("Intervals where counts are rounded"),
            say("As computed"),
            say(
                "Those of the fewest people that the rounded counts allow, for shares on a coarse grid; by the "
                "planned method alone"
            ),
        ),
    )


def _on_studies() -> tuple[tuple[str, str, str], ...]:
    pooled = say(
        "At least {least} companies, none with more than {one} % of it and no two with more than {two} %, "
        "unless they agreed in writing",
        least=_whole(FEWEST_COMPANIES),
        one=_whole(100 * LARGEST),
        two=_whole(100 * TWO_LARGEST),
    )
    running = say("Only at a planned look or at the end; before that the steward alone sees them")
    return (
        (say("Effects pooled over companies"), pooled, pooled),
        (say("Figures by arm while a study runs"), running, running),
        (
            say("Everything together, with all that was let out before"),
            say("Not checked"),
            say(
                "Refused where a hidden count could be narrowed down to fewer than {count} possible values",
                count=_whole(LEFT),
            ),
        ),
    )


def _whole(value: float) -> str:
    return words.number(value, decimals=0)
