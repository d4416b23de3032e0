"""The words for verdicts, checks, roles, flow steps and scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as it is shown: a shape and a word together, so that colour is never the only sign.

    `colour` is a word of Streamlit's badges; `means` one sentence for somebody who sees it first.
    """

    shape: str
    word: str
    colour: str
    means: str

    @property
    def text(self) -> str:
        """Shape and word."""
        return f"{self.shape} {self.word}"


VERDICTS: Mapping[str, Mark] = {
    "benefit": Mark("▲", "Benefit", "green", "The whole interval lies on the better side of no effect."),
    "harm": Mark(
        "▼",
        "Harm",
        "red",
        "The whole interval lies on the worse side; for a guardrail, beyond what the plan allows.",
    ),
    "non_inferior": Mark(
        "◆", "Inside its margin", "blue", "It may be a little worse, but by less than the plan allows."
    ),
    "equivalent": Mark(
        "■", "No relevant difference", "blue", "Any difference is smaller than the margin, either way."
    ),
    "inconclusive": Mark(
        "○", "Unclear", "gray", "The interval allows for better and for worse: the study cannot tell."
    ),
}

CHECKS: Mapping[str, Mark] = {
    "pass": Mark("✓", "Passed", "green", "Nothing stands against the findings here."),
    "warn": Mark("!", "Look at this", "orange", "Read the findings with this in mind."),
    "fail": Mark("✗", "Failed", "red", "The findings may be wrong. Clear this up first."),
}

CHECKS_COUNTED: Mapping[str, str] = {"pass": "passed", "warn": "to look at", "fail": "failed"}

STATES: Mapping[str, Mark] = {
    "registered": Mark("○", "Registered, no data yet", "gray", "The plan is fixed; no events were loaded."),
    "loaded": Mark("◐", "Data loaded, not analysed", "blue", "Open the pilot to analyse it."),
    "analysed": Mark("●", "Analysed", "green", "The findings below follow the registered plan."),
    "broken": Mark("✗", "Cannot be read", "red", "The stored study cannot be opened."),
}

ROLES: Mapping[str, str] = {
    "primary": "Main question",
    "secondary": "Further question",
    "guardrail": "Guardrail: must not get worse",
    "safety": "Safety",
}

TOPICS: Mapping[str, str] = {
    "deterrence": "Deterrence",
    "moderator-wellness": "Moderator wellness",
    "evolving-threats": "Evolving threats",
}

FLOW_WORDS: Mapping[str, str] = {
    "in_log": "Seen in the log",
    "observed": "Observed whole",
    "assigned": "Assigned to an arm",
    "exposed": "Reached the point where the arms differ",
    "analysed": "Analysed for the main question",
}

SHARE = (
    "share"  # the unit of values that are fractions of 1: shown as per cent, differences in percentage points
)

DATA_ARE: Mapping[str, str] = {
    "simulated": "Simulated data. These figures test the method; they say nothing about real people.",
    "reconstructed": "Reconstructed data. The rows were rebuilt from published counts; times are invented.",
    "approximate": (
        "Approximate data. The rows were rebuilt from published counts "
        "and agree with the published figures only nearly."
    ),
}

ADJUSTMENTS: Mapping[str, str] = {
    "holm": "Holm",
    "hochberg": "Hochberg",
    "benjamini-hochberg": "Benjamini and Hochberg",
    "dunnett": "Dunnett",
    "fixed-sequence": "in the order of the plan",
    "none": "no adjustment",
}

ESTIMANDS: Mapping[str, str] = {
    "individual-average": "the average over people",
    "cluster-average": "the average over clusters",
}

# A supplement that is made beside another one, whose question covers both.
ASKED_WITH: Mapping[str, str] = {"reliable_change": "score_cutoffs"}

# A scale's factor for display and the unit that follows; None stands for the outcome's own unit.
PERCENTAGE_POINTS = (100.0, "percentage points")

SCALE_UNITS: Mapping[str, tuple[float, str | None]] = {
    "risk_difference": PERCENTAGE_POINTS,
    "percent_change": (1.0, "%"),
    "ratio_percent_change": (1.0, "%"),
    "probability_of_superiority": (100.0, "%"),
    "standardised_difference": (1.0, "standard deviations"),
}


def flow_word(key: str) -> str:
    """What a step of the flow of units is called.

    >>> flow_word("assigned"), flow_word("follow_up")
    ('Assigned to an arm', 'Follow up')
    """
    return FLOW_WORDS.get(key, spaced(key))


def topic_word(topic: str) -> str:
    """What a topic is called on pages.

    >>> topic_word("deterrence")
    'Deterrence'
    """
    return TOPICS.get(topic, spaced(topic))


def spaced(name: str) -> str:
    """A name as words, the first with a capital letter.

    >>> spaced("sample_ratio")
    'Sample ratio'
    """
    return name.replace("_", " ").replace("-", " ").capitalize()
