"""Sample ratio: whether each arm was given as many units, or clusters, as its declared share says.

A mismatch is the commonest sign of a broken allocation or of lost records (Fabijan et al. 2019, doi
10.1145/3292500.3330722). Units: Pearson's chi-square; where few are expected in an arm, and for clusters, the
exact multinomial test, which adds up every split that is no likelier than the one seen. It fails below 0.001 and
warns below 0.01: the check runs at every analysis, so that 0.05 would cry wolf. Clusters are often allocated in
blocks, which makes the split more even than chance would; the test is then careful, never hasty. In a crossover
everybody gets every arm, and the arm that a unit begins with is what was drawn.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import binomial_tails, chi_square_tail, log_factorial
from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.layout import CROSSOVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan

FAIL, WARN = 0.001, 0.01
_MOST_SPLITS = 20_000


def chi_square(observed: Sequence[int], shares: Sequence[float]) -> tuple[float, float]:
    """Pearson's statistic and its p-value, with one degree of freedom less than arms.

    >>> statistic, p = chi_square([60, 40], [1, 1])
    >>> statistic, round(p, 4)
    (4.0, 0.0455)
    """
    counts, expected = np.array(observed, dtype=float), _expected(observed, shares)
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return statistic, chi_square_tail(statistic, len(observed) - 1)


def exact_multinomial(observed: Sequence[int], shares: Sequence[float]) -> float:
    """The probability of all splits no likelier than `observed`.

    >>> round(exact_multinomial([9, 1], [1, 1]), 6)  # 22 of 1,024
    0.021484
    """
    n, arms = sum(observed), len(observed)
    if arms == 2:
        return exact_binomial(observed[0], n, shares[0] / sum(shares))
    logs = np.log(np.array(shares, dtype=float) / sum(shares))
    bars = np.array(list(combinations(range(n + arms - 1), arms - 1)), dtype=np.int64).reshape(-1, arms - 1)
    edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, n + arms - 1)))
    splits = np.diff(edges, axis=1) - 1
    chances = log_factorial(np.array([n])) + (splits * logs - log_factorial(splits)).sum(axis=1)
    counts = np.array(observed)
    seen = log_factorial(np.array([n])) + (counts * logs - log_factorial(counts)).sum()
    return float(min(1.0, np.exp(chances[chances <= seen + 1e-7]).sum()))


def exact_binomial(events: int, n: int, share: float) -> float:
    """The probability of all numbers of events no likelier than `events` (as R's binom.test has it).

    Probabilities fall from their mode on either side, so that the far tail's edge is found by halving.

    >>> round(exact_binomial(9, 10, 0.5), 6), round(exact_binomial(1, 10, 0.5), 6), exact_binomial(2, 4, 0.5)
    (0.021484, 0.021484, 1.0)
    """
    if 2 * events == n and share == 0.5:
        return 1.0
    if events > n * share:
        return exact_binomial(n - events, n, 1 - share)

    def chance(count: int) -> float:
        ways = log_factorial(np.array([n, count, n - count])) @ np.array([1.0, -1.0, -1.0])
        return float(ways + count * np.log(share) + (n - count) * np.log1p(-share))

    seen = chance(events) + 1e-7
    low, high = (
        min(int(np.ceil(n * share)), n),
        n + 1,
    )  # the far tail begins after `low`, at `high` at the latest
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) <= seen else (middle + 1, high)
    return min(1.0, binomial_tails(events, low, n, share))


def of_counts(
    observed: Sequence[int], shares: Sequence[float], *, by_cluster: bool
) -> tuple[float | None, float]:
    """Pearson's statistic and its p-value; None and the exact p-value for clusters, and where few are expected.

    >>> statistic, p = of_counts([12, 0], [1, 1], by_cluster=True)
    >>> statistic, round(p, 9)
    (None, 0.000488281)
    """
    arms = len(observed)
    splits = comb(sum(observed) + arms - 1, arms - 1)
    small = by_cluster or _expected(observed, shares).min() < 5
    if small and (arms == 2 or splits <= _MOST_SPLITS):
        return None, exact_multinomial(observed, shares)
    return chi_square(observed, shares)


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    arms = [arm for arm, share in conduct.shares.items() if share > 0]
    observed = [conduct.assigned.get(arm, 0) for arm in arms]
    if len(arms) < 2 or sum(observed) == 0:
        return ()
    shares = [conduct.shares[arm] for arm in arms]
    statistic, p_value = of_counts(observed, shares, by_cluster=conduct.assigned_by == "cluster")
    verdict: Outcome = "fail" if p_value < FAIL else "warn" if p_value < WARN else "pass"
    given = "that began with each arm" if plan.layout == CROSSOVER.name else "assigned"
    return (_result(conduct, arms, verdict, p_value, statistic, given=given),)


def _result(
    conduct: Conduct,
    arms: list[str],
    verdict: Outcome,
    p_value: float,
    statistic: float | None,
    *,
    given: str,
) -> CheckResult:
    told = {
        "pass": "as the declared shares lead one to expect",
        "warn": "further from the declared shares than chance would often bring about",
        "fail": "too far from the declared shares for chance",
    }[verdict]
    seen = ", ".join(f"{{arm_{i}}} {{n_{i}}}" for i in range(len(arms)))
    counts = {f"n_{i}": conduct.assigned.get(arm, 0) for i, arm in enumerate(arms)}
    by_cluster = conduct.assigned_by == "cluster"
    numbers = {"p": format_p(p_value)}
    if by_cluster:  # clusters are no people, and are not masked
        numbers |= {name: f"{count:,}" for name, count in counts.items()}
    return CheckResult(
        "sample_ratio",
        verdict,
        f"{'Clusters' if by_cluster else 'Units'} {given}: {seen}; {told} ({{p}}).",
        {} if by_cluster else counts,
        numbers,
        statistic,
        p_value,
        arms={f"arm_{i}": arm for i, arm in enumerate(arms)},
    )


def _expected(observed: Sequence[int], shares: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(shares, dtype=float) / sum(shares) * sum(observed)


CHECK = Check(
    name="sample_ratio",
    label="Sample ratio",
    means="If units went missing from one arm, or went to the wrong one, the arms do not compare like with like.",
    advice="Find out where assignments are made, logged or lost before reading any finding.",
    run=_run,
)
