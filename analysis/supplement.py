"""Supplements: further questions asked beside a planned finding, each answered in figures and one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.finding import Contrast, Effect, Finding
from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.evidence import Evidence
    from analysis.looks.monitoring import Look
    from analysis.plan import Plan


@dataclass(frozen=True, slots=True)
class Beside:
    """What a supplement stands beside: a planned finding, and all that it was made from.

    `table` is None for counts, `conduct` for counts and bare tables.
    """

    plan: Plan
    evidence: Evidence
    finding: Finding
    table: Table | None = None
    conduct: Conduct | None = None
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a supplement found. `says` is one sentence, with {treatment} and {control} for the arms' labels.

    `effects` are labelled effects in order (a subgroup's levels, bounds, priors), on the outcome's primary scale
    or on the `scale` named;
    `parameters` are further figures by name. `findings` go into the result document beside the planned one. `cells`
    are the counts of people behind what is said, beside those of the finding itself, for disclosure control.
    """

    name: str
    outcome: str
    contrast: Contrast
    says: str
    effects: dict[str, Effect] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    scale: str = ""
    cells: tuple[int, ...] = ()

    def sentence(self, labels: Mapping[str, str]) -> str:
        """`says` with the arms named as pages name them."""
        arms = {"treatment": self.contrast.treatment, "control": self.contrast.control}
        return self.says.format(**{place: f"‘{labels.get(arm, arm)}’" for place, arm in arms.items()})


@dataclass(frozen=True, slots=True)
class Supplement:
    """A supplement. `run(beside)` returns what it found: nothing where it does not apply.

    It may raise Refusal, which becomes a refusal of the supplement, never of the finding. `question` is what it
    answers, for pages. One that `waits` says nothing while a planned look is still to come: it allows for no looks,
    or would take units that are not followed yet for missing ones.
    """

    name: str
    label: str
    question: str
    run: Callable[[Beside], tuple[Supplied, ...]]
    order: int = 50
    waits: bool = False

    def due(self, look: Look | None) -> bool:
        """Whether it is to be asked at this look; None is of a study that is looked at once."""
        return look is None or look.final or not self.waits


def supplements() -> Mapping[str, Supplement]:
    """Every supplement, by name."""
    return collect("analysis.supplements", Supplement)
