"""The scenes of the calibration: an outcome of each kind, in a declared layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.estimator import Declaration
from analysis.layout import REPEATED
from analysis.outcome import Outcome, kinds
from analysis.world import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = {"q": 0.5, "tau": 30.0}  # what some kinds take


def scene(
    layout: str,
    kind: str,
    *,
    units: int = 240,
    clusters: int = 12,
    periods: int = 6,
    truth: Mapping[str, float] | None = None,
    platforms: int = 0,
    **declared: Any,
) -> Scene:
    """What a cell draws; `declared` are the further words of the `Declaration`, with `platforms` for
    its `units`.

    >>> scene("repeated", "score", periods=2).outcome.waves
    ('wave-1', 'wave-2')
    """
    options = {name: OPTIONS[name] for name in kinds()[kind].takes if name in OPTIONS}
    waves = tuple(f"wave-{wave + 1}" for wave in range(periods)) if layout == REPEATED.name else ()
    outcome = Outcome("y", "Y", kind, options=options, waves=waves)
    return Scene(
        Declaration(layout, kind, units=platforms, **declared),
        outcome,
        units,
        clusters,
        periods,
        truth=truth or {},
    )
