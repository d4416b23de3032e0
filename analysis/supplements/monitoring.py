"""What a study's planned looks say at this one: go on, stop, or stop for harm.

The boundary is that of the plan (`analysis.looks.monitoring`). Harm has a boundary of its own: one-sided, with
Pocock's spending of the whole error rate, so that a study stops sooner for harm than for benefit. It is a call
to stop and look, no verdict. For looks that nobody planned there is the asymptotic confidence sequence,
narrowest when all planned units are in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile
from analysis.chance.on_scale import normal_of, told
from analysis.looks.anytime import sequence_half_width
from analysis.looks.monitoring import LAYOUTS
from analysis.refusal import Refusal
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    from analysis.finding import Effect, Finding
    from analysis.looks.monitoring import Look
    from analysis.supplement import Beside

SEQUENCE = "confidence sequence"
MINUS = "\N{MINUS SIGN}"
HARM = "The boundary for harm is reached: stop assigning, and find out why, before anything else."


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Where the finding stands at this look; nothing for a study that is looked at once."""
    if len(beside.plan.looks) < 2 or beside.table is None:
        return ()
    look = beside.look
    if look is None:
        raise Refusal(
            "The planned looks cannot be placed: they are answered where units or clusters are assigned once, and "
            "where the first primary outcome was measured.",
            remedy=f"Read the finding when all data are in; looks suit the layouts {', '.join(LAYOUTS)}.",
        )
    figures = {"look": float(look.number), "looks": float(len(look.planned))}
    figures |= {"information": look.share} if look.known else {}
    z = _z(beside.finding)
    figures |= _boundary(look, z, worse=1 if beside.finding.outcome.better == "lower" else -1)
    sequence = _sequence(beside, look)
    harm = figures.get("harm_reached", 0.0) > 0
    return (
        Supplied(
            "monitoring",
            beside.finding.outcome.name,
            beside.finding.contrast,
            says=_says(look, figures, sequence),
            effects={} if sequence is None else {SEQUENCE: sequence},
            parameters=figures,
            notes=(HARM,) if harm else _below_harm(figures),
        ),
    )


def _z(finding: Finding) -> float | None:
    """The z that the single look's p-value amounts to, with the effect's sign."""
    p_value = finding.estimate.parameters.get("p_single_look")
    if p_value is None:
        return None
    above = finding.effect.estimate > finding.outcome.scale.null
    return (1 if above else -1) * -normal_quantile(max(p_value, 1e-300) / 2)


def _boundary(look: Look, z: float | None, *, worse: int) -> dict[str, float]:
    """The boundary, what was spent, and whether z reached it; nothing between planned looks."""
    if not look.speaks:
        return {}
    bounds, harm = look.boundaries, look.at(look.alpha, spending="pocock", sides=1)
    limit = bounds.z[-1]
    figures = {
        "boundary_p": bounds.nominal[-1],
        "alpha_spent": bounds.spent[-1],
        "harm_boundary_z": harm.z[-1],
        "harm_boundary_p": harm.nominal[-1],
    }
    if limit < float("inf"):
        figures["boundary_z"] = limit
    if z is None:
        return figures
    reached = {"reached": float(abs(z) >= limit), "harm_reached": float(worse * z >= harm.z[-1])}
    return {**figures, "z": z, **reached}


def _sequence(beside: Beside, look: Look) -> Effect | None:
    """The confidence sequence; it needs a standard error, and units that were assigned one by one."""
    found, units = normal_of(beside.finding), beside.evidence.treatment.n + beside.evidence.control.n
    if found is None or beside.evidence.layout == "clustered":
        return None
    best_at = units / look.share
    half = sequence_half_width(found.se**2, n=units, best_at=best_at, alpha=look.alpha)
    return told(found, beside.finding.outcome.scale, level=1 - look.alpha, half=half)


def _says(look: Look, figures: dict[str, float], sequence: Effect | None) -> str:
    share = f"{100 * look.share:.0f} % of the planned information"
    if look.number == 0:
        return f"With {share} the study is at no planned look: nothing is decided, and {_sequence_says(sequence)}."
    place = f"At look {look.number} of {len(look.planned)} ({share})"
    if not look.known:
        place = "With an unknown share of the information, at the boundary of the first look,"
    if not look.speaks:
        return f"{place} clusters are too few to stop early: the study goes on."
    if "z" not in figures:
        return f"{place} there is no p-value to hold against the boundary."
    reached, limit = figures["reached"] > 0, figures.get("boundary_z")
    told_z = f"{figures['z']:.2f}".replace("-", MINUS)
    told_limit = "out of reach" if limit is None else f"{limit:.2f}"
    then = "" if look.final else (": the plan lets the study stop" if reached else ": the study goes on")
    return (
        f"{place} z for {{treatment}} against {{control}} is {told_z} and the boundary {told_limit}, "
        f"which is {'' if reached else 'not '}reached{then}."
    )


def _below_harm(figures: dict[str, float]) -> tuple[str, ...]:
    """Where the boundary for harm lies, in a sentence; nothing where no z was held against it."""
    if "harm_reached" not in figures:
        return ()
    limit = figures["harm_boundary_z"]
    return (f"The boundary for harm is a z of {limit:.2f} towards worse: it is not reached.",)


def _sequence_says(sequence: Effect | None) -> str:
    if sequence is None or sequence.low is None or sequence.high is None:
        return "no interval holds at looks that nobody planned"
    return f"only an interval that holds at any look may be read ({sequence.low:.3g} to {sequence.high:.3g})"


SUPPLEMENT = Supplement(
    name="monitoring",
    label="Planned looks",
    question="Does the plan let the study stop now?",
    run=run,
    order=10,
)
