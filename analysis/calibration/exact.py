"""Two proportions without chance: every pair of counts that can come, each with its probability.

Newcombe 1998, Statistics in Medicine 17:873, enumerates coverage in this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from analysis.calibration.cell import STRESS, TWO_ARMS
from analysis.calibration.replicates import SETTINGS, holds
from analysis.calibration.table import Row, standing
from analysis.estimator import estimators
from analysis.evidence import Evidence
from analysis.outcome import Outcome
from analysis.outcomes.proportion import Proportion
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.calibration.cell import Band
    from analysis.finding import Effect

NEGLIGIBLE = 1e-7  # probability of a pair of counts that is left out
OUTCOME = Outcome("y", "Y", "proportion")


@dataclass(frozen=True, slots=True)
class Counted:
    """One estimator on `treated` and `control` units whose events have these chances."""

    estimator: str
    treated: int
    control: int
    chances: tuple[float, float]  # of treated, of control units
    band: Band = STRESS

    @property
    def design(self) -> str:
        """In words."""
        shares = " and ".join(f"{100 * chance:g} %" for chance in self.chances)
        return f"{self.treated} against {self.control} units, {shares} with the event, enumerated"

    @property
    def key(self) -> tuple[str, str, str]:
        """What this cell is known by."""
        return self.estimator, OUTCOME.kind, self.design


DESIGNS = (
    (50, 50, (0.1, 0.1)),
    (30, 30, (0.3, 0.5)),
    (20, 60, (0.2, 0.2)),
    (100, 100, (0.02, 0.02)),
    (200, 200, (0.05, 0.1)),
)


def counted() -> tuple[Counted, ...]:
    """Every estimator of two proportions in every design.

    >>> counted()[0].design
    '50 against 50 units, 10 % and 10 % with the event, enumerated'
    """
    names = ("score_interval", "newcombe", "fisher_exact")
    return tuple(Counted(name, *design) for design in DESIGNS for name in names)


def enumerate_cell(cell: Counted) -> Row:
    """False positives (where the chances are alike) and coverage, by adding up probabilities."""
    weights = [binomial(n, p) for n, p in zip((cell.treated, cell.control), cell.chances, strict=True)]
    sums, began = _Sums(cell.chances[0] - cell.chances[1]), process_time()
    pairs = np.argwhere(np.outer(*weights) > NEGLIGIBLE)
    for treated, control in pairs:
        weight = float(weights[0][treated] * weights[1][control])
        try:
            sums.take(weight, _effect(cell, (int(treated), int(control))))
        except Refusal:
            sums.refused += weight
    return _row(cell, sums, (process_time() - began) / len(pairs))


@dataclass(slots=True)
class _Sums:
    """Probabilities of what was found so far."""

    truth: float
    total: float = 0.0
    tested: float = 0.0
    found: float = 0.0
    covered: float = 0.0
    error: float = 0.0
    refused: float = 0.0

    def take(self, weight: float, effect: Effect) -> None:
        """One pair of counts."""
        self.total += weight
        self.error += weight * (effect.estimate - self.truth)
        self.covered += weight * holds(effect, self.truth)
        if effect.p_value is not None:
            self.tested += weight
            self.found += weight * (effect.p_value < 1 - SETTINGS.level)


def binomial(n: int, chance: float) -> NDArray[np.float64]:
    """The probabilities of 0 to n events.

    >>> binomial(2, 0.5).round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, chance) + xlog1py(n - k, -chance)))


def _effect(cell: Counted, events: tuple[int, int]) -> Effect:
    control, treatment = Proportion(cell.control, events[1]), Proportion(cell.treated, events[0])
    evidence = Evidence(OUTCOME, TWO_ARMS, "parallel", control, treatment)
    return estimators()[cell.estimator].fit(evidence, SETTINGS).effects["risk_difference"]


def _row(cell: Counted, sums: _Sums, seconds: float) -> Row:
    """Probabilities have no Monte Carlo error; false positives need equal chances and a p-value."""
    alike = cell.chances[0] == cell.chances[1] and sums.tested > 0
    found = round(100 * sums.found / sums.tested, 2) if alike else None
    missed = round(100 * (1 - sums.covered / sums.total), 2)
    return Row(
        *cell.key,
        replicates=0,
        false_positives=found,
        false_positives_error=0.0 if alike else None,
        coverage=round(100 - missed, 2),
        coverage_error=0.0,
        bias=float(f"{sums.error / sums.total:.3g}"),
        bias_error=0.0,
        refused=round(100 * sums.refused, 2),
        band_low=cell.band[0],
        band_high=cell.band[1],
        holds=standing(cell.band, found=(found, 0), missed=(missed, 0)),
        milliseconds=round(1000 * seconds, 2),
    )
