"""Where a function crosses zero: to the last digit by halving, or just as far as R goes by Brent's method."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EPSILON = 2.0**-52
R_TOLERANCE = EPSILON**0.25  # what R's uniroot() stops at unless told otherwise


def bisect(decreasing: Callable[[float], float], low: float, high: float) -> float:
    """Where a decreasing function crosses 0 between `low` and `high`; an end where it does not cross.

    >>> round(bisect(lambda x: 2 - x * x, 0.0, 2.0), 12) == round(2**0.5, 12)
    True
    """
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if decreasing(middle) > 0:
            low = middle
        else:
            high = middle


def uniroot(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of opposite signs at `low` and `high` crosses 0, as R's uniroot() finds it.

    Brent (1973, Algorithms for Minimization without Derivatives, ch. 4) with R's steps and R's tolerance: for
    figures that people hold against R's, which stop about 1e-4 short of the root.

    >>> round(uniroot(lambda x: 2 - x * x, 0.0, 2.0), 4)
    1.4142
    """
    a, b, c = low, high, low
    fa, fb = function(a), function(b)
    fc = fa
    while fb != 0:
        before = b - a
        if abs(fc) < abs(fb):
            a, b, c, fa, fb, fc = b, c, b, fb, fc, fb
        near = 2 * EPSILON * abs(b) + R_TOLERANCE / 2
        step = (c - b) / 2
        if abs(step) <= near:
            break
        if abs(before) >= near and abs(fa) > abs(fb):
            step = _interpolated((a, b, c), (fa, fb, fc), before=before, near=near) or step
        if abs(step) < near:
            step = near if step > 0 else -near
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0) == (fc > 0) and fb != 0:
            c, fc = a, fa
    return b


def _interpolated(
    at: tuple[float, float, float], values: tuple[float, float, float], *, before: float, near: float
) -> float | None:
    """The secant or inverse quadratic step from b, or None where it goes too far to be trusted."""
    (a, b, c), (fa, fb, fc) = at, values
    if a == c:
        ratio = fb / fa
        p, q = (c - b) * ratio, 1 - ratio
    else:
        q, r, s = fa / fc, fb / fc, fb / fa
        p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    q = -q if p > 0 else q
    p = abs(p)
    trusted = p < 0.75 * (c - b) * q - abs(near * q) / 2 and p < abs(before * q / 2)
    return p / q if trusted else None
