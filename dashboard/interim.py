"""What must be said wherever figures of a release stand: that data are not observed ones, or not all in yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.language import say
from dashboard.told import told
from dashboard.words.vocabulary import DATA_ARE

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.supplement import Supplied
    from dashboard.words.answers import Stands


@dataclass(frozen=True, slots=True)
class Reached:
    """The planned look that a study's data have reached, of how many; 0 where they are at none.

    `share` is of the planned information, None where that is not known.
    """

    look: int = 0
    looks: int = 0
    share: float | None = None

    @property
    def early(self) -> bool:
        """Whether results are told before the last look."""
        return self.look < self.looks


def at_this_look(release: Release) -> tuple[Supplied, ...]:
    """What was found at the look that the data have reached, outcome by outcome."""
    return tuple(supplied for supplied in release.supplied if supplied.name == "monitoring")


def reached(release: Release) -> Reached:
    """How far the data are among the planned looks, as its results say; nothing where none are shown."""
    figures = next((each.parameters for each in at_this_look(release)), {})
    share = figures.get("information")
    return Reached(int(figures.get("look", 0)), int(figures.get("looks", 0)), share)


def share_measured(release: Release) -> float | None:
    """How much of the planned information there is: by the results, else by all that was measured, if known."""
    known = reached(release).share
    if known is not None:
        return known
    measured = release.flow[-1].total.value if release.flow else None
    planned = release.plan.planned_units
    return measured / planned if measured is not None and planned else None


def stops_for_harm(release: Release) -> bool:
    """Whether a planned look reached the boundary for harm."""
    return any(supplied.parameters.get("harm_reached", 0.0) > 0 for supplied in at_this_look(release))


def where_it_stands(release: Release) -> Stands:
    """Whether a planned look is still to come, and whether the boundary for harm is reached at this one."""
    if stops_for_harm(release):
        return "harm"
    return "going on" if reached(release).early else "over"


def interim_text(release: Release) -> str:
    """That the figures are those of a study that still runs; empty where they are its last ones."""
    found = reached(release)
    if not found.early:
        return ""
    if found.look == 0:
        return say("Interim figures, between the planned looks: they decide nothing, and can change.")
    return say(
        "Interim figures, at look {look} of {looks}: the study still runs, and they can change.",
        look=found.look,
        looks=found.looks,
    )


def notice_text(release: Release) -> str:
    """All that stands beside the figures wherever they go; empty where they are observed and final."""
    closed = told(release.withheld[0]) if release.closed else ""
    parts = (DATA_ARE.get(release.study.data_are, ""), closed, interim_text(release))
    return " ".join(part for part in parts if part)
