"""What is taken out of a finding or a supplement before it is shown, so that a small cell cannot be had from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from analysis.finding import Finding, Traced
    from analysis.supplement import Supplied

TOO_FEW = "This rests on too few people to be shown."


def told_together(finding: Finding) -> tuple[str, str]:
    """Findings whose figures add up to those of others: all of an outcome, or all levels of an attribute.

    Levels with a small cell hide all levels' figures, so that the whole less the others does not give it back.
    """
    return finding.outcome.name, finding.subgroup.attribute if finding.subgroup else ""


def whole(finding: Finding) -> tuple[str, str]:
    """The findings on everybody: where these are hidden, the sum of the levels would give them back."""
    return finding.outcome.name, ""


def without_small_periods(trace: Traced, threshold: int) -> Traced:
    """The line without the values of periods that rest on fewer than `threshold` events.

    Where just one period between two changes does, the next smallest goes as well: the average of all would give
    it back. The counts themselves go altogether.

    >>> from analysis.finding import Traced
    >>> line = Traced("series", "", (1.0, 2.0, 3.0), (0, 0, 0), (7.0, 40.0, 30.0), (), (), ((7,), (40,), (30,)))
    >>> without_small_periods(line, 10).observed
    (None, 40.0, None)
    """
    counts = trace.cells or ((),) * len(trace.periods)
    hidden = {place for place, cells in enumerate(counts) if any(0 < count < threshold for count in cells)}
    for stage, found in Counter(trace.stage[place] for place in hidden).items():
        others = [p for p, at in enumerate(trace.stage) if at == stage and p not in hidden and counts[p]]
        if found == 1 and others:
            hidden.add(min(others, key=lambda place: min(counts[place])))
    observed = tuple(None if place in hidden else value for place, value in enumerate(trace.observed))
    return replace(trace, observed=observed, expected=_with(trace, observed), cells=())


def _with(trace: Traced, observed: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """What was expected of a platform follows its controls period by period: it goes where they are hidden."""
    if trace.part != "treated":
        return trace.expected
    return tuple(
        None if value is None else foretold for value, foretold in zip(observed, trace.expected, strict=True)
    )


def shown(supplied: Supplied, *, small: Collection[str], thin: Iterable[Finding], threshold: int) -> Supplied:
    """A supplement as it may be shown: nothing but its name where a small cell stands behind it.

    `small` are the outcomes with a small cell anywhere, `thin` the levels that are withheld whole.
    """
    if supplied.outcome in small or any(0 < cell < threshold for cell in supplied.cells):
        return replace(supplied, says=TOO_FEW, effects={}, parameters={}, notes=(), cells=())
    about = supplied.outcome, supplied.contrast
    levels = {f.subgroup.level for f in thin if f.subgroup and (f.outcome.name, f.contrast) == about}
    effects = {label: effect for label, effect in supplied.effects.items() if label not in levels}
    return replace(supplied, effects=effects, cells=())
