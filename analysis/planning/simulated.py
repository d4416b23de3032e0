"""Power by simulation: the very analysis that is planned is run on studies drawn with a known truth."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import normal_quantile
from analysis.estimator import Declaration, Settings, choose
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import PANEL, PARALLEL, REPEATED, SERIES
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.world import Scene, worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.finding import Effect
    from analysis.planning.question import Question
    from analysis.table import UnitTable

CONTRAST = Contrast("b", "a")
LEVEL = 10_000.0  # a series is drawn at this height, so that whole numbers are no grid
WAVES = 3
LARGEST = 20_000  # rows that are drawn
TRIED = 20  # studies: where the analysis refuses all of these, it refuses the design
ROUNDS = 7  # of the search for a size or an effect
NO_P = Refusal(
    "The analysis of such a small study gives no p-value, so that there is no power.",
    remedy="Include more units, clusters or periods.",
)


@dataclass(frozen=True, slots=True)
class Simulated:
    """The share of drawn studies in which the effect was found, in its own direction, and by which estimator."""

    power: float
    size: float
    effect: float
    replicates: int
    refused: int
    estimator: str

    @property
    def error(self) -> float:
        """The Monte Carlo standard error of the power."""
        return sqrt(max(self.power * (1 - self.power), 0.25 / self.replicates) / self.replicates)


def scene_of(question: Question, size: float) -> tuple[Scene, float]:
    """What is drawn for a study of this size, and by what effects have to be multiplied in it."""
    n, truth, factor = round(size), {}, 1.0
    layout = {"interrupted-series": SERIES, "controlled-series": PANEL, "repeated": REPEATED}.get(
        question.design, PARALLEL
    )
    waves = tuple(f"wave-{w + 1}" for w in range(question.periods or WAVES)) if layout == REPEATED else ()
    outcome = Outcome("y", "Y", question.kind, options=dict(question.options), waves=waves)
    base = question.base
    units, periods, treated = n, 6, 0
    if layout in (SERIES, PANEL):
        factor = LEVEL / abs(base or 1.0)
        truth = {"rho": question.rho, "base": LEVEL, "spread": factor * (question.sd or 0.0)}
    else:
        truth = {} if base is None else {"base": base}
        truth |= {} if question.sd is None else {"spread": question.sd}
        units = round(n * (1 + question.ratio))
    if layout == SERIES:
        units, periods = 1, n
        truth["share_before"] = question.before
    elif layout == PANEL:
        periods, treated = question.periods or 0, question.treated or max(1, n - max(1, n // 4))
    elif layout == REPEATED:
        truth |= {"dropout": question.dropout} | ({} if question.icc is None else {"icc": question.icc})
    else:
        truth["share_treated"] = question.ratio / (1 + question.ratio)
    declaration = Declaration(
        layout.name, question.kind, units=n if layout == PANEL else 0, treated_units=treated
    )
    return Scene(declaration, outcome, units=units, periods=periods, truth=truth), factor


def simulate(
    question: Question, *, size: float, effect: float, progress: Callable[[str], None] = lambda _: None
) -> Simulated:
    """The power at one size and effect. Raises Refusal where no study of this size can be analysed or drawn."""
    scene, factor = scene_of(question, size)
    if scene.units * (scene.periods if scene.declaration.layout in ("series", "panel") else 1) > LARGEST:
        raise Refusal(
            "The study would be too large to be drawn and analysed many times.",
            remedy="Plan with a larger effect or a lower power.",
        )
    null = scene.outcome.scale.null
    drawn = null + (effect - null) * factor
    estimator = choose(scene.declaration)
    settings = Settings(level=question.level, seed=question.seed)
    found = refused = 0
    for replicate in range(question.replicates):
        if replicate % 10 == 0:
            progress(f"Drawing study {replicate + 1:,} of {question.replicates:,} of size {size:,.0f} …")
        rng = np.random.default_rng([question.seed, replicate])
        try:
            table = _drawn(scene, rng, drawn)
            told = estimator.fit(gather(table, scene.outcome, CONTRAST, covariates=()), settings)
            figure = told.effects[scene.outcome.scale.name]
            found += _found(figure, alpha=1 - question.level, null=null, upwards=effect > null)
        except Refusal:
            refused += 1
            if refused == replicate + 1 == TRIED:
                raise
    return Simulated(found / question.replicates, size, effect, question.replicates, refused, estimator.name)


def _found(effect: Effect, *, alpha: float, null: float, upwards: bool) -> bool:
    """Whether an effect is found on its own side of none. Raises Refusal where the analysis gives no p-value."""
    if effect.p_value is None:
        raise NO_P
    return effect.p_value < alpha and (effect.estimate > null) == upwards


def _drawn(scene: Scene, rng: np.random.Generator, effect: float) -> UnitTable:
    try:
        return worlds()[scene.declaration.layout].draw(rng, scene, effect)
    except ValueError as problem:
        raise Refusal(
            "No outcome of this kind can have such a control figure together with such an effect.",
            remedy="Choose another effect, or another base.",
        ) from problem


def search(
    question: Question, at: Callable[[float], Simulated], *, start: float, least: float, growth: float
) -> Simulated:
    """The point whose simulated power is nearest to the target, by the law that information grows as x^growth.

    Each step supposes that the standardised effect is proportional to x^(growth / 2), which holds for sample sizes
    (growth 1) and effects (growth 2), and stays inside what earlier steps have bracketed. `least` makes x whole.
    """
    bar, goal = normal_quantile((1 + question.level) / 2), normal_quantile(question.target)
    low, high, x = least, float("inf"), max(start, least)
    best: Simulated | None = None
    for _ in range(ROUNDS):
        found = at(x)
        gap = abs(found.power - question.target)
        best = found if best is None or gap < abs(best.power - question.target) else best
        if gap <= found.error:
            break
        low, high = (x, high) if found.power < question.target else (low, x)
        reached = normal_quantile(min(max(found.power, 0.06), 0.995))
        step = exp(log(max((bar + goal) / max(bar + reached, 0.2), 0.1)) * 2 / growth)
        moved = x * min(max(step, 0.25), 4.0)
        moved = moved if low < moved < high else (low + min(high, 4 * x)) / 2
        moved = float(round(moved)) if least else moved
        if moved == x:
            break
        x = moved
    if best is None or abs(best.power - question.target) > 0.1:
        raise Refusal(
            "No study that can be drawn comes near this power.",
            remedy="Plan with a larger effect, or look at the power of one size.",
        )
    return best
