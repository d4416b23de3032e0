"""Results held to the boundaries of a planned look: where each lies, and whether the study may stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard import telling, words
from dashboard.interim import reached
from dashboard.language import say
from dashboard.words.figures import number
from dashboard.words.looks import zone_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import Effect
    from analysis.supplement import Supplied
    from dashboard.words.looks import Standing


@dataclass(frozen=True, slots=True)
class Held:
    """A planned finding and what its look says of it; z is turned so that more is better."""

    finding: ReleasedFinding
    supplied: Supplied

    @property
    def z(self) -> float | None:
        """The z of the result, upwards for better; None where none was held against a boundary."""
        z = self.supplied.parameters.get("z")
        worse = self.finding.finding.outcome.better == "lower"
        return None if z is None else -z if worse else z

    @property
    def share(self) -> float | None:
        """The share of the planned information; None where that is not known."""
        return self.supplied.parameters.get("information")

    @property
    def main(self) -> bool:
        """Whether it is of a primary outcome."""
        return self.finding.finding.outcome.role == "primary"

    @property
    def standing(self) -> Standing:
        """Where it lies: beyond a boundary, or between them."""
        if self.supplied.parameters.get("harm_reached", 0.0) > 0:
            return "harm"
        better = self.z is not None and self.z > 0
        return "benefit" if better and self.supplied.parameters.get("reached", 0.0) > 0 else "going on"


def held(release: Release) -> tuple[Held, ...]:
    """Every planned finding that a look says something of, in the order of the plan."""
    return tuple(
        Held(finding, supplied)
        for finding in release.default_findings()
        for supplied in release.beside(finding)
        if supplied.name == "monitoring"
    )


def standing(release: Release) -> Standing:
    """Where the whole study stands: harm on any outcome, benefit on a main one, or neither."""
    found, at = held(release), reached(release)
    if release.closed:
        return "closed"
    if any(each.standing == "harm" for each in found):
        return "harm"
    if all(each.z is None for each in found):
        return "between" if found and at.look == 0 else "unknown"
    if any(each.main and each.standing == "benefit" for each in found):
        return "benefit"
    return "going on" if at.early else "over"


def result_rows(release: Release) -> list[dict[str, object]]:
    """Each result that was held to a boundary: z beside both boundaries, and both of its intervals."""
    return [_row(release, each) for each in held(release) if each.z is not None]


def _row(release: Release, each: Held) -> dict[str, object]:
    about, figures = each.finding.finding, each.supplied.parameters
    row: dict[str, object] = {say("Outcome"): about.outcome.label}
    if len(release.plan.contrasts) > 1:
        row[say("Compared")] = telling.compared(release, each.finding)
    row |= {
        say("z, upwards is better"): number(each.z or 0.0, decimals=2),
        say("Benefit from"): _bound(figures, "boundary_z", sign=1),
        say("Harm from"): _bound(figures, "harm_boundary_z", sign=-1),
        say("Where it lies"): zone_text(each.standing),
        say("Interval at this look"): _interval(each, each.finding.effect),
    }
    sequence = next(iter(each.supplied.effects.values()), None)
    return row if sequence is None else {**row, say("Interval at any look"): _interval(each, sequence)}


def _bound(figures: Mapping[str, float], name: str, *, sign: int) -> str:
    return number(sign * figures[name], decimals=2) if name in figures else say("out of reach")


def _interval(each: Held, effect: Effect) -> str:
    outcome = each.finding.finding.outcome
    return words.effect_text(effect, scale=outcome.scale, outcome=outcome)
