"""The attacker who tries every count of a ten keeps the true one; of intervals told plainly he keeps few others."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from analysis.finding import Effect
from tests.bars.narrowing import of_group, of_means, of_shares

ENOUGH = 5


def three(value: float) -> float:
    return float(f"{value:.2e}")


def ten(count: int) -> np.ndarray:
    first = (count - 1) // 10 * 10 + 1
    return np.arange(first, first + 10)


def welch(n0: int, s0: float, n1: int, s1: float) -> float:
    a, b = s0**2 / n0, s1**2 / n1
    df = (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1))
    return float(t.ppf(0.975, df) * np.sqrt(a + b))


def test_welchs_interval_with_three_figures_leaves_few_counts_and_always_the_true_ones() -> None:
    rng, few = np.random.default_rng(4), 0
    for _ in range(100):
        n0, n1 = (int(n) for n in rng.integers(30, 250, 2))
        s0, s1 = rng.uniform(1, 12, 2)
        half, apart = welch(n0, s0, n1, s1), rng.normal()
        told = Effect(three(apart), three(apart - half), three(apart + half))
        left = of_means(ten(n0), ten(n1), told, (three(s0), three(s1)))
        assert n0 in left[0]
        assert n1 in left[1]
        few += min(map(len, left)) < ENOUGH
    assert few > 20


def test_a_mean_of_whole_points_with_its_interval_leaves_few_counts_and_always_the_true_one() -> None:
    rng, few = np.random.default_rng(5), 0
    for _ in range(100):
        scores = rng.binomial(40, 0.1 + 0.8 * rng.random(), int(rng.integers(21, 90)))
        n, mean, sd = len(scores), float(scores.mean()), float(scores.std(ddof=1))
        half = float(t.ppf(0.975, n - 1)) * sd / np.sqrt(n)
        ends = {"mean": mean, "low": mean - half, "high": mean + half, "sd": sd}
        left = of_group(ten(n), {name: three(end) for name, end in ends.items()}, step=1.0)
        assert n in left
        few += len(left) < ENOUGH
    assert few > 4


def test_a_difference_of_shares_with_three_figures_leaves_the_true_table_and_few_others() -> None:
    rng, few = np.random.default_rng(6), 0
    for _ in range(20):
        n0, n1 = (int(n) for n in rng.integers(60, 200, 2))
        x0, x1 = int(rng.integers(15, 50)), int(rng.integers(15, 50))
        (a0, a1), (b0, b1) = interval(n0, x0), interval(n1, x1)
        apart, p0, p1 = x1 / n1 - x0 / n0, x0 / n0, x1 / n1
        low, high = apart - np.hypot(p1 - b0, a1 - p0), apart + np.hypot(b1 - p1, p0 - a0)
        ends = (round(apart, 3), np.floor(1000 * low) / 1000, np.ceil(1000 * high) / 1000)
        left = of_shares((ten(n0), ten(x0)), (ten(n1), ten(x1)), Effect(*map(float, ends)))
        assert all(true in found for true, found in zip((n0, x0, n1, x1), left, strict=True))
        few += min(map(len, left)) < ENOUGH
    assert few > 10


def interval(n: int, x: int, z: float = 1.959963984540054) -> tuple[float, float]:
    centre, half = (x + z * z / 2) / (n + z * z), z * np.sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    return centre - half, centre + half
