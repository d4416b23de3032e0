"""What the extensions of CONSORT add, for clusters, steps in time, crossovers and several arms, in our own words.

Source: clusters: Campbell et al. 2012, doi 10.1136/bmj.e5661; stepped wedge: Hemming et al. 2018,
doi 10.1136/bmj.k1614; crossover: Dwan et al. 2019, doi 10.1136/bmj.l4378; several arms: Juszczak et al. 2019,
doi 10.1001/jama.2019.3087.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER, PANEL, STEPPED
from dashboard.language import later
from dashboard.reports.items import NOT_HELD, Item, never

if TYPE_CHECKING:
    from analysis.disclosure import Release


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


EXTENSIONS = (
    Item("C1", "cluster", later("Why clusters were assigned, and not people"), (), never, stated="clusters"),
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
