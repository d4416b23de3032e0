"""How many digits a public figure has: enough to read it, too few to find the people behind it."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from analysis.outcome import kinds
from analysis.release.shown import FEW, Shown, significant

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.finding import Effect, Estimate, Traced
    from analysis.outcome import Outcome

SMALLEST_P = 0.0001
PLAIN = Shown()  # a difference in its own unit


def cut(effect: Effect, figures: int, shown: Shown = PLAIN) -> Effect:
    """The effect with so many significant figures, its p-value with two; without degrees of freedom.

    A figure that would be shown otherwise than the exact one has the decimals with which that is shown, so that
    nothing is rounded twice.

    >>> from analysis.finding import Effect
    >>> cut(Effect(0.123456, -0.98765, 1.5, se=0.22222, df=297, p_value=0.01234), 3).p_value
    0.012
    >>> told = cut(Effect(-12.3456, -24.1515, -0.54996), 3)
    >>> told.estimate, told.low, told.high
    (-12.3, -24.2, -0.5)
    """
    return replace(
        shown.cut(effect, figures),
        se=None if effect.se is None else significant(effect.se, figures),
        df=None,
        p_value=None if effect.p_value is None else max(significant(effect.p_value, 2), SMALLEST_P),
    )


def cut_parameter(name: str, value: float, figures: int) -> float:
    """A parameter with so many significant figures; one whose name says that it is a p-value as p-values are.

    >>> cut_parameter("peto_peto_p", 5.2981e-06, 4), cut_parameter("p_yates", 0.0006248, 4)
    (0.0001, 0.00062)
    >>> cut_parameter("boundary_p", 5.2981e-06, 3), cut_parameter("period_low", 1.23456, 3)
    (5.3e-06, 1.23)
    """
    words = name.split("_")
    if "p" in words and "boundary" not in words:  # a boundary is the plan's
        return max(significant(value, 2), SMALLEST_P)
    return significant(value, figures)


def on_grid(effect: Effect, share: float) -> Effect:
    """The effect on a grid; a step is this share of half its interval, rounded up to 1, 2 or 5 of a decimal place.

    The interval's ends go outwards: what is told of it still holds at least as often as its level says. There is no
    p-value, nor what else would tell more than the grid does.

    >>> from analysis.finding import Effect
    >>> told = on_grid(Effect(0.0131, -0.0441, 0.0711, se=0.03, p_value=0.66), 0.2)
    >>> told.estimate, told.low, told.high, told.p_value
    (0.02, -0.06, 0.08, None)
    """
    step = step_of(effect, share)
    low = None if effect.low is None else near(effect.low, step, floor)
    high = None if effect.high is None else near(effect.high, step, ceil)
    return replace(
        effect, estimate=near(effect.estimate, step), low=low, high=high, se=None, df=None, p_value=None
    )


def step_of(effect: Effect, share: float) -> float:
    """The step of the grid; 0 for an effect that is known without any doubt.

    It is at least one of the third figure of the widest: a grid, too, tells no more figures than that.

    >>> from analysis.finding import Effect
    >>> step_of(Effect(0.0131, -0.0441, 0.0711), 0.2), step_of(Effect(123.4, 123.1, 123.8), 0.2)
    (0.02, 1.0)
    """
    ends = [end for end in (effect.low, effect.high) if end is not None]
    half = max((abs(end - effect.estimate) for end in ends), default=abs(effect.estimate))
    widest = max(abs(value) for value in (effect.estimate, *ends))
    return round_step(max(share * half, 10.0 ** (floor(log10(widest)) - FEW + 1))) if half else 0.0


def near(value: float, step: float, whole: Callable[[float], int] = round) -> float:
    """The value on a grid of so wide a step, rounded `whole`; as it is where the step is 0.

    >>> near(0.0131, 0.02), near(-0.0441, 0.02, floor)
    (0.02, -0.06)
    """
    return float(f"{whole(round(value / step, 9)) * step:.12g}") if step else value


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is no smaller.

    >>> round_step(0.0115), round_step(0.3), round_step(5)
    (0.02, 0.5, 5.0)
    """
    power = 10.0 ** floor(log10(least))
    return next(float(f"{m * power:.6g}") for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))


def cut_estimate(estimate: Estimate, outcome: Outcome, figures: int, *, rounds: bool) -> Estimate:
    """The estimate with every figure cut. Where counts are rounded, whole numbers and notes with figures go."""
    main = Shown.of(outcome.scale, outcome)
    parameters = {
        name: cut_parameter(name, value, figures)
        for name, value in estimate.parameters.items()
        if not (rounds and value == int(value) and abs(value) > 1)
    }
    notes = (note for note in estimate.notes if not (rounds and any(sign.isdigit() for sign in note)))
    return replace(
        estimate,
        effects={
            name: cut(effect, figures, shown_of(name, outcome)) for name, effect in estimate.effects.items()
        },
        profile={name: cut(effect, figures, main) for name, effect in estimate.profile.items()},
        parameters=parameters,
        notes=tuple(notes),
        icc=None if estimate.icc is None else significant(estimate.icc, 2),
        trace=tuple(_cut_line(line, figures) for line in estimate.trace),
    )


def shown_of(name: str, outcome: Outcome) -> Shown:
    """How an estimate's effect of that name is shown; one that is no scale's, such as a slope, as the main one is.

    >>> from analysis.outcome import Outcome
    >>> shown_of("odds_ratio", Outcome("y", "Y", "proportion")).ratio
    True
    """
    scales = kinds()[outcome.kind].scales
    scale = next((each for each in scales if each.name == name), None)
    if scale is not None:
        return Shown.of(scale, outcome)
    main = Shown.of(outcome.scale, outcome)
    return Shown(main.factor, main.ratio, (outcome.scale.null,))


def _cut_line(line: Traced, figures: int) -> Traced:
    def cut_all(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(None if value is None else significant(value, figures) for value in values)

    return replace(
        line,
        observed=cut_all(line.observed),
        fitted=cut_all(line.fitted),
        expected=cut_all(line.expected),
    )
