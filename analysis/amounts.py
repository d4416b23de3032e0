"""A distance on an outcome's primary scale in words: three figures and its unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.outcome import Outcome

OF_SHARES = frozenset({"risk_difference", "probability_of_superiority"})


def amount(value: float, outcome: Outcome) -> str:
    """A distance with its unit; shares are told in percentage points, ratios without a unit.

    >>> from analysis.outcome import Outcome
    >>> amount(0.0000122, Outcome("y", "Y", "series", unit="share"))
    '0.00122 percentage points'
    >>> amount(30612.3, Outcome("y", "Y", "series", unit="visits a week"))
    '30,600 visits a week'
    """
    unit = re.sub(r"\s*\(.*\)$", "", outcome.unit)
    if outcome.scale.is_ratio:
        return _figures(value)
    if outcome.scale.name in OF_SHARES or unit == "share":
        return f"{_figures(100 * value)} percentage points"
    return f"{_figures(value)} {unit}".rstrip()


def _figures(value: float) -> str:
    return f"{float(f'{value:.3g}'):,.12g}"
