"""The items of CONSORT 2025 in our own words, and how a report tells whether it has them.

Source: Hopewell et al. 2025, doi 10.1371/journal.pmed.1004587.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.layout import CROSSOVER, STEPPED
from dashboard.language import later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.disclosure import Release

NOT_DECLARED = later("not stated by the study")
NOT_HELD = later("the log does not hold it")
GROUPS: Mapping[str, str] = {
    "title": later("Title and summary"),
    "open": later("Open science"),
    "introduction": later("Introduction"),
    "methods": later("Methods"),
    "randomisation": later("Randomisation and blinding"),
    "results": later("Results"),
    "discussion": later("Discussion"),
    "cluster": later("Clusters"),
    "crossover": later("Crossover"),
    "steps": later("Steps in time"),
    "arms": later("Several arms"),
}


def always(_: Release) -> bool:
    """What every report holds."""
    return True


def never(_: Release) -> bool:
    """What no plan and no log can tell: only the study can state it."""
    return False


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number in the guideline, what it asks for, and the sections that hold it.

    `reported` tells whether a release has it, and `missing` why a report cannot. `stated` is what a study file
    may state about it under `reporting`.
    """

    number: str
    group: str
    asks: str
    anchors: tuple[str, ...] = ()
    reported: Callable[[Release], bool] = always
    missing: str = NOT_DECLARED
    stated: str = ""


def items(release: Release) -> tuple[Item, ...]:
    """The items that apply to a study: without randomisation, none on it."""
    return tuple(
        i for i in ITEMS if release.plan.randomised or i.group != "randomisation" or i.number >= "20"
    )


def _checked(name: str) -> Callable[[Release], bool]:
    return lambda release: any(check.name == name for check in release.checks)


ITEMS = (
    Item("1a", "title", later("Called a randomised trial"), ("design",)),
    Item("1b", "title", later("A structured summary"), ("answers",), lambda r: bool(r.study.summary)),
    Item("2", "open", later("Where and when it was registered"), ("plan",), stated="registration"),
    Item(
        "3",
        "open",
        later("Where the protocol and the plan of analysis can be read"),
        ("plan",),
        stated="protocol",
    ),
    Item(
        "4",
        "open",
        later("Whether and where data and code are shared"),
        ("provenance",),
        never,
        stated="sharing",
    ),
    Item("5a", "open", later("Who paid, and what they had a say in"), (), never, stated="funding"),
    Item("5b", "open", later("Interests of those who did it"), (), never, stated="interests"),
    Item(
        "6", "introduction", later("Why the question matters"), ("question",), lambda r: bool(r.study.summary)
    ),
    Item(
        "7",
        "introduction",
        later("What was to be found out about benefits and harms"),
        ("question", "design"),
        lambda r: bool(r.study.question),
    ),
    Item(
        "8",
        "methods",
        later("How the public or those concerned had a part in it"),
        (),
        never,
        stated="involvement",
    ),
    Item("9", "methods", later("Kind of trial, shares of the arms, aim"), ("design",)),
    Item("10", "methods", later("Important changes after it began"), ("changes",)),
    Item("11", "methods", later("Where it was done"), ("question",)),
    Item("12a", "methods", later("Who could take part"), (), never, stated="eligibility"),
    Item(
        "12b",
        "methods",
        later("Which sites and which people could give the interventions"),
        (),
        never,
        stated="settings",
    ),
    Item(
        "13",
        "methods",
        later("What each arm was given, to be done again"),
        ("design",),
        stated="interventions",
    ),
    Item("14", "methods", later("Outcomes: how and when measured"), ("design",)),
    Item(
        "15",
        "methods",
        later("How harms were defined and measured"),
        ("design",),
        lambda r: any(o.role in ("guardrail", "safety") for o in r.plan.outcomes),
        stated="harms",
    ),
    Item(
        "16a",
        "methods",
        later("Why so many took part"),
        ("plan",),
        lambda r: r.plan.planned_units > 0,
        stated="sample_size",
    ),
    Item("16b", "methods", later("Looks before the end, and rules to stop"), ("looks", "plan")),
    Item(
        "17a", "randomisation", later("Who made the random sequence, and how"), (), never, stated="sequence"
    ),
    Item(
        "17b",
        "randomisation",
        later("Type of randomisation, strata, blocks"),
        ("design",),
        lambda r: r.plan.stratified or r.plan.matched or r.plan.layout in (CROSSOVER.name, STEPPED.name),
    ),
    Item("18", "randomisation", later("How the next arm was kept hidden"), (), never, stated="concealment"),
    Item("19", "randomisation", later("Who could see the list"), (), never, stated="list_access"),
    Item("20a", "randomisation", later("Who did not know the arms"), (), never, stated="blinding"),
    Item("20b", "randomisation", later("How that was achieved"), (), never, stated="blinding"),
    Item("21a", "methods", later("Statistical methods for benefits and harms"), ("methods", "plan")),
    Item("21b", "methods", later("Who is in each analysis"), ("plan",)),
    Item("21c", "methods", later("How missing data were handled"), ("methods", "main")),
    Item("21d", "methods", later("Further analyses: groups, other methods"), ("agree", "groups")),
    Item("22a", "results", later("How many were given each arm, and analysed"), ("flow",)),
    Item("22b", "results", later("Who was lost or left out, and why"), ("flow", "quality")),
    Item(
        "23a",
        "results",
        later("Days between which people came in"),
        ("question",),
        lambda r: bool((r.study.start and r.study.end) or r.data.first),
    ),
    Item("23b", "results", later("Why it ended"), (), never, stated="ending"),
    Item("24a", "results", later("What was given in fact"), ("flow", "quality"), _checked("contamination")),
    Item("24b", "results", later("What else people were given meanwhile"), (), never, NOT_HELD, "other_care"),
    Item(
        "25",
        "results",
        later("Who they were at the start, by arm"),
        ("quality",),
        _checked("balance"),
        later("no attribute from before the start is in the log"),
    ),
    Item(
        "26",
        "results",
        later("For each outcome: numbers, effect, how exact"),
        ("main", "outcomes"),
        lambda r: bool(r.default_findings()),
        later("nothing could be estimated"),
    ),
    Item(
        "27",
        "results",
        later("Harms and unintended effects in each arm"),
        ("harm",),
        lambda r: any(o.role in ("guardrail", "safety") for o in r.plan.outcomes),
        later("no guardrail was declared"),
    ),
    Item("28", "results", later("Other analyses, planned or not"), ("agree", "groups")),
    Item("29", "discussion", later("What it means, benefits held against harms"), ("answers", "reach")),
    Item("30", "discussion", later("Limits: bias, chance, for whom it holds"), ("reach",)),
)
