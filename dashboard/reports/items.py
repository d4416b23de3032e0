"""The items of CONSORT 2025 in our own words, its extensions, and how a report tells whether it has them.

Source: Hopewell et al. 2025, doi 10.1371/journal.pmed.1004587; clusters: Campbell et al. 2012,
doi 10.1136/bmj.e5661; stepped wedge: Hemming et al. 2018, doi 10.1136/bmj.k1614; crossover: Dwan et al. 2019,
doi 10.1136/bmj.l4378; several arms: Juszczak et al. 2019, doi 10.1001/jama.2019.3087.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER, PANEL, STEPPED
from dashboard.language import later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.disclosure import Release

NOT_DECLARED = later("the study file does not declare it")
NOT_HELD = later("the log does not hold it")
GROUPS: Mapping[str, str] = {
    "title": later("Title and summary"),
    "open": later("Open science"),
    "introduction": later("Introduction"),
    "methods": later("Methods"),
    "randomisation": later("Lot and blinding"),
    "results": later("Results"),
    "discussion": later("Discussion"),
    "cluster": later("Clusters"),
    "crossover": later("Crossover"),
    "steps": later("Steps in time"),
    "arms": later("Several arms"),
}


def _always(_: Release) -> bool:
    return True


def _never(_: Release) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number in the guideline, what it asks for, and the sections that hold it.

    `reported` tells whether a release has it, and `missing` why a report cannot.
    """

    number: str
    group: str
    asks: str
    anchors: tuple[str, ...] = ()
    reported: Callable[[Release], bool] = _always
    missing: str = NOT_DECLARED


def items(release: Release) -> tuple[Item, ...]:
    """The items that apply to a study: without a lot, none on the lot."""
    return tuple(
        i for i in ITEMS if release.plan.randomised or i.group != "randomisation" or i.number >= "20"
    )


def extensions(release: Release) -> tuple[Item, ...]:
    """The items that extensions add for its design."""
    layout, plan = release.plan.layout, release.plan
    if not plan.randomised:
        return ()
    kept = {"cluster"} if layout in (CLUSTERED.name, STEPPED.name) else set()
    kept |= {"steps"} if layout in (STEPPED.name, PANEL.name) else set()
    kept |= {"crossover"} if layout == CROSSOVER.name else set()
    kept |= {"arms"} if len(release.study.arms) > 2 else set()
    return tuple(item for item in EXTENSIONS if item.group in kept)


def _clusters(release: Release) -> bool:
    return any(found.finding.estimate.clusters for found in release.default_findings())


def _icc(release: Release) -> bool:
    return any(found.finding.estimate.icc is not None for found in release.default_findings())


def _checked(name: str) -> Callable[[Release], bool]:
    return lambda release: any(check.name == name for check in release.checks)


ITEMS = (
    Item("1a", "title", later("Called a randomised trial"), ("design",)),
    Item("1b", "title", later("A structured summary"), ("answers",), lambda r: bool(r.study.summary)),
    Item("2", "open", later("Where and when it was registered"), ("plan",)),
    Item("3", "open", later("Where the protocol and the plan of analysis can be read"), ("plan",)),
    Item("4", "open", later("Whether and where data and code are shared"), ("provenance",), _never),
    Item("5a", "open", later("Who paid, and what they had a say in"), (), _never),
    Item("5b", "open", later("Interests of those who did it"), (), _never),
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
    Item("8", "methods", later("How the public or those concerned had a part in it"), (), _never),
    Item("9", "methods", later("Kind of trial, shares of the arms, aim"), ("design",)),
    Item("10", "methods", later("Important changes after it began"), ("changes",)),
    Item("11", "methods", later("Where it was done"), ("question",)),
    Item("12a", "methods", later("Who could take part"), (), _never),
    Item("12b", "methods", later("Which sites and which people could give the interventions"), (), _never),
    Item("13", "methods", later("What each arm was given, to be done again"), ("design",)),
    Item("14", "methods", later("Outcomes: how and when measured"), ("design",)),
    Item(
        "15",
        "methods",
        later("How harms were defined and measured"),
        ("design",),
        lambda r: any(o.role in ("guardrail", "safety") for o in r.plan.outcomes),
    ),
    Item("16a", "methods", later("Why so many took part"), ("plan",), lambda r: r.plan.planned_units > 0),
    Item("16b", "methods", later("Looks before the end, and rules to stop"), ("plan",)),
    Item("17a", "randomisation", later("Who drew the lots, and how"), (), _never),
    Item(
        "17b",
        "randomisation",
        later("Kind of lot, strata, blocks"),
        ("design",),
        lambda r: r.plan.stratified or r.plan.matched or r.plan.layout in (CROSSOVER.name, STEPPED.name),
    ),
    Item("18", "randomisation", later("How the next arm was kept hidden"), (), _never),
    Item("19", "randomisation", later("Who could see the list"), (), _never),
    Item("20a", "randomisation", later("Who did not know the arms"), (), _never),
    Item("20b", "randomisation", later("How that was achieved"), (), _never),
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
    Item("23b", "results", later("Why it ended"), (), _never),
    Item("24a", "results", later("What was given in fact"), ("flow", "quality"), _checked("contamination")),
    Item("24b", "results", later("What else people were given meanwhile"), (), _never, NOT_HELD),
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
EXTENSIONS = (
    Item("C1", "cluster", later("Why clusters were assigned, and not people"), (), _never),
    Item("C2", "cluster", later("How clusters counted in the analysis"), ("methods",)),
    Item("C3", "cluster", later("How many clusters each arm had"), ("answers", "main"), _clusters, NOT_HELD),
    Item(
        "C4",
        "cluster",
        later("How alike people of one cluster are (ICC), by outcome"),
        ("main",),
        _icc,
        later("the planned method does not give it"),
    ),
    Item("S1", "steps", later("A picture of who changed when"), ("design",)),
    Item("S2", "steps", later("How the course of time was allowed for"), ("methods",)),
    Item(
        "S3",
        "steps",
        later("The effect by the time since the change"),
        ("main",),
        lambda r: any(found.finding.estimate.profile for found in r.findings),
        later("the planned method does not give it"),
    ),
    Item("X1", "crossover", later("Orders, and the time between the periods"), ("design",)),
    Item(
        "X2", "crossover", later("How effects that last into the next period were dealt with"), ("methods",)
    ),
    Item("X3", "crossover", later("How the pairing inside each person was used"), ("methods",)),
    Item("A1", "arms", later("Which arms are compared, and how the error rate is shared"), ("plan", "main")),
)
