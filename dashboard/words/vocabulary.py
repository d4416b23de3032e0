"""The words for verdicts, checks, roles, flow steps and scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.language import later, say

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as it is shown: a shape and a word together, so that colour is never the only sign.

    `colour` is a word of Streamlit's badges; `said` and `meaning` are English, for `word` and `means`.
    """

    shape: str
    said: str
    colour: str
    meaning: str

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return say(self.said)

    @property
    def means(self) -> str:
        """One sentence for somebody who sees it first."""
        return say(self.meaning)

    @property
    def text(self) -> str:
        """Shape and word."""
        return f"{self.shape} {self.word}"


class Spoken(Mapping[str, str]):
    """English texts by their key; looking one up says it in the language spoken.

    >>> Spoken({"primary": later("Main question")})["primary"]
    'Main question'
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Hold `texts`, each marked by `later`."""
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        """The text of `key`. Raises KeyError where there is none."""
        return say(self._texts[key])

    def __iter__(self) -> Iterator[str]:
        """The keys, in order."""
        return iter(self._texts)

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._texts)


VERDICTS: Mapping[str, Mark] = {
    "benefit": Mark(
        "▲", later("Benefit"), "green", later("The whole interval lies on the better side of no effect.")
    ),
    "harm": Mark(
        "▼",
        later("Harm"),
        "red",
        later("The whole interval lies on the worse side; for a guardrail, beyond what the plan allows."),
    ),
    "non_inferior": Mark(
        "◆",
        later("Inside its margin"),
        "blue",
        later("It may be a little worse, but by less than the plan allows."),
    ),
    "equivalent": Mark(
        "■",
        later("No relevant difference"),
        "blue",
        later("Any difference is smaller than the margin, either way."),
    ),
    "inconclusive": Mark(
        "○",
        later("Unclear"),
        "gray",
        later("The interval allows for better and for worse: the study cannot tell."),
    ),
}

CHECKS: Mapping[str, Mark] = {
    "pass": Mark("✓", later("Passed"), "green", later("Nothing stands against the findings here.")),
    "warn": Mark("!", later("Look at this"), "orange", later("Read the findings with this in mind.")),
    "fail": Mark("✗", later("Failed"), "red", later("The findings may be wrong. Clear this up first.")),
}

CHECKS_COUNTED: Mapping[str, str] = Spoken(
    {"pass": later("passed"), "warn": later("to look at"), "fail": later("failed")}
)

STATES: Mapping[str, Mark] = {
    "registered": Mark(
        "○", later("Registered, no data yet"), "gray", later("The plan is fixed; no events were loaded.")
    ),
    "loaded": Mark("◐", later("Data loaded, not analysed"), "blue", later("Open the pilot to analyse it.")),
    "analysed": Mark(
        "●", later("Analysed"), "green", later("The findings below follow the registered plan.")
    ),
    "broken": Mark("✗", later("Cannot be read"), "red", later("The stored study cannot be opened.")),
}

ROLES: Mapping[str, str] = Spoken(
    {
        "primary": later("Main question"),
        "secondary": later("Further question"),
        "guardrail": later("Guardrail: must not get worse"),
        "safety": later("Safety"),
    }
)

TOPICS: Mapping[str, str] = Spoken(
    {
        "deterrence": later("Deterrence"),
        "moderator-wellness": later("Moderator wellness"),
        "evolving-threats": later("Evolving threats"),
    }
)

FLOW_WORDS: Mapping[str, str] = Spoken(
    {
        "in_log": later("Seen in the log"),
        "observed": later("Observed whole"),
        "assigned": later("Assigned to an arm"),
        "exposed": later("Reached the point where the arms differ"),
        "analysed": later("Analysed for the main question"),
        "assigned crossover": later("Had the arm for a period"),
        "assigned stepped": later("Was there while the arm was on"),
    }
)

SHARE = (
    "share"  # the unit of values that are fractions of 1: shown as per cent, differences in percentage points
)

DATA_ARE: Mapping[str, str] = Spoken(
    {
        "simulated": later(
            "Simulated data. These figures test the method; they say nothing about real people."
        ),
        "reconstructed": later(
            "Reconstructed data. The rows were rebuilt from published counts; times are invented."
        ),
        "approximate": later(
            "Approximate data. The rows were rebuilt from published counts "
            "and agree with the published figures only nearly."
        ),
    }
)

ADJUSTMENTS: Mapping[str, str] = Spoken(
    {
        "holm": later("Holm"),
        "hochberg": later("Hochberg"),
        "benjamini-hochberg": later("Benjamini and Hochberg"),
        "dunnett": later("Dunnett"),
        "fixed-sequence": later("in the order of the plan"),
        "none": later("no adjustment"),
    }
)

ESTIMANDS: Mapping[str, str] = Spoken(
    {
        "individual-average": later("the average over people"),
        "cluster-average": later("the average over clusters"),
    }
)

# A supplement that is made beside another one, whose question covers both.
ASKED_WITH: Mapping[str, str] = {"reliable_change": "score_cutoffs"}

# A scale's factor for display and the unit that follows; None stands for the outcome's own unit.
PERCENTAGE_POINTS = (100.0, later("percentage points"))

SCALE_UNITS: Mapping[str, tuple[float, str | None]] = {
    "risk_difference": PERCENTAGE_POINTS,
    "percent_change": (1.0, later("%")),
    "ratio_percent_change": (1.0, later("%")),
    "probability_of_superiority": (100.0, later("%")),
    "standardised_difference": (1.0, later("standard deviations")),
}


def flow_word(key: str, layout: str = "") -> str:
    """What a step of the flow of units is called; in some layouts a unit is in several arms, one after the other.

    >>> flow_word("assigned"), flow_word("assigned", "crossover"), flow_word("follow_up")
    ('Assigned to an arm', 'Had the arm for a period', 'Follow up')
    """
    return FLOW_WORDS.get(f"{key} {layout}") or FLOW_WORDS.get(key, spaced(key))


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
